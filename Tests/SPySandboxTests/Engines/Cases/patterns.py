"""Regular expressions: kind, pattern, flags, subject, replacement, answer."""
import re
import time
import warnings

import cases
from cases import outcome, start

source, count = start()
began = 0.0
warnings.simplefilter("ignore")


def row(*fields):
    """Prints the case unless CPython itself took long over it: such patterns are for the budgets."""
    if time.perf_counter() - began < 0.05:
        cases.row(*fields)


class Maker:
    """Makes a pattern that is valid most of the time."""

    def __init__(self):
        self.groups = 0
        self.names = []

    def atom(self, depth):
        kind = source.randrange(20 if depth > 0 else 12)
        if kind < 6:
            return source.choice("abAc1_ \n\u00e9\u0130\u0131\u017fkK\u212a")
        if kind == 6:
            return "."
        if kind == 7:
            return "\\" + source.choice("dDsSwWbBAZ.\\nt")
        if kind == 8:
            return source.choice("^$")
        if kind == 9:
            inside = "".join(source.choice(["a", "b", "a-c", "\\d", "\\w", "\\S", "A-Z", "\u00e9", "1", "_", "\\n", "\\]"])
                             for _ in range(source.randrange(1, 4)))
            return "[" + source.choice(["", "", "^"]) + inside + "]"
        if kind == 10 and self.groups:
            return f"\\{source.randrange(1, self.groups + 1)}"
        if kind == 11 and self.names:
            return f"(?P={source.choice(self.names)})"
        if kind == 12:
            return "(?" + source.choice(["=", "!", "<=", "<!"]) + self.alternatives(depth - 1) + ")"
        if kind == 13:
            return "(?" + source.choice([":", ">", "i:", "s:", "m:", "-i:", "a:", "x:", "i-s:"]) + self.alternatives(depth - 1) + ")"
        if kind == 14 and self.groups:
            which = source.choice([str(source.randrange(1, self.groups + 1)), *self.names])
            return f"(?({which}){self.sequence(depth - 1)}" + source.choice(["", "|" + self.sequence(depth - 1)]) + ")"
        if kind == 15:
            name = f"n{self.groups}"
            inner = self.alternatives(depth - 1)
            text = f"(?P<{name}>{inner})"
            self.groups += 1
            self.names.append(name)
            return text
        if kind == 16:
            return source.choice(["\\x61", "\\u0061", "\\141", "\\0", "(?#no)", "\\U00000061"])
        inner = self.alternatives(depth - 1)
        self.groups += 1
        return f"({inner})"

    def sequence(self, depth):
        text = ""
        for _ in range(source.randrange(1, 4)):
            groups = self.groups
            text += self.atom(depth)
            if source.random() < 0.4:
                # CPython 3.11 confuses the bounds of groups inside possessive loops.
                greed = ["", "", "?", "+"] if groups == self.groups else ["", "", "?"]
                text += source.choice(["*", "+", "?", "{2}", "{1,2}", "{,2}", "{0}", "{1,}"]) + source.choice(greed)
        return text

    def alternatives(self, depth):
        return "|".join(self.sequence(depth) for _ in range(source.choice([1, 1, 1, 2, 3])))


def subject():
    return "".join(source.choice("abAbc1_ \n\u00e9i\u0130\u0131s\u017fk\u212a") for _ in range(source.randrange(10)))


def spans(match):
    return str([match.span(i) for i in range(match.re.groups + 1)]) + f" {match.lastindex}"


for _ in range(count):
    began = time.perf_counter()
    if source.random() < 0.12:
        pattern = "".join(source.choice(["(", ")", "[", "]", "{", "}", "?", "*", "+", "\\", "|", "a", "b", "P", "<", ">", "=", "!", ":",
                                         "#", "-", "i", "1", ",", "^", "x", "\n", "(?", "(?P<", "\\g", "(?<", "{2,1}"])
                          for _ in range(source.randrange(1, 8)))
    else:
        pattern = Maker().alternatives(3)
        if source.random() < 0.1:
            pattern = source.choice(["(?i)", "(?x) ", "(?s)", "(?m)", "(?a)", "(?ai)", "(?L)", "(?u)"]) + pattern
    flags = source.choice([0, 0, 0, 0, re.I, re.M, re.S, re.X, re.A, re.I | re.A, re.M | re.S])
    text = subject()
    kind = source.choice(["find", "find", "find", "full", "match", "sub", "split"])
    if kind == "find":
        answer = outcome(lambda: " ".join(spans(m) for m in re.compile(pattern, flags).finditer(text)))
        row(kind, pattern, int(flags), text, "", answer)
    elif kind in ("full", "match"):
        def one():
            compiled = re.compile(pattern, flags)
            match = (compiled.fullmatch if kind == "full" else compiled.match)(text, 1, 8)
            return spans(match) if match else "None"
        row(kind, pattern, int(flags), text, "", outcome(one))
    elif kind == "split":
        row(kind, pattern, int(flags), text, "", outcome(lambda: re.compile(pattern, flags).split(text, 3)))
    else:
        template = "".join(source.choice(["x", "\\1", "\\2", "\\g<0>", "\\g<1>", "\\n", "\\\\", "\\.", "\\101", "\\0", "\\g<n0>", "\\q", "\\g<",
                                          "\u00e9", "\\g<x y>", "\\g<9>", "-"]) for _ in range(source.randrange(4)))
        row(kind, pattern, int(flags), text, template, outcome(lambda: re.compile(pattern, flags).subn(template, text)))
    if source.random() < 0.02:
        row("escape", "", 0, text, "", re.escape(text))
