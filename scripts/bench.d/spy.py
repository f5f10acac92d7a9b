"""The SPy parser and sandbox beside CPython: MB/s, memory, worst cases, run time of programs."""
import functools
import json
import pathlib
import subprocess
import sys
import sysconfig

from bench import builds, places
from bench.rounds import in_turn, medians
from bench.speak import BenchmarkFailed

PACKAGES = ()

CPYTHON = "CPython"
OURS = "SPy"
PEER = places.SOURCES / "SPyBench" / "cpython.py"
PROGRAMS = places.SOURCES / "SPyBench" / "Programs"

# The size at which a worst case is measured; it is measured at half of it too.
WORST = {"parentheses": 100_000, "line": 1 << 20, "lines": 100_000, "ifs": 10_000}
RUNS = {"loops": 300_000, "calls": 150_000, "dictionaries": 100_000, "strings": 60_000}


def bench(*arguments):
    return figures([builds.swift("spy-bench"), *arguments])


def peer(*arguments):
    return figures([sys.executable, "-I", PEER, *arguments])


def figures(command):
    command = list(map(str, command))
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise BenchmarkFailed(f"{' '.join(command)} failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


@functools.cache
def library():
    """A list of the files of this Python's standard library that it parses itself, those in UTF-8."""
    if sys.version_info[:2] != (3, 11):
        raise BenchmarkFailed(f"SPy follows Python 3.11, and python3 is {sys.version.split()[0]}")
    folder = pathlib.Path(sysconfig.get_paths()["stdlib"])
    found = sorted(path for path in folder.rglob("*.py") if "site-packages" not in path.parts)
    file = places.RESULTS / "spy-library.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{path}\n" for path in found))
    chosen = peer("accepted", file)["paths"]
    file.write_text("".join(f"{path}\n" for path in chosen))
    return file


def rate(measured):
    return {"MB/s": measured["bytes"] / measured["seconds"] / 1e6}


def parsing(report, options):
    """The standard library: parsing against ast.parse, and all rules."""
    subjects = {
        CPYTHON: lambda: peer("files", library(), options.seconds),
        OURS: lambda: bench("files", library(), "--seconds", options.seconds),
        "rules": lambda: bench("files", library(), "--seconds", options.seconds, "--analyze"),
    }
    results = medians(in_turn(subjects, options.rounds, lambda name: rate(subjects[name]())))
    base = results[CPYTHON]["MB/s"]
    report.add("parse the standard library", results[OURS]["MB/s"], "MB/s", CPYTHON, base, target=4.0)
    report.add("parse and check it", results["rules"]["MB/s"], "MB/s", CPYTHON, base)


def memory(report, options):
    """Resident memory of all trees of the standard library at once, per byte of source."""
    subjects = {CPYTHON: lambda: peer("memory", library()), OURS: lambda: bench("memory", library())}

    def measure(name):
        measured = subjects[name]()
        return {"bytes": measured["used"] / measured["bytes"]}

    results = medians(in_turn(subjects, min(options.rounds, 3), measure))
    report.add(
        "memory per byte of source", results[OURS]["bytes"], "bytes", CPYTHON, results[CPYTHON]["bytes"], less_is_better=True
    )


def worst(report, options):
    """Programs that are hard to parse: twice the size may take twice the time."""
    for form, size in WORST.items():
        sizes = {"half": size // 2, "full": size}

        def measure(name):
            measured = bench("worst", form, sizes[name])
            return {"ns/byte": measured["seconds"] / measured["bytes"] * 1e9, "ms": measured["seconds"] * 1e3}

        results = medians(in_turn(sizes, options.rounds, measure))
        report.add(f"worst case, {form}, {size:,}", results["full"]["ms"], "ms")
        report.add(
            f"{form}, per byte",
            results["full"]["ns/byte"],
            "ns",
            "half the size",
            results["half"]["ns/byte"],
            target=0.67,
            less_is_better=True,
        )


def sandbox(report, options):
    """Programs in the sandbox against CPython's time for them."""
    for name, count in RUNS.items():
        path = PROGRAMS / f"{name}.spy"
        subjects = {CPYTHON: lambda: peer("run", path, count), OURS: lambda: bench("run", path, count)}
        answers = {subject: call()["result"] for subject, call in subjects.items()}
        if answers[CPYTHON] != answers[OURS]:
            raise BenchmarkFailed(f"{name}: {answers}")
        results = medians(
            in_turn(subjects, options.rounds, lambda subject: {"ms": subjects[subject]()["seconds"] * 1e3})
        )
        report.add(
            f"run {name}", results[OURS]["ms"], "ms", CPYTHON, results[CPYTHON]["ms"], target=0.2, less_is_better=True
        )


GROUPS = {"parsing": parsing, "memory": memory, "worst": worst, "sandbox": sandbox}
