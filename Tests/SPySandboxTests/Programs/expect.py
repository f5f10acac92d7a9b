"""Writes what CPython 3.11 says to the programs of the files named: expect.py TOPIC.spy … makes TOPIC.expected.

A file holds programs, each under a line "### name". The expectation has the same headings; under each the output, then
for a program that an exception ends a line "! TYPE", its message behind "| " on lines of their own, and a line
"@ LINE:FUNCTION …" with the traceback, outermost first. Run it with PYTHONHASHSEED=0, as the order of sets depends on it.
"""
import contextlib
import decimal
import io
import sys
import traceback
import warnings


def programs(path):
    name, lines = None, []
    for line in open(path, encoding="utf-8"):
        if line.startswith("### "):
            if name:
                yield name, "".join(lines)
            name, lines = line[4:].strip(), []
        else:
            lines.append(line)
    if name:
        yield name, "".join(lines)


def expectation(source):
    output = io.StringIO()
    ending = ""
    # The program is to have the recursion limit and the context of decimals to itself.
    decimal.setcontext(decimal.DefaultContext.copy())
    sys.setrecursionlimit(1000 + len(traceback.extract_stack()) + 3)
    with contextlib.redirect_stdout(output):
        try:
            exec(compile(source, "<program>", "exec"), {"__name__": "__main__"})
        except BaseException as error:
            kind = type(error)
            module = "" if kind.__module__ == "builtins" else kind.__module__ + "."
            places = [
                f"{frame.lineno}:{frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)
                if frame.filename == "<program>"
            ]
            message = "".join(f"| {line}\n" for line in str(error).split("\n"))
            ending = f"! {module}{kind.__qualname__}\n{message}@ {' '.join(places[:5])}\n"
    text = output.getvalue()
    if text and not text.endswith("\n"):
        text += "\n"
    return text + ending


def main():
    warnings.simplefilter("ignore")
    for path in sys.argv[1:]:
        with open(path.removesuffix(".spy") + ".expected", "w", encoding="utf-8") as target:
            for name, source in programs(path):
                target.write(f"### {name}\n{expectation(source)}")


if __name__ == "__main__":
    main()
