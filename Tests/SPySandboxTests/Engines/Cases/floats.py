"""Floats: text, parsing, rounding, division, hash."""
import struct

from cases import outcome, row, start

source, count = start()


def double():
    kind = source.randrange(9)
    if kind == 0:
        return struct.unpack("<d", source.getrandbits(64).to_bytes(8, "little"))[0]
    if kind == 1:
        return source.choice([0.0, -0.0, 1.0, 0.1, 0.5, 1.5, 2.5, 1e16, 1e15, 9999999999999998.0, 1e22, 1e23, 5e-324,
                              2.2250738585072014e-308, 1.7976931348623157e308, float("inf"), float("-inf"), 0.0001,
                              0.00001, 123456789012345680.0, 2.0 ** 63, -(2.0 ** 63)])
    if kind == 2:
        return source.randrange(-10 ** 6, 10 ** 6) / 10 ** source.randrange(8)
    if kind == 3:
        return float(source.randrange(10 ** source.randrange(1, 25)))
    if kind == 4:
        return source.randrange(-4000, 4000) / 8
    if kind == 5:
        return 2.0 ** source.randrange(-1074, 1023)
    if kind == 6:
        return float(f"{source.randrange(10 ** 17)}e{source.randrange(-340, 300)}")
    return source.uniform(-1000, 1000)


def literal():
    kind = source.randrange(4)
    if kind == 0:
        return source.choice(["inf", "-Infinity", "+nan", "NaN", "infinit", "1_0.5_0", "1__0", "_1", "1_", "1_.5", "1._5", ".5",
                              "5.", ".", "e5", "1e", "1e+", "1e5", "1E-5", "1e1_0", "0x10", "1e400", "-1e400", "1e-400",
                              "+-1", "--1", "", "1.5.5", "00012", "1 2", "1e5.0", "١"])
    alphabet = "0123456789" * 3 + "._e-+"
    if kind == 1:
        return "".join(source.choice(alphabet) for _ in range(source.randrange(1, 12)))
    digits = "".join(source.choice("0123456789") for _ in range(source.randrange(1, 40)))
    at = source.randrange(len(digits) + 1)
    return digits[:at] + "." + digits[at:] + source.choice(["", f"e{source.randrange(-330, 310)}"])


def hexadecimal():
    if source.random() < 0.3:
        return double().hex()
    digits = "".join(source.choice("0123456789abcdefABCDEF") for _ in range(source.randrange(0, 30)))
    at = source.randrange(len(digits) + 1)
    return (source.choice(["", "-", "+"]) + source.choice(["", "0x", "0X"]) + digits[:at] + source.choice(["", "."])
            + digits[at:] + source.choice(["", f"p{source.randrange(-1200, 1100)}", "p+1", "p", "q"]))


def pair(value):
    return " ".join(item.hex() for item in value)


for _ in range(count):
    name = source.choice(["repr", "repr", "parse", "parse", "round", "round", "round0", "//", "%", "divmod", "**", "hash", "ratio",
                          "hex", "fromhex", "iround"])
    a = double()
    if name == "repr":
        row(name, a.hex(), repr(a))
    elif name == "parse":
        text = literal()
        if text.isascii():
            row(name, text, outcome(lambda: float(text), float.hex).split(":")[0])
    elif name == "round":
        digits = source.choice([source.randrange(-5, 20), source.randrange(-320, 330)])
        row(name, a.hex(), digits, outcome(lambda: round(a, digits), float.hex))
    elif name == "round0":
        row(name, a.hex(), outcome(lambda: round(a), hex))
    elif name == "iround":
        value, digits = source.choice([source.randrange(-10 ** 6, 10 ** 6) * 5, source.getrandbits(100)]), source.randrange(1, 40)
        row(name, hex(value), digits, hex(round(value, -digits)))
    elif name == "hash":
        row(name, a.hex(), hash(a) if a == a else 0)
    elif name == "ratio":
        row(name, a.hex(), outcome(a.as_integer_ratio, lambda r: f"{r[0]:#x} {r[1]:#x}"))
    elif name == "hex":
        row(name, a.hex(), a.hex())
    elif name == "fromhex":
        text = hexadecimal()
        row(name, text, outcome(lambda: float.fromhex(text), float.hex))
    else:
        b = source.choice([double(), float(source.randrange(-9, 9)), 0.1, 0.5])
        if name == "**":
            def power():
                answer = a ** b
                return "complex" if isinstance(answer, complex) else answer.hex()
            row(name, a.hex(), b.hex(), outcome(power).replace("OverflowError: complex exponentiation", "complex"))
        elif name == "divmod":
            row(name, a.hex(), b.hex(), outcome(lambda: divmod(a, b), pair))
        else:
            row(name, a.hex(), b.hex(), outcome(lambda: a // b if name == "//" else a % b, float.hex))
