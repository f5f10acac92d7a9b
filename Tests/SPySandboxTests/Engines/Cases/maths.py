"""math and statistics: function, arguments, answer."""
import math
import statistics

from cases import outcome, row, start

source, count = start()
UNARY = ["acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "cos", "cosh", "degrees", "erf", "erfc", "exp", "exp2", "expm1",
         "fabs", "log", "log10", "log1p", "log2", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "gamma", "lgamma"]
BINARY = ["pow", "atan2", "copysign", "fmod", "remainder", "nextafter", "isclose"]


def double():
    return source.choice([0.0, -0.0, 1.0, -1.0, 0.5, 2.0, float("inf"), float("-inf"), float("nan"), 710.0, -746.0, 1e308, 5e-324, 171.5,
                          23.0, -3.0, source.uniform(-2, 2), source.uniform(-200, 200), source.uniform(-1, 1) * 10 ** source.randrange(-300, 300)])


def integer():
    return source.choice([0, 1, 2, -1, 10, source.randrange(200), source.getrandbits(64), source.getrandbits(200), source.getrandbits(2000)])


def shown(values):
    return " ".join(v.hex() if isinstance(v, float) else hex(v) for v in values)


def number(value):
    return value.hex() if isinstance(value, float) else hex(value)


def data():
    kind = source.randrange(5)
    size = source.randrange(7)
    if kind == 0:
        return [source.randrange(-20, 20) for _ in range(size)]
    if kind == 1:
        return [source.uniform(-1e3, 1e3) for _ in range(size)]
    if kind == 2:
        return [source.choice([0.1, 1e16, -1e16, 1e-10, 3, 2 ** 70, 7]) for _ in range(size)]
    if kind == 3:
        return [source.randrange(9) / 2 for _ in range(size)]
    return [source.choice([1.0, 2.5, float("inf"), float("nan"), -float("inf")]) for _ in range(size)]


for _ in range(count):
    kind = source.randrange(7)
    if kind == 0:
        name, x = source.choice(UNARY), double()
        row(name, x.hex(), outcome(lambda: getattr(math, name)(x), float.hex))
    elif kind == 1:
        name, x, y = source.choice(BINARY), double(), double()
        row(name, x.hex(), y.hex(), outcome(lambda: getattr(math, name)(x, y), lambda v: str(v) if isinstance(v, bool) else v.hex()))
    elif kind == 2:
        name, a, b = source.choice(["gcd", "lcm", "perm", "comb"]), integer(), integer()
        if name in ("perm", "comb"):
            a, b = source.choice([source.randrange(-2, 300), source.getrandbits(70)]), source.randrange(-2, 60)
        row(name, hex(a), hex(b), outcome(lambda: getattr(math, name)(a, b), hex))
    elif kind == 3:
        name, a = source.choice(["factorial", "isqrt", "log", "log2", "log10"]), integer()
        if name == "factorial":
            a = source.randrange(-3, 400)
        row("i" + name, hex(a), outcome(lambda: getattr(math, name)(a), number))
    elif kind == 4:
        name, x = source.choice(["floor", "ceil", "trunc", "frexp", "modf", "ulp", "ldexp"]), double()
        if name == "ldexp":
            n = source.choice([0, 1, -1, 1023, -1074, 5000, -5000, 2 ** 70])
            row(name, x.hex(), hex(n), outcome(lambda: math.ldexp(x, n), float.hex))
        else:
            def parts():
                answer = getattr(math, name)(x)
                return shown(answer) if isinstance(answer, tuple) else number(answer)
            row(name, x.hex(), outcome(parts))
    elif kind == 5:
        name = source.choice(["fsum", "hypot"])
        values = [double() if source.random() < 0.3 else source.uniform(-1, 1) * 10.0 ** source.randrange(-20, 20) for _ in range(source.randrange(6))]
        row(name, shown(values), outcome(lambda: math.fsum(values) if name == "fsum" else math.hypot(*values), float.hex))
    else:
        name, values = source.choice(["mean", "fmean", "variance", "pvariance", "stdev", "pstdev",
                                      "quantiles", "inclusive", "geometric_mean", "harmonic_mean", "pairs"]), data()
        if "quantiles" in name or "incl" in name:
            values = [v for v in values if v == v]
        if name == "pairs":
            others = [source.uniform(-5, 5) for _ in values] if source.random() < 0.9 else [1.0]
            values = [float(v) for v in values if v == v and abs(v) != float("inf")]
            name = source.choice(["covariance", "correlation", "linear_regression"])
            row(name, shown(values) + ";" + shown(others), outcome(lambda: getattr(statistics, name)(values, others), lambda v: v.hex() if isinstance(v, float) else shown(v)))
        elif name == "quantiles":
            row(name, shown(values), outcome(lambda: statistics.quantiles(values, n=5), shown))
        elif name == "inclusive":
            row(name, shown(values), outcome(lambda: statistics.quantiles(values, n=5, method="inclusive"), shown))
        else:
            row(name, shown(values), outcome(lambda: getattr(statistics, name)(values), number))
