"""grimoire-mappings beside gRPC C++ and redis-benchmark: from memory, from Redis, in batches, over 100,000 versions."""
import contextlib
import functools
import json
import os
import re
import subprocess
import tempfile
import urllib.parse
import urllib.request

from bench import builds, copies, envoy, h2load, protobuf
from bench.programs import Program
from bench.rounds import in_turn, medians
from bench.speak import BenchmarkFailed, step
from bench.stack import Stack

PACKAGES = (
    "postgresql", "redis-tools", "libgrpc++-dev", "protobuf-compiler-grpc", "protobuf-compiler", "g++", "pkg-config",
    *h2load.PACKAGES,
)  # fmt: skip

OURS = "grimoire-mappings"
CPP = "grpc-cpp"
REDIS = "redis-benchmark"

GET = "/grimoire.v1.ProcessMappings/GetProcessMapping"
BATCH = "/grimoire.v1.ProcessMappings/BatchGetProcessMappings"
CONNECTIONS = 8
STREAMS = 16
BATCH_SIZE = 100
# Of reads from Redis: redis-benchmark's own default.
REDIS_CONNECTIONS = 50
ENTRIES = 8

# The mix: as many versions as that, of which a tenth fits into memory.
VERSIONS = 100_000
QUICK_VERSIONS = 2_000
CACHED_BYTES_EACH = 1_400

stack = Stack("--without-suggestions")


def redis_url():
    return stack["GRIMOIRE_REDIS_URL"]


def surroundings():
    return stack


def call_rest(method, path, body):
    request = urllib.request.Request(
        stack["GRIMOIRE_REST_URL"] + path,
        method=method,
        data=json.dumps(body).encode(),
        headers={"authorization": f"Bearer {stack.token}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


@functools.cache
def example():
    """A process whose mapping has the entries that the C++ peer answers with."""
    names = [f"expr_{index}" for index in range(ENTRIES)]
    return call_rest(
        "POST",
        "/processes",
        {
            "name": "A process with eight facts",
            "spy_code": "".join(f"{name} = {index}\n" for index, name in enumerate(names)),
            "stable_mapping": {name: f"fact-0123456789abcdef-{index}" for index, name in enumerate(names)},
        },
    )["process_id"]


def question(process, version=1):
    return protobuf.field(1, process.encode()) + (protobuf.number(2, version) if version else b"")


def caller(port, path=GET, message=None, connections=CONNECTIONS, streams=STREAMS):
    """A caller that knows how long a right answer is, from the service itself, which has answered it once before."""
    message = message or question(example())
    h2load.size(port, path, message, stack.token)
    size = h2load.size(port, path, message, stack.token)
    if size < 100:
        raise BenchmarkFailed(f"{path} answers with {size} bytes")
    return h2load.Caller(path, message, size, connections, streams, token=stack.token)


def peer():
    message = protobuf.field(1, b"6f1e2d3c-0000-4000-8000-000000000001")
    command = [builds.grpc_cpp("server"), "{port}"]
    return message, command


def measured(program, call, port, requests):
    before = program.cpu_seconds()
    load = call.rate(port, requests)
    used = program.cpu_seconds() - before
    slowest = h2load.percentile(call.latencies(port, requests // 2), 0.99)
    return {
        "requests/s": load.per_second,
        "p99 ms": slowest / 1000,
        "CPU s per million": used / requests * 1e6,
    }


# From memory


def hot(report, options):
    """One mapping of eight entries from memory, with authentication, metrics and audit; the peer has none of them."""
    message, command = peer()
    with stack.service("hot", OURS, REDIS_URL=redis_url()) as ours, Program("cpp", command) as cpp:
        calls = {
            OURS: (ours, caller(ours.port)),
            CPP: (cpp, peer_caller(cpp.port, message)),
        }
        counts = {name: call.enough(program.port, options.seconds) for name, (program, call) in calls.items()}

        def measure(name):
            program, call = calls[name]
            return measured(program, call, program.port, counts[name])

        results = medians(in_turn(calls, options.rounds, measure))
    beside(report, "from memory", results, rate=2.5, p99=1.0)


def peer_caller(port, message):
    """The peer gets the very same headers, and does not look at the token."""
    path = "/hello.Mappings/Get"
    size = h2load.size(port, path, message, stack.token)
    return h2load.Caller(path, message, size, CONNECTIONS, STREAMS, token=stack.token)


def beside(report, case, results, rate=None, p99=None):
    ours, cpp = results[OURS], results[CPP]
    for figure, unit, mark in (("requests/s", "requests/s", rate), ("p99 ms", "ms", p99), ("CPU s per million", "s", None)):
        report.add(
            case if figure == "requests/s" else f"{case}, {figure}", ours[figure], unit, CPP, cpp[figure],
            target=mark, less_is_better=figure != "requests/s",
        )  # fmt: skip


def through_envoy(report, options):
    """The same through Envoy, which costs more than either."""
    message, command = peer()
    with contextlib.ExitStack() as programs:
        ours = programs.enter_context(stack.service("hot", OURS, REDIS_URL=redis_url()))
        cpp = programs.enter_context(Program("cpp", command))
        proxies = {
            name: programs.enter_context(envoy.in_front_of(name, program.port))
            for name, program in ((OURS, ours), (CPP, cpp))
        }
        calls = {
            OURS: caller(proxies[OURS].port),
            CPP: peer_caller(proxies[CPP].port, message),
        }
        counts = {name: call.enough(proxies[name].port, options.seconds) for name, call in calls.items()}

        def measure(name):
            return measured(proxies[name], calls[name], proxies[name].port, counts[name])

        results = medians(in_turn(calls, options.rounds, measure))
    beside(report, "through Envoy", results)


# In batches


def batches(report, options):
    """Batches of a hundred mappings beside single calls, at equal concurrency: few calls under way, some, many."""
    processes = copies.of(stack, example(), BATCH_SIZE)
    message = b"".join(protobuf.field(1, question(process)) for process in processes)
    with stack.service("batches", OURS, REDIS_URL=redis_url()) as ours:
        for streams in (1, STREAMS // 4, STREAMS):
            calls = {
                "single": caller(ours.port, streams=streams),
                "batch": caller(ours.port, BATCH, message, streams=streams),
            }
            counts = {name: call.enough(ours.port, options.seconds) for name, call in calls.items()}
            entries = {"single": ENTRIES, "batch": ENTRIES * BATCH_SIZE}

            def measure(name):
                return {"entries/s": calls[name].rate(ours.port, counts[name]).per_second * entries[name]}

            results = medians(in_turn(calls, options.rounds, measure))
            report.add(
                f"batch of {BATCH_SIZE}, {CONNECTIONS * streams} at once", results["batch"]["entries/s"], "entries/s",
                "single calls", results["single"]["entries/s"], target=20.0,
            )  # fmt: skip


# From Redis


def redis(report, options):
    """Each read goes to Redis, since memory is off; as many connections as redis-benchmark has, one call at a time on each."""
    with stack.service("redis", OURS, REDIS_URL=redis_url(), CACHE_MEGABYTES=0) as ours:
        call = caller(ours.port, connections=REDIS_CONNECTIONS, streams=1)
        requests = call.enough(ours.port, options.seconds)

        def measure(name):
            if name == REDIS:
                return {"requests/s": redis_rate(2 * requests)}
            before = ours.cpu_seconds()
            rate = call.rate(ours.port, requests).per_second
            return {"requests/s": rate, "CPU": (ours.cpu_seconds() - before) / requests * 1e6}

        results = medians(in_turn([OURS, REDIS], options.rounds, measure))
        from_redis, elsewhere = reads(ours)
    if from_redis < 0.95 * (from_redis + elsewhere):
        raise BenchmarkFailed(f"{from_redis} reads came from Redis and {elsewhere} from elsewhere")
    report.add(
        "from Redis", results[OURS]["requests/s"], "requests/s", f"{REDIS} GET", results[REDIS]["requests/s"], target=0.4
    )
    report.add("from Redis, CPU s per million", results[OURS]["CPU"], "s")


def redis_rate(requests):
    """redis-benchmark's GET of a value as large as a mapping, on as many connections."""
    there = urllib.parse.urlsplit(redis_url())
    command = [
        "redis-benchmark", "-h", there.hostname, "-p", str(there.port), "-a", there.password, "-c", str(REDIS_CONNECTIONS),
        "-n", str(requests), "-d", "700", "-t", "set,get", "-q",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    rate = re.findall(r"GET: ([\d.]+) requests per second", done.stdout.replace("\r", "\n"))
    if done.returncode != 0 or not rate:
        raise BenchmarkFailed(f"redis-benchmark said: {done.stdout}{done.stderr}")
    return float(rate[-1])


def reads(service):
    """How many of the service's reads came from Redis, and from elsewhere."""
    url = f"http://127.0.0.1:{service.environment['GRIMOIRE_HTTP_PORT']}/metrics"
    with urllib.request.urlopen(url) as answer:
        text = answer.read().decode()
    counts = dict(re.findall(r'^grimoire_mapping_reads_total\{source="(\w+)"\} (\d+)', text, re.MULTILINE))
    return int(counts.pop("redis")), sum(map(int, counts.values()))


# Over many versions


def mix(report, options):
    """Pinned versions of as many processes, some asked for more often than others (Zipf), with memory for a tenth of them."""
    count = QUICK_VERSIONS if options.quick else VERSIONS
    processes = copies.of(stack, example(), count)
    megabytes = max(1, round(count / 10 * CACHED_BYTES_EACH / (1 << 20) / os.cpu_count()))
    with stack.service("mix", OURS, REDIS_URL=redis_url(), CACHE_MEGABYTES=megabytes) as ours:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("\n".join(processes))
            file.flush()
            before = ours.resident_kib()
            step(f"Reading all {count} versions once")
            client("mappings", ours.port, "--processes", file.name, "--connections", 2, "--in-flight", 16, "--once")
            used = ours.resident_kib() - before

            def measure(_):
                line = client(
                    "mappings", ours.port, "--processes", file.name, "--connections", CONNECTIONS, "--in-flight", STREAMS,
                    "--warm-up-seconds", 0.5, "--seconds", options.seconds, "--zipf", 1.0,
                )  # fmt: skip
                summary = json.loads(line)
                return {"requests/s": summary["per_second"], "p99 ms": summary["p99_us"] / 1000}

            results = medians(in_turn([OURS], options.rounds, measure))[OURS]
    report.add(f"Zipf over {count:,} versions", results["requests/s"], "requests/s")
    report.add(f"Zipf over {count:,} versions, p99", results["p99 ms"], "ms")
    report.add(f"memory, {megabytes} MiB of cache for each loop, all of it used", used / 1024, "MiB more")


def memory(report, options):
    """What a mapping of eight entries takes in memory, all that belongs to it included."""
    count = QUICK_VERSIONS if options.quick else 20_000
    processes = copies.of(stack, example(), count)
    with stack.service("memory", OURS, REDIS_URL=redis_url(), CACHE_MEGABYTES=1_024, EVENT_LOOPS=1) as ours:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("\n".join(processes))
            file.flush()
            client("mappings", ours.port, "--processes", file.name, "--connections", 1, "--in-flight", 16, "--limit", 200, "--once")
            before = ours.resident_kib()
            client("mappings", ours.port, "--processes", file.name, "--connections", 1, "--in-flight", 16, "--once")
            used = ours.resident_kib() - before
    report.add("memory of a cached mapping", used * 1024 / (count - 200), "bytes")


def client(*arguments):
    command = [builds.swift("process-bench-client"), *map(str, arguments)]
    environment = {**os.environ, "GRIMOIRE_TOKEN": stack.token}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise BenchmarkFailed(f"{' '.join(command)} failed: {done.stderr[-2000:]}")
    return done.stdout.strip()


GROUPS = {"hot": hot, "envoy": through_envoy, "batches": batches, "redis": redis, "mix": mix, "memory": memory}
