"""python3 -m bench NAME …: what scripts/bench calls once the packages are there."""
import argparse
import contextlib
import importlib.util
import sys

from bench import places
from bench.report import Report
from bench.speak import BenchmarkFailed


def load(name):
    """A benchmark says PACKAGES (Debian's), GROUPS (name → function of report and options).

    Where it has `surroundings`, what that returns is entered before the first group and left after the last.
    """
    specification = importlib.util.spec_from_file_location(name, places.BENCHMARKS / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a number from 1 on")
    return number


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("name")
    parser.add_argument("--packages", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=positive, default=5, help="each measures everything once, in turn")
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--only", action="append", metavar="GROUP", help="these groups; the others' results stay")
    options = parser.parse_args()
    benchmark = load(options.name)
    if options.packages:
        print(*benchmark.PACKAGES)
        return
    groups = options.only or list(benchmark.GROUPS)
    for group in groups:
        if group not in benchmark.GROUPS:
            parser.error(f"{group} is no group of {options.name}: {', '.join(benchmark.GROUPS)}")
    options.rounds = 1 if options.quick else options.rounds
    # Of one measurement, seconds.
    options.seconds = 0.5 if options.quick else 2.0
    report = Report(options.name, keep=bool(options.only))
    with getattr(benchmark, "surroundings", contextlib.nullcontext)():
        for group in groups:
            benchmark.GROUPS[group](report, options)
            report.save()
    print(report.table())


try:
    main()
except BenchmarkFailed as failure:
    sys.exit(f"bench: {failure}")
