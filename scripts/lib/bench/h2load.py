"""h2load as the load: unary gRPC calls, their rate, the bytes that came back, and how long each took."""
import dataclasses
import pathlib
import re
import struct
import subprocess
import tempfile

from bench.speak import BenchmarkFailed

PACKAGES = ("nghttp2-client",)
WARM_UP_SECONDS = 0.5


@dataclasses.dataclass
class Load:
    """What h2load says of one run."""

    requests: int
    seconds: float
    data_bytes: int

    @property
    def per_second(self):
        return self.requests / self.seconds


def frame(message):
    """A gRPC message as it stands in a body: not compressed, its length, its bytes."""
    return b"\0" + struct.pack(">I", len(message)) + message


def parse(output):
    """h2load's report; every request has to have been answered with HTTP 200."""
    finished = re.search(r"^finished in ([\d.]+)(us|ms|s|m)\b", output, re.MULTILINE)
    requests = re.search(r"^requests: (\d+) total, \d+ started, \d+ done, (\d+) succeeded", output, re.MULTILINE)
    statuses = re.search(r"^status codes: (\d+) 2xx", output, re.MULTILINE)
    data = re.search(r"\((\d+)\) data$", output, re.MULTILINE)
    if not (finished and requests and statuses and data):
        raise BenchmarkFailed(f"h2load said:\n{output}")
    total = int(requests[1])
    if not total == int(requests[2]) == int(statuses[1]):
        raise BenchmarkFailed(f"not all requests were answered with 200:\n{output}")
    unit = {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}[finished[2]]
    return Load(total, float(finished[1]) * unit, int(data[1]))


class Caller:
    """Calls one method in always the same way; `answer_bytes` are the body's of a right answer, frame included."""

    def __init__(self, path, message, answer_bytes, connections, streams, threads=1, token="benchmark"):
        self.path = path
        self.token = token
        self.body = frame(message)
        self.answer_bytes = answer_bytes
        self.connections = connections
        self.streams = streams
        self.threads = threads

    def rate(self, port, requests):
        """Requests and bytes per second. h2load does not look at grpc-status, but a refusal has no body."""
        load = parse(self._run(port, requests))
        if load.data_bytes != requests * self.answer_bytes:
            raise BenchmarkFailed(
                f"{requests} answers of {self.answer_bytes} bytes each were to come, {load.data_bytes} bytes came"
            )
        return load

    def enough(self, port, seconds):
        """How many requests take about so long; asking warms the server up."""
        requests = self.connections * self.streams
        while (load := self.rate(port, requests)).seconds < WARM_UP_SECONDS:
            requests = int(max(2, min(20, 1.2 * WARM_UP_SECONDS / load.seconds)) * requests)
        return int(load.per_second * seconds)

    def latencies(self, port, requests):
        """Microseconds of every request, sorted. Apart from `rate`, since h2load writes a line for each request."""
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder, "requests.log")
            parse(self._run(port, requests, f"--log-file={log}"))
            return sorted(int(line.split("\t")[2]) for line in log.read_text().splitlines())

    def _run(self, port, requests, *options):
        with tempfile.NamedTemporaryFile() as body:
            body.write(self.body)
            body.flush()
            command = [
                "h2load", f"--requests={requests}", f"--clients={self.connections}",
                f"--max-concurrent-streams={self.streams}", f"--threads={self.threads}", f"--data={body.name}",
                "--header=content-type: application/grpc", "--header=te: trailers",
                f"--header=authorization: Bearer {self.token}", *options, f"http://127.0.0.1:{port}{self.path}",
            ]  # fmt: skip
            return run(command)


def size(port, path, message, token):
    """How long the body of one answer is, frame included; 0 for a refusal."""
    call = Caller(path, message, None, connections=1, streams=1, token=token)
    return parse(call._run(port, 1)).data_bytes


def rest(url, token, requests, *options, connections=8, streams=8, method=None, body=None):
    """Calls a REST resource, or each line of the file `url` once where requests are as many as lines."""
    with tempfile.NamedTemporaryFile() as data:
        command = [
            "h2load", f"--requests={requests}", f"--clients={connections}", f"--max-concurrent-streams={streams}",
            f"--header=authorization: Bearer {token}", "--header=content-type: application/json", *options,
        ]  # fmt: skip
        if body is not None:
            data.write(body)
            data.flush()
            command += [f"--data={data.name}", f"--header=:method: {method}"]
        command.append(f"--input-file={url}" if isinstance(url, pathlib.Path) else url)
        return parse(run(command))


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchmarkFailed(f"h2load failed: {done.stderr or done.stdout}")
    return done.stdout


def percentile(ordered, share):
    return ordered[int(share * (len(ordered) - 1))]
