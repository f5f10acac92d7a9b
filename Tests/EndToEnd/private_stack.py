"""A Grimoire of its own with two replicas of grimoire-mappings, parts of which may be killed, stopped and started again."""
import contextlib
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import uuid

import grpc
import psycopg
import requests

from conftest import ROOT, Organization, Rest, make_token


def until(claim, words, seconds=30, pause=0.02):
    """Waits until a claim holds, and gives what it gave."""
    deadline = time.monotonic() + seconds
    while not (found := claim()):
        assert time.monotonic() < deadline, words
        time.sleep(pause)
    return found


def open_channel(address):
    """A channel with a connection of its own, that looks for a lost server again at once."""
    return grpc.insecure_channel(address, options=[
        ("grpc.max_receive_message_length", 64 << 20), ("grpc.max_send_message_length", 64 << 20),
        ("grpc.use_local_subchannel_pool", 1), ("grpc.initial_reconnect_backoff_ms", 50),
        ("grpc.max_reconnect_backoff_ms", 200)])


class Metrics:
    """The counters of a service, by what it says of itself."""

    def __init__(self, url):
        self.url = url

    def value(self, name, **labels):
        total = 0
        for line in requests.get(self.url + "/metrics", timeout=10).text.splitlines():
            found = re.fullmatch(rf"{name}(?:{{(.*)}})? (\S+)", line)
            if found and all(f'{label}="{text}"' in (found[1] or "") for label, text in labels.items()):
                total += float(found[2])
        return total

    def reads(self, source):
        """Answers of a replica from `memory`, `redis`, …"""
        return self.value("grimoire_mapping_reads_total", source=source)

    def handled(self, method, code="OK"):
        return self.value("grpc_server_handled_total", grpc_method=method, grpc_code=code)


class Replica:
    """One grimoire-mappings and a client of it."""

    def __init__(self, api, address, url):
        self.address, self.metrics = address, Metrics(url)
        self.channel = open_channel(address)
        self.stub = api.mappings(self.channel)


class Component:
    """A part that scripts/up started: `kill` ends it until `start`, `freeze` lets it live without answering until `thaw`."""

    def __init__(self, state, name):
        self.name, self.run = name, state / "run"
        self.is_held = False

    @property
    def supervisor(self):
        return int((self.run / f"{self.name}.supervisor").read_text().split()[0])

    @property
    def number(self):
        return int((self.run / f"{self.name}.pid").read_text())

    def family(self):
        """The program and its children."""
        children = pathlib.Path(f"/proc/{self.number}/task/{self.number}/children").read_text().split()
        return [self.number, *map(int, children)]

    def signal(self, number):
        for each in self.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, number)

    def kill(self):
        """SIGKILL. A supervisor that is stopped itself does not start it again."""
        os.kill(self.supervisor, signal.SIGSTOP)
        self.is_held = True
        family = self.family()
        self.signal(signal.SIGKILL)
        for each in family:
            until(lambda: has_ended(each), f"{self.name} outlives SIGKILL")

    def kill_alone(self):
        """SIGKILL to the program and to none of its children; its supervisor starts it again. Gives when it had ended."""
        number = self.number
        os.kill(number, signal.SIGKILL)
        until(lambda: has_ended(number), f"{self.name} outlives SIGKILL", pause=0.001)
        return time.monotonic()

    def hurry(self):
        """Ends the pauses of the supervisor, which grow while the program does not live for long."""
        def begun():
            if not has_ended(self.number):
                return True
            children = pathlib.Path(f"/proc/{self.supervisor}/task/{self.supervisor}/children").read_text().split()
            for child in children:
                with contextlib.suppress(OSError):
                    if pathlib.Path(f"/proc/{child}/comm").read_text() == "sleep\n":
                        os.kill(int(child), signal.SIGKILL)

        until(begun, f"{self.name} was not started again", pause=0.005)

    def start(self):
        if self.is_held:
            os.kill(self.supervisor, signal.SIGCONT)
        self.is_held = False

    def freeze(self):
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)


def has_ended(number):
    try:
        return pathlib.Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


class RedisConnection:
    """As much of Redis' protocol as tests need."""

    def __init__(self, url):
        found = re.fullmatch(r"redis://:(\w+)@([\d.]+):(\d+)/0", url)
        self.socket = socket.create_connection((found[2], int(found[3])), timeout=10)
        self.file = self.socket.makefile("rb")
        self("AUTH", found[1])

    def __call__(self, *words):
        words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
        return self.read()

    def read(self):
        line = self.file.readline()
        assert line.endswith(b"\r\n"), "Redis has closed the connection"
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            return None if rest == b"-1" else self.file.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self.read() for _ in range(int(rest))]
        if kind == b":":
            return int(rest)
        assert kind == b"+", rest
        return rest

    def keys(self, pattern="*"):
        found, cursor = [], b"0"
        while True:
            cursor, some = self("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)
            found += some
            if cursor == b"0":
                return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()


class Stack:
    """PostgreSQL, Redis, grimoire-processes, Envoy and two replicas of grimoire-mappings, the first one behind Envoy."""

    def __init__(self, api, options=("--without-suggestions",), environment=None):
        self.api, self.options, self.environment = api, options, environment
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="test-", dir=ROOT / ".grimoire"))
        self.parts = {name: Component(self.state, name) for name in
                      ("redis", "postgres", "grimoire-processes", "grimoire-mappings", "envoy")}
        self.exits = contextlib.ExitStack()
        self.exits.callback(self.remove)

    def open(self):
        subprocess.run([ROOT / "scripts" / "up", "--state", self.state, "--debug", *self.options], check=True,
                       stdout=subprocess.DEVNULL, env=self.environment)
        self.env = {}
        for line in (self.state / "env").read_text().splitlines():
            name, _, value = shlex.split(line)[1].partition("=")
            self.env[name] = value
        self.processes_metrics = Metrics(self.env["GRIMOIRE_PROCESSES_HTTP_URL"])
        first = Replica(self.api, self.env["GRIMOIRE_MAPPINGS_ADDRESS"], self.env["GRIMOIRE_MAPPINGS_HTTP_URL"])
        self.exits.callback(first.channel.close)
        self.replicas = [first, self.exits.enter_context(self.replica())]
        self.processes_channel = self.exits.enter_context(open_channel(self.env["GRIMOIRE_PROCESSES_ADDRESS"]))
        self.processes = self.api.processes(self.processes_channel)
        return self

    @contextlib.contextmanager
    def replica(self, **settings):
        """One more grimoire-mappings, with the settings of the first one and a memory of its own."""
        number = self.parts["grimoire-mappings"].number
        pairs = pathlib.Path(f"/proc/{number}/environ").read_bytes().split(b"\0")
        environment = dict(pair.decode().split("=", 1) for pair in pairs if pair)
        environment |= {"GRIMOIRE_LISTEN_PORT": "0", "GRIMOIRE_HTTP_PORT": "0", **settings}
        with subprocess.Popen(
            [os.readlink(f"/proc/{number}/exe")], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as program:
            try:
                lines, found = [], {}
                for line in program.stderr:
                    lines.append(line)
                    event = json.loads(line)
                    if event["message"].startswith("Listening"):
                        found["HTTP" in event["message"]] = event["address"].removeprefix("ipv4:")
                    if len(found) == 2:
                        break
                assert len(found) == 2, lines
                reader = threading.Thread(target=lambda: lines.extend(program.stderr), daemon=True)
                reader.start()
                replica = Replica(self.api, found[False], "http://" + found[True])
                replica.program, replica.lines, replica.reader = program, lines, reader
                wait_until_ready(replica.metrics.url)
                yield replica
                replica.channel.close()
            finally:
                program.kill()
                program.wait(timeout=30)
                reader.join()

    def remove(self):
        """Nothing of it is kept: each part goes at once. PostgreSQL is told to stop, or it would leave shared memory behind."""
        for name, part in self.parts.items():
            with contextlib.suppress(OSError):
                os.killpg(part.supervisor, signal.SIGCONT if name == "postgres" else signal.SIGKILL)
        subprocess.run([ROOT / "scripts" / "down", "--state", self.state, "--purge"], check=False, capture_output=True)
        shutil.rmtree(self.state, ignore_errors=True)

    def close(self):
        self.exits.close()

    def mend(self):
        """Whatever a test has stopped runs again, and everyone has found it."""
        for part in self.parts.values():
            with contextlib.suppress(OSError):
                part.thaw()
            part.start()
        self.wait_until_ready()

    def wait_until_ready(self):
        def database():
            with contextlib.suppress(psycopg.Error):
                psycopg.connect(self.env["GRIMOIRE_DATABASE_URL"], connect_timeout=2).close()
                return True

        until(database, "PostgreSQL did not come back")
        for url in (self.processes_metrics.url, *(replica.metrics.url for replica in self.replicas)):
            wait_until_ready(url)

    def redis(self):
        return RedisConnection(self.env["GRIMOIRE_REDIS_URL"])

    def organization(self):
        org, user = str(uuid.uuid4()), str(uuid.uuid4())
        token = make_token(org, "admin", user, state=self.state)
        return Organization(org, user, token, Rest(token, self.env["GRIMOIRE_REST_URL"]))


def wait_until_ready(url):
    """Until a service and all that it can use answer, what it can do without included."""
    def is_ready():
        with contextlib.suppress(requests.RequestException):
            answer = requests.get(url + "/readyz", timeout=5)
            return answer.status_code == 200 and all(check["ready"] for check in answer.json()["checks"])

    until(is_ready, f"{url} did not become ready")
