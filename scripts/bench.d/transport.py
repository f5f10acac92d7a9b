"""gRPC over nghttp2 beside gRPC C++ and grpc-swift-nio-transport: rates, latency, memory, processor time."""
import functools
import json
import os
import subprocess

from bench import builds, h2load, idle
from bench.programs import Program, running
from bench.protobuf import field
from bench.rounds import in_turn, medians
from bench.speak import BenchmarkFailed

PACKAGES = ("libgrpc++-dev", "protobuf-compiler-grpc", "protobuf-compiler", "g++", "pkg-config", *h2load.PACKAGES)

CPP = "grpc-cpp"
NIO = "grpc-swift-nio-transport"
OURS = "GRPCCore"
# Answers kept as the bytes to send, as GetProcessMapping is served; and encoded for each call, as the others do it.
RAW = "raw"
RAW_ENCODING = "raw, encoding"
# What the Swift programs call them.
TRANSPORTS = {NIO: "nio", OURS: "nghttp2", RAW: "raw", RAW_ENCODING: "raw-encoding"}

# As services run: a loop for each core. The C++ peer chooses its threads itself, and uses all cores too.
LOOPS = os.cpu_count()
CONNECTIONS = 8
STREAMS = 16
IDLE_CONNECTIONS = 5_000
WARM_UP_SECONDS = 0.5


PROCESS_ID = field(1, b"6f1e2d3c-0000-4000-8000-000000000001")
MAPPING = b"".join(
    field(3, field(1, b"expr_%d" % index) + field(2, b"fact-0123456789abcdef-%d" % index)) for index in range(8)
)
SMALL = len(h2load.frame(PROCESS_ID + MAPPING))
LARGE = len(h2load.frame(field(1, bytes(1 << 20))))
caller = functools.partial(h2load.Caller, connections=CONNECTIONS, streams=STREAMS)


def server(subject, loops=LOOPS):
    if subject == CPP:
        return [builds.grpc_cpp("server"), "{port}"]
    transport = TRANSPORTS[subject]
    program = builds.swift("transport-bench-server")
    return [program, "--transport", transport, "--port", "{port}", "--loops", loops]


def checked(command):
    """Has a C++ client look at every answer of `command` before anyone counts them."""
    with Program("checked", command) as program:
        check = [builds.grpc_cpp("client"), str(program.port), "check"]
        done = subprocess.run(check, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise BenchmarkFailed(f"{' '.join(map(str, command))} answers wrongly: {done.stderr}")
    return command


def servers(subjects, loops=LOOPS):
    return {subject: checked(server(subject, loops)) for subject in subjects}


def unary(report, options):
    """Small answers: rate, latency and processor time."""
    call = caller("/hello.Mappings/Get", PROCESS_ID, SMALL)
    with running(servers([CPP, NIO, OURS, RAW, RAW_ENCODING])) as programs:
        counts = {name: call.enough(program.port, options.seconds) for name, program in programs.items()}

        def measure(name):
            program, requests = programs[name], counts[name]
            before = program.cpu_seconds()
            load = call.rate(program.port, requests)
            used = program.cpu_seconds() - before
            slowest = h2load.percentile(call.latencies(program.port, requests // 2), 0.99)
            return {
                "requests/s": load.per_second,
                "p99 ms": slowest / 1000,
                "CPU s per million": used / requests * 1e6,
            }

        results = medians(in_turn(programs, options.rounds, measure))
    compare(report, "unary", "requests/s", results, {(OURS, CPP): 1.3, (OURS, NIO): 4.0, (RAW, CPP): 3.0})
    below_both = {(ours, peer): 1.0 for ours in (OURS, RAW) for peer in (CPP, NIO)}
    compare(report, "unary p99", "ms", results, below_both, figure="p99 ms", less_is_better=True)
    compare(report, "unary, processor time", "CPU s per million", results, less_is_better=True)


def one_loop(report, options):
    """Small answers, servers with one event loop, which leave a core to the load: the C++ peer still uses all."""
    call = caller("/hello.Mappings/Get", PROCESS_ID, SMALL)
    rates(report, "unary, 1 loop", "requests/s", call, servers([CPP, NIO, OURS, RAW], loops=1), options)


def large(report, options):
    """Answers of 1 MiB. Without NIO's transport: with two loops it stalls now and then, and h2load waits for ever."""
    call = caller("/hello.Mappings/GetLarge", PROCESS_ID, LARGE)
    marks = {(OURS, CPP): 1.0, (RAW, CPP): 1.0}
    rates(report, "unary of 1 MiB", "MB/s", call, servers([CPP, OURS, RAW]), options, marks)


def rates(report, case, unit, call, commands, options, marks={}):
    with running(commands) as programs:
        counts = {name: call.enough(program.port, options.seconds) for name, program in programs.items()}

        def measure(name):
            load = call.rate(programs[name].port, counts[name])
            return {"requests/s": load.per_second, "MB/s": load.data_bytes / load.seconds / 1e6}

        compare(report, case, unit, medians(in_turn(programs, options.rounds, measure)), marks)


def chat(report, options):
    """Ping-pong on streams: the same C++ client against each server."""
    commands = servers([CPP, NIO, OURS])
    with running(commands) as programs:

        def measure(name):
            return run_client(cpp_client(), programs[name].port, "chat", options)

        results = medians(in_turn(programs, options.rounds, measure))
    compare(report, "ping-pong, C++ client", "messages/s", results, {(OURS, CPP): 1.0}, figure="per second")


def clients(report, options):
    """Each client with its own kind of server."""
    of = {CPP: cpp_client(), NIO: swift_client(NIO), OURS: swift_client(OURS)}
    marks = {(OURS, CPP): 1.0}
    with running(servers(of)) as programs:
        for mode, case, unit in (
            ("unary", "own client, unary", "calls/s"),
            ("chat", "own client, ping-pong", "messages/s"),
        ):

            def measure(name):
                return run_client(of[name], programs[name].port, mode, options)

            results = medians(in_turn(programs, options.rounds, measure))
            compare(report, case, unit, results, marks, figure="per second")


def memory(report, options):
    """What an idle connection holds; a new server for each round, since freed memory would hide it."""
    commands = servers([CPP, NIO, OURS])

    def measure(name):
        with Program(name, commands[name]) as program:
            return {"KiB": idle.kib_each(program, IDLE_CONNECTIONS)}

    results = medians(in_turn(commands, min(options.rounds, 3), measure))
    compare(report, "idle connection", "KiB", results, {(OURS, CPP): 2.0}, less_is_better=True)


GROUPS = {
    "unary": unary,
    "one-loop": one_loop,
    "large": large,
    "chat": chat,
    "clients": clients,
    "memory": memory,
}


def cpp_client():
    return [builds.grpc_cpp("client")]


def swift_client(subject):
    return [builds.swift("transport-bench-client"), "--transport", TRANSPORTS[subject]]


def run_client(command, port, mode, options):
    arguments = [port, mode, CONNECTIONS, STREAMS, WARM_UP_SECONDS, options.seconds]
    command = [*map(str, command), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60 + options.seconds, check=False)
    if done.returncode != 0:
        raise BenchmarkFailed(f"{' '.join(command)} failed: {done.stderr}")
    line = json.loads(done.stdout)
    return {"per second": line["per_second"], "p99 ms": line["p99_us"] / 1000}


def compare(report, case, unit, results, marks={}, figure=None, less_is_better=False):
    """A row for each of ours against each peer, and one that places the peers."""
    figure = figure or unit
    for ours in (OURS, RAW, RAW_ENCODING, NIO):
        for peer in (CPP, NIO):
            if ours in results and peer in results and ours != peer:
                report.add(
                    f"{case}, {ours}",
                    results[ours][figure],
                    unit,
                    peer=peer,
                    peer_value=results[peer][figure],
                    target=marks.get((ours, peer)),
                    less_is_better=less_is_better,
                )
