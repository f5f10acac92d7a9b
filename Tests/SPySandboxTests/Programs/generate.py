"""Writes random programs of the subset and what CPython says to them.

generate.py SEED COUNT prints one JSON object a line: {"source", "output", "error": [type, message] or null}.
Run it with PYTHONHASHSEED=0, as the order of sets depends on it.
"""
import contextlib
import io
import json
import random
import resource
import signal
import sys


class TooSlow(BaseException):
    """A program that takes too long to be a good case."""


def interrupt(number, frame):
    raise TooSlow


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.names = {kind: [] for kind in ("int", "float", "str", "list", "dict", "set", "tuple", "bool")}
        self.functions = []
        self.counter = 0
        self.lines = []
        self.indent = 0
        self.in_function = False

    def pick(self, *options):
        return self.random.choice(options)

    def fresh(self, prefix="v"):
        self.counter += 1
        return f"{prefix}{self.counter}"

    def emit(self, line):
        self.lines.append("    " * self.indent + line)

    # Expressions

    def expression(self, kind, depth=3):
        if depth <= 0 or self.random.random() < 0.15:
            return self.leaf(kind)
        return getattr(self, "make_" + kind)(depth - 1)

    def anything(self, depth=2):
        return self.expression(self.pick("int", "int", "float", "str", "str", "list", "dict", "set", "tuple", "bool"), depth)

    def leaf(self, kind):
        if self.names[kind] and self.random.random() < 0.6:
            return self.random.choice(self.names[kind])
        r = self.random
        if kind == "int":
            return self.pick(str(r.randint(-20, 20)), str(r.randint(-20, 20)), "0", "1", str(r.randint(-2**70, 2**70)), str(2**62))
        if kind == "float":
            return self.pick("0.5", "-1.25", "3.0", "2.675", "1e10", "-0.0", "1e-5", str(r.uniform(-100, 100)))
        if kind == "str":
            return repr(self.pick("", "a", "abc", "Hello World", "x,y,z", " pad ", "é€😀", "12", "-3.5", "aXbXc", "line\nbreak", "tab\t'q\""))
        if kind == "bool":
            return self.pick("True", "False")
        if kind == "list":
            return self.pick("[]", "[1, 2, 3]", "['b', 'a']", "[3, 1, 2, 5, 4]", "[[1], [2, 3]]", "[False, True]", "list(range(5))")
        if kind == "dict":
            return self.pick("{}", "{'a': 1, 'b': 2}", "{1: 'x', 2: 'y'}", "{'k': [1, 2]}")
        if kind == "set":
            return self.pick("set()", "{1, 2, 3}", "{'a', 'b', 'c'}", "{5, 20, 3, 64}", "frozenset([1, 2])")
        return self.pick("()", "(1,)", "(1, 'a')", "(3, 2, 1)", "((1, 2), 3)")

    def make_int(self, d):
        e = self.expression
        r = self.random.randint(0, 13)
        if r <= 4:
            return f"({e('int', d)} {self.pick('+', '-', '*', '//', '%', '&', '|', '^')} {e('int', d)})"
        if r == 5:
            return f"({self.pick('-', '~', '+')}{e('int', d)})"
        if r == 6:
            return f"len({e(self.pick('str', 'list', 'dict', 'set', 'tuple'), d)})"
        if r == 7:
            return f"({e('int', d)} if {e('bool', d)} else {e('int', d)})"
        if r == 8:
            return f"{e('str', d)}.{self.pick('count', 'find', 'index', 'rfind')}({e('str', d)})"
        if r == 9:
            return f"int({self.pick(e('float', d), e('str', d), e('bool', d))})"
        if r == 10:
            return f"{self.pick('sum', 'max', 'min', 'len')}({e('list', d)})"
        if r == 11:
            return f"{e('list', d)}[{e('int', d)}]"
        if r == 12:
            return f"({e('int', d)} {self.pick('<<', '>>', '**')} {self.random.randint(-1, 3)})"
        return f"{self.pick('abs', 'round', 'hash', 'int')}({e('int', d)})"

    def make_float(self, d):
        e = self.expression
        r = self.random.randint(0, 6)
        if r <= 2:
            return f"({e('float', d)} {self.pick('+', '-', '*', '/', '//', '%')} {e(self.pick('float', 'int'), d)})"
        if r == 3:
            return f"({e('int', d)} / {e('int', d)})"
        if r == 4:
            return f"round({e('float', d)}, {self.random.randint(-2, 4)})"
        if r == 5:
            return f"float({e(self.pick('int', 'str'), d)})"
        return f"abs({e('float', d)})"

    def make_str(self, d):
        e = self.expression
        r = self.random.randint(0, 15)
        if r <= 1:
            return f"({e('str', d)} + {e('str', d)})"
        if r == 2:
            return f"({e('str', d)} * {self.random.randint(-1, 4)})"
        if r == 3:
            return f"str({self.anything(d)})"
        if r == 4:
            return f"repr({self.anything(d)})"
        if r == 5:
            return f"{e('str', d)}.{self.pick('upper', 'lower', 'title', 'strip', 'capitalize', 'swapcase', 'casefold')}()"
        if r == 6:
            return f"{e('str', d)}[{self.slice(d)}]"
        if r == 7:
            return f"{e('str', d)}.replace({e('str', 0)}, {e('str', 0)})"
        if r == 8:
            return f"{e('str', 0)}.join({self.pick('map(str, ' + e('list', d) + ')', e('list', d), '[str(q) for q in ' + e('tuple', d) + ']')})"
        if r == 9:
            spec = self.pick("", ":>10", ":^8", ":<6", "!r", "!r:>12")
            return "f\"<{" + self.safe(e("str", 0)) + spec + "}>\""
        if r == 10:
            spec = self.pick("", ":d", ":5d", ":,", ":x", ":+d", ":08.2f", ":e", ":b")
            return "f\"{" + self.safe(e("int", 0)) + spec + "}|{" + self.safe(e("float", 0)) + self.pick("", ":.2f", ":10.3e", ":g", ":%") + "}\""
        if r == 11:
            return f"({self.pick('%s', '%r', '%5s', '%d', '%.2f', '%x')!r} % {self.pick(e('int', d), '(' + e('int', d) + ',)', e('str', d))})"
        if r == 12:
            return f"{self.pick('{}-{}', '{0}{1}{0}', '{:>5}|{!r}', '{x}')!r}.format({self.anything(d)}, {self.anything(d)}, x={self.anything(d)})"
        if r == 13:
            return f"{e('str', d)}.{self.pick('center', 'ljust', 'rjust', 'zfill')}({self.random.randint(0, 12)})"
        if r == 14:
            return f"chr({self.random.randint(32, 300)})"
        return f"({e('str', d)} if {e('bool', d)} else {e('str', d)})"

    def safe(self, text):
        """An expression that may stand in an f-string of 3.11."""
        return text if not any(c in text for c in "\"\\") else "'f'"

    def slice(self, d):
        def part():
            return self.pick("", str(self.random.randint(-6, 6)))
        return f"{part()}:{part()}" + self.pick("", "", f":{self.pick('1', '2', '-1', '-2', '0')}")

    def make_bool(self, d):
        e = self.expression
        r = self.random.randint(0, 8)
        kind = self.pick("int", "float", "str", "list", "tuple")
        if r <= 2:
            return f"({e(kind, d)} {self.pick('<', '<=', '>', '>=', '==', '!=')} {e(kind, d)})"
        if r == 3:
            return f"(not {self.anything(d)})"
        if r == 4:
            return f"({e('bool', d)} {self.pick('and', 'or')} {e('bool', d)})"
        if r == 5:
            return f"({self.anything(d)} {self.pick('in', 'not in')} {e(self.pick('list', 'dict', 'set', 'tuple'), d)})"
        if r == 6:
            return f"isinstance({self.anything(d)}, {self.pick('int', 'str', '(list, dict)', 'float', 'bool', 'set')})"
        if r == 7:
            return f"{self.pick('any', 'all')}({e(self.pick('list', 'tuple', 'set'), d)})"
        return f"({e('int', d)} < {e('int', d)} <= {e('int', d)})"

    def make_list(self, d):
        e = self.expression
        r = self.random.randint(0, 13)
        if r == 0:
            return "[" + ", ".join(self.anything(d) for _ in range(self.random.randint(0, 4))) + "]"
        if r == 1:
            return f"({e('list', d)} + {e('list', d)})"
        if r == 2:
            return f"{e('list', d)}[{self.slice(d)}]"
        if r == 3:
            return f"sorted({e(self.pick('list', 'set', 'tuple', 'str'), d)}{self.pick('', ', reverse=True', ', key=str', ', key=lambda q: str(q)[::-1]')})"
        if r == 4:
            v = self.fresh("c")
            return f"[{v} {self.pick('* 2', '', 'in (1, 2)')} for {v} in {e(self.pick('list', 'tuple', 'set', 'str'), d)}{self.pick('', f' if {v}')}]"
        if r == 5:
            v = self.fresh("c")
            return f"[{v} * {v} for {v} in range({self.random.randint(0, 6)}){self.pick('', f' if {v} % 2')}]"
        if r == 6:
            return f"{e('str', d)}.split({self.pick('', repr(','), repr('X'), 'None, 1')})"
        if r == 7:
            return f"list({e(self.pick('str', 'dict', 'set', 'tuple', 'list'), d)})"
        if r == 8:
            return f"list({self.pick('enumerate', 'reversed')}({e('list', d)}))"
        if r == 9:
            return f"list(zip({e('list', d)}, {e('str', d)}))"
        if r == 10:
            return f"list({e('dict', d)}.{self.pick('items', 'keys', 'values')}())"
        if r == 11:
            return f"list(map(lambda q: (q, {e('int', 0)}), {e('list', d)}))"
        if r == 12:
            return f"list(filter({self.pick('None', 'lambda q: q', 'bool')}, {e('list', d)}))"
        return f"({e('list', d)} * {self.random.randint(0, 3)})"

    def make_dict(self, d):
        e = self.expression
        r = self.random.randint(0, 5)
        if r == 0:
            return "{" + ", ".join(f"{e(self.pick('int', 'str', 'tuple'), 0)}: {self.anything(d)}" for _ in range(self.random.randint(0, 3))) + "}"
        if r == 1:
            v = self.fresh("c")
            return "{" + f"{v}: {self.anything(0)} for {v} in {e(self.pick('list', 'set', 'str', 'tuple'), d)}" + "}"
        if r == 2:
            return f"({e('dict', d)} | {e('dict', d)})"
        if r == 3:
            return f"dict(zip({e(self.pick('str', 'tuple'), d)}, {e('list', d)}))"
        if r == 4:
            return "{**" + e("dict", d) + ", 'z': " + self.anything(d) + "}"
        return f"dict.fromkeys({e(self.pick('str', 'tuple', 'set'), d)}, {self.anything(0)})"

    def make_set(self, d):
        e = self.expression
        r = self.random.randint(0, 4)
        if r <= 1:
            return f"({e('set', d)} {self.pick('|', '&', '-', '^')} {e('set', d)})"
        if r == 2:
            return f"set({e(self.pick('list', 'tuple', 'str', 'dict'), d)})"
        if r == 3:
            v = self.fresh("c")
            return "{" + f"{v} % {self.random.randint(1, 40)} for {v} in range({self.random.randint(0, 60)})" + "}"
        return f"{e('set', d)}.{self.pick('union', 'intersection', 'difference', 'symmetric_difference')}({e(self.pick('list', 'set'), d)})"

    def make_tuple(self, d):
        e = self.expression
        r = self.random.randint(0, 4)
        if r == 0:
            return "(" + ", ".join(self.anything(d) for _ in range(self.random.randint(0, 3))) + ",)" if self.random.random() < 0.9 else "()"
        if r == 1:
            return f"({e('tuple', d)} + {e('tuple', d)})"
        if r == 2:
            return f"tuple({e(self.pick('list', 'str', 'set'), d)})"
        if r == 3:
            return f"divmod({e('int', d)}, {e('int', d)})"
        return f"{e('tuple', d)}[{self.slice(d)}]"

    # Statements

    def statement(self, depth=2):
        r = self.random.randint(0, 19)
        if r <= 4 or depth <= 0:
            return self.assignment()
        if r <= 7:
            return self.emit(f"print({self.anything()}, {self.anything(1)})")
        if r == 8:
            return self.conditional(depth)
        if r == 9:
            return self.for_loop(depth)
        if r == 10:
            return self.while_loop(depth)
        if r <= 13:
            return self.try_statement(depth)
        if r == 14:
            return self.mutation()
        if r == 15 and not self.in_function:
            return self.function(depth)
        if r == 16 and self.functions:
            return self.call()
        if r == 17:
            return self.match(depth)
        if r == 18:
            return self.augmented()
        return self.unpacking()

    def assignment(self):
        kind = self.pick("int", "float", "str", "list", "dict", "set", "tuple", "bool")
        value = self.expression(kind)
        name = self.random.choice(self.names[kind]) if self.names[kind] and self.random.random() < 0.4 else self.fresh()
        self.emit(f"{name} = {value}")
        if self.indent <= 1:
            if name not in self.names[kind]:
                self.names[kind].append(name)

    def augmented(self):
        kind = self.pick("int", "str", "list", "float", "set", "dict")
        if not self.names[kind]:
            return self.assignment()
        name = self.random.choice(self.names[kind])
        if self.in_function and not name.startswith("p"):
            return self.assignment()
        operator = {"int": self.pick("+", "-", "*", "//", "%", "|"), "str": "+", "list": self.pick("+", "+", "*"), "float": self.pick("+", "-", "*", "/"), "set": self.pick("|", "&", "-", "^"), "dict": "|"}[kind]
        right = "2" if operator == "*" else self.expression(kind, 1)
        self.emit(f"{name} {operator}= {right}")
        self.emit(f"print({name})")

    def unpacking(self):
        a, b = self.fresh(), self.fresh()
        star = self.pick("", "*")
        self.emit(f"{a}, {star}{b} = {self.expression(self.pick('tuple', 'list', 'str'), 2)}")
        self.emit(f"print({a}, {b})")

    def mutation(self):
        kind = self.pick("list", "dict", "set")
        if not self.names[kind]:
            return self.assignment()
        name = self.random.choice(self.names[kind])
        e = self.expression
        if kind == "list":
            self.emit(self.pick(f"{name}.append({self.anything(1)})", f"{name}.insert({e('int', 0)}, {self.anything(1)})", f"{name}.pop({self.pick('', '0', '-1')})", f"{name}.sort()", f"{name}.reverse()", f"{name}[{self.random.randint(-3, 3)}] = {self.anything(1)}", f"del {name}[{self.slice(0)}]", f"{name}[{self.random.randint(0, 3)}:{self.random.randint(0, 5)}] = {e('list', 1)}", f"{name}.remove({self.anything(0)})", f"{name}.extend({e('tuple', 1)})"))
        elif kind == "dict":
            self.emit(self.pick(f"{name}[{e('str', 1)}] = {self.anything(1)}", f"print({name}.pop({e('str', 0)}, None))", f"{name}.setdefault({e('int', 0)}, []).append(1)", f"{name}.update({e('dict', 1)})", f"del {name}[{e('str', 0)}]", f"print({name}.get({e('str', 0)}, {self.anything(0)}))", f"print({name}.popitem())"))
        else:
            self.emit(self.pick(f"{name}.add({e('int', 1)})", f"{name}.discard({e('int', 0)})", f"{name}.remove({e('int', 0)})", f"{name}.update({e('list', 1)})"))
        self.emit(f"print({name})")

    def block(self, depth, count=None):
        self.indent += 1
        for _ in range(count or self.random.randint(1, 3)):
            self.statement(depth - 1)
        self.indent -= 1

    def conditional(self, depth):
        self.emit(f"if {self.expression('bool')}:")
        self.block(depth)
        if self.random.random() < 0.4:
            self.emit(f"elif {self.anything(1)}:")
            self.block(depth)
        if self.random.random() < 0.6:
            self.emit("else:")
            self.block(depth)

    def for_loop(self, depth):
        name = self.fresh("i")
        self.emit(f"for {name} in {self.pick(f'range({self.random.randint(0, 5)})', self.expression(self.pick('list', 'str', 'tuple', 'set', 'dict'), 2))}:")
        self.indent += 1
        if self.random.random() < 0.4:
            self.emit(f"if {name} == {self.anything(0)}:")
            self.emit("    " + self.pick("break", "continue"))
        self.emit(f"print({name}, end=' ')")
        self.indent -= 1
        self.block(depth, 1)
        if self.random.random() < 0.3:
            self.emit("else:")
            self.block(depth, 1)

    def while_loop(self, depth):
        name = self.fresh("n")
        self.emit(f"{name} = {self.random.randint(0, 5)}")
        self.emit(f"while {name} > 0:")
        self.indent += 1
        self.emit(f"{name} -= 1")
        if self.random.random() < 0.3:
            self.emit(f"if {self.expression('bool', 1)}: {self.pick('break', 'continue')}")
        self.indent -= 1
        self.block(depth, 1)

    def try_statement(self, depth):
        self.emit("try:")
        self.block(depth)
        if self.random.random() < 0.85:
            self.emit(f"except {self.pick('(ValueError, TypeError)', 'ZeroDivisionError', 'Exception', 'LookupError', 'ArithmeticError')} as e:")
            self.indent += 1
            self.emit("print(type_of(e), e)")
            self.indent -= 1
            if self.random.random() < 0.3:
                self.block(depth, 1)
            if self.random.random() < 0.3:
                self.emit("else:")
                self.block(depth, 1)
            if self.random.random() < 0.4:
                self.emit("finally:")
                self.block(depth, 1)
        else:
            self.emit("finally:")
            self.block(depth, 1)

    def function(self, depth):
        name = self.fresh("f")
        outer = {kind: list(names) for kind, names in self.names.items()}
        self.emit(f"def {name}(p1, p2={self.anything(0)}, *p3, p4={self.anything(0)}, **p5):")
        self.names = {kind: [] for kind in self.names}
        self.names[self.pick("int", "str", "list")].append("p1")
        self.names["tuple"].append("p3")
        self.names["dict"].append("p5")
        self.in_function = True
        self.block(depth, self.random.randint(1, 4))
        self.indent += 1
        self.emit(f"return {self.anything()}")
        self.indent -= 1
        self.in_function = False
        self.names = outer
        self.functions.append(name)

    def call(self):
        arguments = ", ".join(self.pick(self.anything(1), f"*{self.expression('list', 0)}", f"p4={self.anything(0)}", f"k={self.anything(0)}", self.anything(1)) for _ in range(1))
        self.emit(f"print({self.random.choice(self.functions)}({self.anything(1)}, {arguments}))")

    def match(self, depth):
        self.emit(f"match {self.anything()}:")
        self.indent += 1
        for pattern in self.random.sample(["[a, b]", "[a, *rest]", "int(n)", "str()", "{'a': a, **rest}", "0 | 1", "(1, x) if x", "None", "True", "float() as q", "{}", "list()", "[]", "'abc'", "-1.5"], 3):
            self.emit(f"case {pattern}:")
            self.emit(f"    print({pattern!r})")
        self.emit("case other:")
        self.emit("    print('other', other)")
        self.indent -= 1

    def program(self):
        self.emit("def type_of(e):")
        self.emit("    for t in (KeyError, IndexError, ZeroDivisionError, OverflowError, UnboundLocalError, NameError, ValueError, TypeError, AttributeError, RuntimeError, MemoryError):")
        self.emit("        if isinstance(e, t): return t.__name__")
        self.emit("    return '?'")
        for _ in range(self.random.randint(4, 14)):
            # Most statements are guarded, so that a program goes on after its first mistake.
            if self.random.random() < 0.3:
                self.statement()
                continue
            self.emit("try:")
            self.indent += 1
            self.statement()
            self.emit("pass")
            self.indent -= 1
            self.emit("except Exception as e:")
            self.emit("    print(type_of(e), e)")
        return "\n".join(self.lines) + "\n"


def expected(source):
    """What CPython prints, and the exception that ends the program."""
    output = io.StringIO()
    error = None
    signal.setitimer(signal.ITIMER_REAL, 0.25)
    with contextlib.redirect_stdout(output):
        try:
            exec(compile(source, "<program>", "exec"), {"__name__": "__main__"})
        except Exception as e:
            error = [type(e).__name__, str(e)]
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return output.getvalue(), error


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))
    signal.signal(signal.SIGALRM, interrupt)
    made = 0
    number = 0
    while made < count:
        number += 1
        source = Generator(seed * 1_000_003 + number).program()
        try:
            output, error = expected(source)
        except TooSlow:
            continue
        if error and error[0] in ("SyntaxError", "MemoryError"):
            continue
        if len(output) > 20_000 or " at 0x" in output or "complex" in output or "MemoryError" in output:
            continue
        made += 1
        print(json.dumps({"source": source, "output": output, "error": error}))


if __name__ == "__main__":
    main()
