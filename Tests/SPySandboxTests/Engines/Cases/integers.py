"""Operations on integers of all sizes: operation, operands, answer."""
import operator

from cases import outcome, row, start

source, count = start()


def integer(bits=None):
    bits = bits or source.choice([1, 8, 31, 62, 63, 64, 65, 127, 128, 129, 200, 500, 1000, 3000, 9000])
    kind = source.random()
    if kind < 0.5:
        value = source.getrandbits(bits)
    elif kind < 0.8:
        # Long runs of ones and zeros, where carries and estimates go wrong.
        value = (1 << bits) - source.choice([0, 1, 2, 1 << (bits // 2), (1 << bits // 2) + 1])
    else:
        value = (source.getrandbits(bits // 2 + 1) << (bits // 2)) | source.choice([0, 1])
    return -value if source.random() < 0.4 else value


def double(value):
    return float(value).hex()


OPERATIONS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "//": operator.floordiv, "%": operator.mod,
    "&": operator.and_, "|": operator.or_, "^": operator.xor, "<": operator.lt, "==": operator.eq,
}
for _ in range(count):
    name = source.choice([*OPERATIONS, "/", "<<", ">>", "**", "pow", "hash", "float", "bits", "radix", "~", "cmp"])
    a = integer()
    if name in OPERATIONS:
        b = integer() if source.random() < 0.9 else source.choice([a, -a, a + 1, 0])
        row(name, hex(a), hex(b), outcome(lambda: OPERATIONS[name](a, b), lambda v: hex(v) if not isinstance(v, bool) else str(v)))
    elif name == "/":
        if source.random() < 0.4:
            # Quotients at a tie, among the subnormal numbers and near overflow.
            a = integer(source.choice([53, 54, 55, 108])) << source.choice([0, 3, 1000, 971])
            b = 1 << source.choice([0, 1, 2, 1022, 1074, 1076, 2045])
        else:
            b = integer()
        row(name, hex(a), hex(b), outcome(lambda: a / b, double))
    elif name in ("<<", ">>"):
        b = source.choice([0, 1, 7, 63, 64, 65, 128, 1000, -1])
        row(name, hex(a), hex(b), outcome(lambda: a << b if name == "<<" else a >> b, hex))
    elif name == "**":
        a, b = integer(source.choice([1, 3, 20, 70])), source.randrange(40)
        row(name, hex(a), hex(b), hex(a ** b))
    elif name == "pow":
        a, b, c = (integer(source.choice([3, 20, 64, 130])) for _ in range(3))
        row(name, hex(a), hex(b), hex(c), outcome(lambda: pow(a, b, c), hex))
    elif name == "hash":
        row(name, hex(a), hash(a))
    elif name == "float":
        row(name, hex(a), outcome(lambda: float(a), double))
    elif name == "bits":
        row(name, hex(a), f"{a.bit_length()} {a.bit_count()}")
    elif name == "~":
        row(name, hex(a), hex(~a))
    elif name == "radix":
        base = source.choice([2, 8, 16, 10, 3, 36])
        digits, rest = "", abs(a)
        while rest:
            digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % base] + digits
            rest //= base
        row(name, hex(a), base, ("-" if a < 0 else "") + (digits or "0"))
    else:
        b = source.choice([float(source.getrandbits(60)), source.random() * 1e25, 2.0 ** 70, float("inf"), -0.5, 0.0])
        a = source.choice([a, int(b) if b < 1e300 else a])
        row(name, hex(a), b.hex(), (a > b) - (a < b))
