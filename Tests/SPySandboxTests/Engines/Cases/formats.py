"""format(), str.format templates and the % operator: kind, value, template, answer."""
import string

from cases import outcome, row, start

source, count = start()


def double():
    return source.choice([0.0, -0.0, 1.0, -1.5, 2.5, 0.125, 1e16, 123456789.123, 9.995, 99999.5, 1e-5, 1.5e300, 5e-324, float("inf"),
                          float("-inf"), float("nan"), source.uniform(-1e6, 1e6), source.uniform(-1, 1) * 10 ** source.randrange(-20, 25),
                          float(source.randrange(10 ** 7)), source.randrange(-999, 999) / 8])


def integer():
    return source.choice([0, 1, -1, 255, -255, 65, 0x1F600, 10 ** 6, -1234567, source.getrandbits(90), -source.getrandbits(20)])


def words():
    return "".join(source.choice("ab\u00e9\U0001f600 ") for _ in range(source.randrange(6)))


def spec(types):
    if source.random() < 0.03:
        return "".join(source.choice("<>=^+-z#0123,_.dxs\u00e9 ") for _ in range(source.randrange(6)))
    text = ""
    if source.random() < 0.4:
        text += source.choice(["", "", "*", "0", "\u00e9", "<"]) + source.choice("<>=^")
    text += source.choice(["", "", "", "+", "-", " "]) + source.choice(["", "", "", "", "z"]) + source.choice(["", "", "", "#"])
    text += source.choice(["", "", "0"]) + source.choice(["", "", str(source.randrange(25))])
    text += source.choice(["", "", "", ",", "_"]) + source.choice(["", "", f".{source.randrange(20)}", ".", ".50"])
    return text + source.choice(types)


INTEGERS = ["", "d", "b", "o", "x", "X", "c", "n", "e", "f", "g", "%", "E", "F", "G", "s", "q"]
FLOATS = ["", "e", "f", "g", "n", "%", "E", "F", "G", "d"]
TEMPLATE = "{}{}{}!:[].abr01 0}{"
for _ in range(count):
    kind = source.choice(["int", "int", "float", "float", "float", "str", "%int", "%float", "%str", "%any", "fields"])
    if kind == "int":
        value, text = integer(), spec(INTEGERS) or "d"
        row(kind, hex(value), text, outcome(lambda: format(value, text)))
    elif kind == "float":
        value, text = double(), spec(FLOATS) or "e"
        row(kind, value.hex(), text, outcome(lambda: format(value, text)))
    elif kind == "str":
        value, text = words(), spec(["", "s", "s", "d"]) or "s"
        if source.random() < 0.7:
            text = text.replace("+", "").replace("-", "").replace("#", "").replace("=", "<").replace(",", "").replace("_", "").replace("z", "")
            text = text or "s"
        row(kind, value, text, outcome(lambda: format(value, text)))
    elif kind.startswith("%"):
        text = "%" + "".join(source.choice("+- #0") for _ in range(source.randrange(3))) + source.choice(["", "5", "12", "0"])
        text += source.choice(["", "", ".", ".0", ".3", ".15"]) + source.choice(["", "", "", "l", "h"])
        if kind == "%int":
            value, text = integer(), text + source.choice("diuxXocefg")
            row(kind, hex(value), text, outcome(lambda: text % value))
        elif kind == "%float":
            value, text = double(), text + source.choice("eEfFgGeEfFgGdi")
            row(kind, value.hex(), text, outcome(lambda: text % value))
        elif kind == "%str":
            value, text = words(), text + source.choice("ssssc")
            row(kind, value, text, outcome(lambda: text % value))
        else:
            text = "%" + "".join(source.choice("()a%.*5dsq\u00e9\n") for _ in range(source.randrange(5)))

            class Anything(dict):
                def __missing__(self, key):
                    return 7

            def parts():
                text % Anything()
                return "accepted"
            answer = outcome(parts)
            # Only what the template alone decides; the rest is the interpreter's.
            if answer.startswith("ValueError"):
                row(kind, "", text, answer)
    else:
        text = "".join(source.choice(TEMPLATE) for _ in range(source.randrange(8)))
        if source.random() < 0.6:
            text = "{" + text + "}"

        def parse():
            parts = []
            numbers = string.Formatter()
            for literal, name, form, conversion in numbers.parse(text):
                parts.append(f"{literal!r} {name!r} {form!r} {conversion!r}")
            return "; ".join(parts)
        row(kind, "", text, outcome(parse))
