"""decimal: operation, precision, rounding, operands, answer."""
import decimal
from decimal import Decimal

from cases import outcome, row, start

source, count = start()
ROUNDINGS = ["ROUND_UP", "ROUND_DOWN", "ROUND_CEILING", "ROUND_FLOOR", "ROUND_HALF_UP", "ROUND_HALF_DOWN", "ROUND_HALF_EVEN",
             "ROUND_05UP"]


def number():
    kind = source.randrange(12)
    if kind == 0:
        return source.choice(["0", "-0", "0.00", "0E+5", "1", "-1", "1.00", "10", "0.1", "Infinity", "-Infinity", "NaN", "-NaN7", "sNaN",
                              "1E+30", "1E-30", "9.999999999999999999999999999", "0.5", "2.5", "1E+999999", "1E-999999", "1E-1000020"])
    digits = str(source.randrange(10 ** source.choice([1, 2, 3, 5, 10, 28, 29, 40])))
    if source.random() < 0.3:
        digits += "0" * source.randrange(5)
    if kind < 4:
        return source.choice(["", "-"]) + digits
    if kind < 9:
        at = source.randrange(len(digits) + 1)
        return source.choice(["", "-"]) + (digits[:at] or "0") + "." + (digits[at:] or "0")
    return source.choice(["", "-"]) + digits + f"E{source.randrange(-40, 40)}"


def literal():
    pool = source.choice(["0123456789", "01.eE-+_ ", "infINtyaNs12", "1.\u0663e"])
    return "".join(source.choice(pool) for _ in range(source.randrange(8)))


def spec():
    return (source.choice(["", "", "", "*<", "=", "^", ">"]) + source.choice(["", "", "+", "-", " "]) + source.choice(["", "", "", "z", "#"])
            + source.choice(["", "", "0"]) + source.choice(["", "", "12", "5"]) + source.choice(["", "", "", ",", "_"])
            + source.choice(["", "", ".0", ".2", ".5", ".30"]) + source.choice(["", "e", "E", "f", "F", "g", "G", "%", "n", "d"]))


BINARY = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b, "//": lambda a, b: a // b,
    "%": lambda a, b: a % b, "divmod": lambda a, b: divmod(a, b), "quantize": lambda a, b: a.quantize(b), "==": lambda a, b: a == b,
    "<": lambda a, b: a < b, "compare": lambda a, b: a.compare(b), "max": lambda a, b: a.max(b), "min": lambda a, b: a.min(b),
}
UNARY = {
    "neg": lambda a: -a, "pos": lambda a: +a, "abs": lambda a: abs(a), "sqrt": lambda a: a.sqrt(), "normalize": lambda a: a.normalize(),
    "integral": lambda a: a.to_integral_value(), "str": str, "eng": lambda a: a.to_eng_string(), "int": int, "float": lambda a: float(a).hex(),
    "round": round, "round2": lambda a: round(a, 2), "ratio": lambda a: "%d/%d" % a.as_integer_ratio(), "adjusted": lambda a: a.adjusted(),
    "tuple": lambda a: "".join(map(str, a.as_tuple().digits)), "hash": lambda a: hash(a) if a == a else 0,
}
for _ in range(count):
    precision, rounding = source.choice([28, 28, 28, 1, 3, 9, 40]), source.choice(ROUNDINGS + ["ROUND_HALF_EVEN"] * 6)
    decimal.setcontext(decimal.Context(prec=precision, rounding=rounding))
    kind = source.randrange(10)
    if kind < 4:
        name = source.choice(list(BINARY))
        a, b = number(), number()
        if source.random() < 0.1:
            b = a
        row(name, precision, rounding, a, b, outcome(lambda: BINARY[name](Decimal(a), Decimal(b))))
    elif kind < 7:
        name, a = source.choice(list(UNARY)), number()
        if name in ("int", "ratio", "round") and "99999" in a or "10000" in a:
            a = "12.5"
        row(name, precision, rounding, a, "", outcome(lambda: UNARY[name](Decimal(a))))
    elif kind == 7:
        a, b = source.choice([(number(), str(source.randrange(-20, 60))), (number(), number()),
                              (str(source.randrange(1, 10 ** 6) / 1000), str(source.randrange(-400, 400) / 16))])
        if source.random() < 0.1:
            a = source.choice(["1.", "0."]) + source.choice("09") * source.randrange(1, 45) + str(source.randrange(1, 100))
        row("**", precision, rounding, a, b, outcome(lambda: Decimal(a) ** Decimal(b)))
        name = source.choice(["exp", "ln", "log10"])
        c = source.choice([number(), str(source.randrange(1, 10 ** 6) / 10 ** source.randrange(7)), "1." + "0" * source.randrange(20) + "1"])
        row(name, precision, rounding, c, "", outcome(lambda: getattr(Decimal(c), name)()))
    elif kind == 8:
        a = source.choice([literal(), number(), " " + number() + "\n"])
        row("parse", precision, rounding, a, "", outcome(lambda: Decimal(a)))
    else:
        a, b = number(), spec()
        if "99999" in a or "10000" in a:
            a = "-1234567.125"
        row("format", precision, rounding, a, b, outcome(lambda: format(Decimal(a), b) if b else ""))
