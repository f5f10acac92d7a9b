"""Answers questions about CPython's own parser, for the tests of SPySyntax.

    cpython.py list                     the Python files of the standard library, one a line
    cpython.py digests < PATHS          for each file: whether it is accepted, and the digest of its tree
    cpython.py dump PATH                the tree of a file, as TreeDump.swift writes it
    cpython.py verdicts < JSON-STRINGS  for each program: whether it is parsed, and whether it is compiled
    cpython.py strings                  the strings in CPython's tests, each as one JSON string
    cpython.py characters               which characters can begin and continue names, and names that normalise
    cpython.py speed                    MB/s of ast.parse over the standard library
"""

import ast
import json
import os
import sys
import time
import unicodedata
import warnings
import zlib

warnings.simplefilter("ignore")
sys.setrecursionlimit(20000)

OPERATORS = (ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)


def constant(value):
    if value is None or value is True or value is False:
        return str(value)
    if value is Ellipsis:
        return "Ellipsis"
    if isinstance(value, str):
        return "s" + value.replace("\\", "\\\\").replace("\n", "\\n")
    if isinstance(value, bytes):
        return "b" + value.hex()
    if isinstance(value, int):
        return "i" + hex(value)
    if isinstance(value, float):
        return "f" + bits(value)
    return "j" + bits(value.imag)


def bits(value):
    import struct

    return struct.pack(">d", value).hex()


def dump(node, out):
    kind = type(node)
    if isinstance(node, OPERATORS):
        out.append(kind.__name__)
        return
    if "lineno" in kind._attributes:
        out.append(f"{kind.__name__}@{node.lineno}:{node.col_offset}-{node.end_lineno}:{node.end_col_offset}")
    else:
        out.append(kind.__name__)
    if kind is ast.Constant or kind is ast.MatchSingleton:
        out.append(constant(node.value))
        if kind is ast.Constant:
            out.append("~" if node.kind is None else "s" + node.kind)
        return
    for field in kind._fields:
        value = getattr(node, field)
        if value is None:
            out.append("~")
        elif isinstance(value, list):
            out.append(f"[{len(value)}")
            for element in value:
                if isinstance(element, ast.AST):
                    dump(element, out)
                else:
                    out.append("~" if element is None else constant(element))
        elif isinstance(value, ast.AST):
            dump(value, out)
        else:
            out.append(constant(value))


def text(source):
    out = []
    dump(ast.parse(source), out)
    return ("\n".join(out) + "\n").encode("utf-8", "surrogatepass")


def verdict(source):
    """P: refused by the parser; C: by the compiler; +: accepted; ?: too deep for CPython to say."""
    try:
        ast.parse(source)
    except (RecursionError, MemoryError):
        return "?"
    except (SyntaxError, ValueError):
        return "P"
    try:
        compile(source, "program", "exec", dont_inherit=True)
    except (RecursionError, MemoryError):
        return "?"
    except (SyntaxError, ValueError):
        return "C"
    return "+"


def library():
    root = os.path.dirname(os.__file__)
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in ("site-packages", "__pycache__"))
        for name in sorted(files):
            if name.endswith(".py"):
                yield os.path.join(folder, name)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def digests():
    for path in sys.stdin.read().splitlines():
        source = read(path)
        try:
            digest = zlib.crc32(text(source))
            compile(source, path, "exec", dont_inherit=True)
            print("+", digest)
        except (SyntaxError, ValueError):
            print("-")


def strings():
    import doctest
    import textwrap

    seen = set()

    def emit(program):
        if program in seen or len(program) > 3000:
            return
        try:
            program.encode("utf-8")
        except UnicodeEncodeError:
            return
        seen.add(program)
        print(json.dumps(program))

    examples = doctest.DocTestParser()
    for path in library():
        if f"{os.sep}test{os.sep}" not in path:
            continue
        try:
            tree = ast.parse(read(path))
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                emit(node.value)
                emit(textwrap.dedent(node.value))
                if ">>>" in node.value:
                    try:
                        for example in examples.get_examples(node.value):
                            emit(example.source)
                    except ValueError:
                        pass


def characters():
    starts, parts = [], []
    for code in range(sys.maxunicode + 1):
        starts.append(chr(code).isidentifier())
        parts.append(("a" + chr(code)).isidentifier())
    for flags in (starts, parts):
        edges = [code for code in range(1, len(flags)) if flags[code] != flags[code - 1]]
        print(" ".join(map(str, edges)))
    for code in range(0x80, sys.maxunicode + 1):
        name = "a" + chr(code)
        if parts[code] and unicodedata.normalize("NFKC", name) != name:
            print(f"{code} {unicodedata.normalize('NFKC', name).encode().hex()}")


def speed():
    sources = [read(path) for path in library()]
    total = 0
    start = time.perf_counter()
    for source in sources:
        try:
            ast.parse(source)
            total += len(source)
        except (SyntaxError, ValueError):
            pass
    print(total / (time.perf_counter() - start) / 1e6)


def main():
    command = sys.argv[1]
    if command == "list":
        print("\n".join(library()))
    elif command == "digests":
        digests()
    elif command == "dump":
        sys.stdout.buffer.write(text(read(sys.argv[2])))
    elif command == "verdicts":
        print("".join(verdict(json.loads(line)) for line in sys.stdin))
    elif command == "strings":
        strings()
    elif command == "characters":
        characters()
    elif command == "speed":
        speed()


main()
