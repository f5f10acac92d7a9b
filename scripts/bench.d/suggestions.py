"""grimoire-suggestions in front of a model that only streams: what it adds to each word, 2,000 chats at once, cached answers."""
import functools
import json
import os
import subprocess
import time

from bench import builds, h2load, machine, pgbench, protobuf
from bench.programs import Program
from bench.rounds import in_turn, medians
from bench.speak import BenchmarkFailed
from bench.stack import Stack

PACKAGES = ("postgresql", *h2load.PACKAGES)

OURS = "grimoire-suggestions"
CURL = "libcurl"
TOOL = "suggestion-bench"

# What is added to a question is looked at while a few others chat: they begin one after the other, an eighth of a second apart, and
# so ask in turn. The same number at once shows how they queue for the cores that everything here shares.
CHATS = 16
# Of 128 first words, the second worst is the 99th percentile: of half as many it would be the worst.
TURNS = 8
WORDS = 40
PACE_MILLISECONDS = 50
CROWD = 2_000
CROWD_WORDS = 200
CROWD_RAMP_SECONDS = 5
QUICK_CROWD = 100
CACHED_MESSAGES = 500
CACHED_CHATS = 4
# What one of the steps of a cached answer takes by itself on this machine: a call to the service behind, which asks PostgreSQL once.
READ = "GetProcess"
BEGUN = "a chat that it begins"
NAMED = "a chat that the client named"

ADDED_MILLISECONDS = 5
CROWD_MEBIBYTES = 300
# No chat of the crowd may be without its next word for longer. The words of all, 40,000 a second, take two cores and more together with
# model and load: how late they are then says how all of it queues, and is printed only.
CROWD_PAUSE_MILLISECONDS = 1_000
CACHED_MILLISECONDS = 2

stack = Stack("--examples", "--without-suggestions")


def surroundings():
    return stack


@functools.cache
def example():
    return pgbench.sql(stack.superuser_url(), "SELECT id FROM processes WHERE name = 'Purchase approval'")


def upstream(words):
    """A model in LiteLLM's place."""
    command = [builds.swift(TOOL), "upstream", "{port}", "--words", str(words), "--pace", str(PACE_MILLISECONDS)]
    return Program("upstream", command)


def service(name, model, **settings):
    """The service, its limits wide open: they are not what is measured."""
    return stack.service(
        name, OURS,
        LITELLM_URL=f"http://127.0.0.1:{model.port}/v1", LITELLM_MODEL="bench",
        LIMITS_MESSAGES_MINUTE=1_000_000, LIMITS_MESSAGES_CONCURRENT=100_000,
        LIMITS_OVERALL_MINUTE=10_000_000, LIMITS_OVERALL_CONCURRENT=100_000, LIMITS_WAIT_SECONDS=60,
        **settings,
    )  # fmt: skip


def tool(*arguments):
    """What a run of the tool has seen: figures by name, times in microseconds."""
    environment = {**os.environ, "GRIMOIRE_TOKEN": stack.token}
    command = [builds.swift(TOOL), *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise BenchmarkFailed(f"{' '.join(command)} failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def chat(port, *arguments):
    session = f"bench-{time.monotonic_ns()}"
    return tool("chat", port, example(), "--session", session, *arguments)


def whole(seen, answers, words):
    """Every answer came, with every word."""
    if seen["answers"] != answers or seen["leastWords"] != words or seen["words"] != answers * words:
        raise BenchmarkFailed(f"{answers} answers of {words} words were asked for, and came so: {seen}")
    return seen


def added(report, options):
    """Each word says when the model sent it: how long it takes through the service, and by libcurl alone, in turn."""
    messages = 1 if options.quick else TURNS
    answer_seconds = WORDS * PACE_MILLISECONDS / 1000
    with upstream(WORDS) as model, service("added", model) as ours:

        def measure(name, ramp):
            load = ("--chats", CHATS, "--messages", messages, "--ramp", ramp)
            seen = chat(ours.port, *load) if name == OURS else tool("direct", model.port, *load)
            whole(seen, CHATS * messages, WORDS)
            return {
                "first p50": seen["firstP50"] / 1e3, "first p99": seen["firstP99"] / 1e3,
                "p50": seen["delayP50"] / 1e3, "p99": seen["delayP99"] / 1e3,
            }  # fmt: skip

        measure(OURS, answer_seconds)
        results = medians(in_turn([OURS, CURL], options.rounds, lambda name: measure(name, answer_seconds)))
        bursts = medians(in_turn([OURS, CURL], options.rounds, lambda name: measure(name, 0)))
    for figure, name in (("first p50", "first word, p50"), ("p50", "each word, p50")):
        report.add(name, results[OURS][figure], "ms", CURL, results[CURL][figure], less_is_better=True)
    for figure, name in (("first p99", "first word, p99"), ("p99", "each word, p99")):
        report.add(name, results[OURS][figure], "ms", CURL, results[CURL][figure], less_is_better=True)
        more = max(0.001, results[OURS][figure] - results[CURL][figure])
        report.add(f"{name}, added", more, "ms", "mark", ADDED_MILLISECONDS, target=1.0, less_is_better=True)
    for figure in ("first p50", "first p99"):
        name = f"{CHATS} questions in the same moment, {figure.replace(' ', ' word, ')}"
        report.add(name, bursts[OURS][figure], "ms", CURL, bursts[CURL][figure], less_is_better=True)


def crowd(report, options):
    """So many chats that stream at once, in one process."""
    chats = QUICK_CROWD if options.quick else CROWD
    with upstream(CROWD_WORDS) as model, service("crowd", model, SESSIONS_COUNT=10_000) as ours:
        seen = chat(ours.port, "--chats", chats, "--ramp", CROWD_RAMP_SECONDS, "--connections", 32)
        whole(seen, chats, CROWD_WORDS)
        memory = ours.peak_kib() / 2**10
    report.add(f"{chats:,} chats at once, resident at most", memory, "MiB", "mark", CROWD_MEBIBYTES, target=1.0,
               less_is_better=True)  # fmt: skip
    report.add(f"{chats:,} chats at once, each word, p99", seen["delayP99"] / 1e3, "ms")
    report.add(f"{chats:,} chats at once, longest pause between words", seen["gapMost"] / 1e3, "ms", "mark",
               CROWD_PAUSE_MILLISECONDS, target=1.0, less_is_better=True)  # fmt: skip


def cached(report, options):
    """The same question again: from its leaving to the whole answer's coming, one after the other, and by four without a pause.

    Each in a chat that it begins, which has the mark: all that it needs is here. And in one that the client has named: whether something
    was said in it, and whether another replica answers in it now, others must be asked.
    """
    port = int(stack["GRIMOIRE_PROCESSES_ADDRESS"].rpartition(":")[2])
    path, message = "/grimoire.v1.ProcessManager/GetProcess", protobuf.field(1, example().encode())
    size = h2load.size(port, path, message, stack.token)
    read = h2load.Caller(path, message, size, connections=1, streams=1, token=stack.token)
    with upstream(WORDS) as model, service("cached", model) as ours:

        def reading():
            times = read.latencies(port, CACHED_MESSAGES)
            return {"p50": h2load.percentile(times, 0.5) / 1e3, "p99": h2load.percentile(times, 0.99) / 1e3}

        def chatting(chats, *more):
            with machine.Stolen() as stolen:
                seen = chat(ours.port, "--chats", chats, "--messages", CACHED_MESSAGES, "--same", *more)
            if seen["cached"] < seen["answers"] - chats:
                raise BenchmarkFailed(f"not from the cache: {seen}")
            return {"p50": seen["wholeP50"] / 1e3, "p99": seen["wholeP99"] / 1e3, "stolen": stolen.percent}

        chatting(1)
        subjects = {
            BEGUN: lambda: chatting(1, "--unnamed"), NAMED: lambda: chatting(1), READ: reading,
            CACHED_CHATS: lambda: chatting(CACHED_CHATS, "--unnamed"),
        }  # fmt: skip
        results = medians(in_turn(subjects, options.rounds, lambda subject: subjects[subject]()))
    for kind in (BEGUN, NAMED):
        for figure in ("p50", "p99"):
            report.add(f"cached answer in {kind}, {figure}", results[kind][figure], "ms", f"one {READ}", results[READ][figure],
                       less_is_better=True)  # fmt: skip
        report.add(f"cached answer in {kind}, time that the host took away", results[kind]["stolen"], "%")
    report.add(f"cached answer in {BEGUN}, p99", results[BEGUN]["p99"], "ms", "mark", CACHED_MILLISECONDS, target=1.0,
               less_is_better=True)  # fmt: skip
    for figure in ("p50", "p99"):
        report.add(f"cached answer, {CACHED_CHATS} chats without a pause, {figure}", results[CACHED_CHATS][figure], "ms")


GROUPS = {"added": added, "crowd": crowd, "cached": cached}
