"""CPython's side of scripts/bench spy: the same measurements as spy-bench, and one JSON object printed."""
import ast
import json
import pathlib
import resource
import sys
import time
import warnings


def read_all(path):
    return [pathlib.Path(line).read_bytes() for line in pathlib.Path(path).read_text().splitlines()]


def accepted(path):
    """Of the listed files those that parse and are UTF-8, as text without another encoding."""
    chosen = []
    for line in pathlib.Path(path).read_text().splitlines():
        try:
            source = pathlib.Path(line).read_bytes()
            source.decode()
            ast.parse(source)
            chosen.append(line)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
    return {"paths": chosen}


def files(path, seconds):
    programs = read_all(path)
    for program in programs:
        ast.parse(program)
    start, passes = time.perf_counter(), 0
    while True:
        for program in programs:
            ast.parse(program)
        passes += 1
        elapsed = time.perf_counter() - start
        if elapsed >= float(seconds):
            return {"bytes": sum(map(len, programs)) * passes, "seconds": elapsed}


def resident():
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def memory(path):
    programs = read_all(path)
    before = resident()
    trees = [ast.parse(program) for program in programs]
    return {"bytes": sum(map(len, programs)), "used": resident() - before, "trees": len(trees)}


def run(path, count):
    names = {}
    exec(compile(pathlib.Path(path).read_text(), path, "exec"), names)
    start = time.perf_counter()
    result = names["main"](int(count))
    return {"seconds": time.perf_counter() - start, "result": result}


warnings.simplefilter("ignore")
print(json.dumps({"accepted": accepted, "files": files, "memory": memory, "run": run}[sys.argv[1]](*sys.argv[2:])))
