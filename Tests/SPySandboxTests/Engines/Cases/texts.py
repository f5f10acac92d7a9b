"""Methods of str: name, receiver, arguments, answer."""
from cases import outcome, row, start

source, count = start()

POOLS = ["ab", "abc ", "aAbB", " \t\n\r\x0b\x1c\x85\u2028x", "0123456789+-_ ", "\u00e9\u00dfABss\ufb01", "\u03a3\u03c3\u03c2A.' ",
         "\u0130\u0131iI", "\U0001f600\U00010400a", "\ud800\udfff!", "'\"\\\n\x7f\u00ad\u200b", "\u0661\u0662\u00b2\u2460\u4e00",
         "\u01c5\u01c4\u01c6x", "-+0"]


def text(most=12):
    pool = source.choice(POOLS) if source.random() < 0.85 else "".join(POOLS)
    if source.random() < 0.05:
        return "".join(chr(source.randrange(0x3000)) for _ in range(source.randrange(most)))
    return "".join(source.choice(pool) for _ in range(source.randrange(most)))


def bound():
    return source.choice([None, None, source.randrange(-14, 15)])


def literal():
    pool = source.choice(["0123456789", "01_", "0x1fb_o7 ", "abcdefz019", " 12\u0663-+", "9"])
    return source.choice(["", "", "-", "+", " "]) + source.choice(["", "0x", "0b", "0_", "0"]) + "".join(
        source.choice(pool) for _ in range(source.randrange(8)))


PLAIN = ["upper", "lower", "title", "capitalize", "swapcase", "casefold", "isspace", "isalpha", "isdecimal", "isdigit",
         "isnumeric", "isalnum", "isprintable", "isidentifier", "isupper", "islower", "istitle"]
for _ in range(count):
    name = source.choice(PLAIN + ["find", "rfind", "index", "rindex", "count", "startswith", "endswith", "replace", "split", "rsplit",
                                  "splitsep", "rsplitsep", "splitlines", "partition", "rpartition", "strip", "lstrip", "rstrip",
                                  "center", "ljust", "rjust", "zfill", "expandtabs", "repr", "ascii", "slice", "join", "mul", "less",
                                  "int", "float", "removeprefix", "removesuffix", "translate", "add"] * 2)
    a = text()
    if name in PLAIN:
        row(name, a, outcome(getattr(a, name)))
    elif name in ("find", "rfind", "index", "rindex", "count", "startswith", "endswith"):
        a, b, i, j = text(30), text(4), bound(), bound()
        if source.random() < 0.5 and a:
            at = source.randrange(len(a))
            b = a[at:at + source.randrange(4)]
        row(name, a, b, i, j, outcome(lambda: getattr(a, name)(b, i, j)))
    elif name == "replace":
        a, b, c, n = text(30), text(3), text(4), source.choice([-1, -1, 0, 1, 2])
        if source.random() < 0.5 and a:
            b = source.choice(a)
        row(name, a, b, c, n, a.replace(b, c, n))
    elif name in ("split", "rsplit"):
        n = source.choice([-1, 0, 1, 2])
        a = text(30)
        row(name, a, n, getattr(a, name)(None, n))
    elif name in ("splitsep", "rsplitsep"):
        a, b, n = text(30), text(3), source.choice([-1, -1, 0, 1, 2])
        if source.random() < 0.5 and a:
            b = source.choice(a)
        row(name, a, b, n, outcome(lambda: getattr(a, name[:-3])(b, n)))
    elif name == "splitlines":
        keep = source.random() < 0.5
        a = text(30)
        row(name, a, keep, a.splitlines(keep))
    elif name in ("partition", "rpartition"):
        a, b = text(20), text(3)
        if source.random() < 0.5 and a:
            b = source.choice(a)
        row(name, a, b, outcome(lambda: getattr(a, name)(b)))
    elif name in ("strip", "lstrip", "rstrip"):
        b = source.choice([None, text(4)])
        row(name, a, "None" if b is None else "=" + b, getattr(a, name)(b))
    elif name in ("center", "ljust", "rjust"):
        width, fill = source.randrange(-1, 25), source.choice([" ", "*", "\u00e9", "ab", ""])
        row(name, a, width, fill, outcome(lambda: getattr(a, name)(width, fill)))
    elif name == "zfill":
        width = source.randrange(20)
        row(name, a, width, a.zfill(width))
    elif name == "expandtabs":
        a, size = "".join(source.choice("ab\t\n\u00e9") for _ in range(12)), source.randrange(-1, 9)
        row(name, a, size, a.expandtabs(size))
    elif name in ("repr", "ascii"):
        row(name, a, repr(a) if name == "repr" else ascii(a))
    elif name == "slice":
        i, j, k = bound(), bound(), source.choice([None, 1, 2, 3, -1, -2, 0, 10 ** 18, -10 ** 18])
        row(name, a, i, j, k, outcome(lambda: a[i:j:k]))
    elif name == "join":
        items = [text(5) for _ in range(source.randrange(5))]
        row(name, a, *items, a.join(items))
    elif name == "mul":
        n = source.randrange(-1, 5)
        row(name, a, n, a * n)
    elif name == "less":
        b = text()
        row(name, a, b, f"{a < b} {a == b}")
    elif name == "int":
        a, base = literal(), source.choice([10, 10, 0, 2, 16, 36, 8, 37, 1])
        row(name, a, base, outcome(lambda: int(a, base)))
    elif name == "float":
        a = literal() + source.choice(["", ".", "e5", "\u0663", "inf", " "])
        row(name, a, outcome(lambda: float(a)))
    elif name in ("removeprefix", "removesuffix"):
        b = source.choice([a[:2], a[-2:], text(3)])
        row(name, a, b, getattr(a, name)(b))
    elif name == "translate":
        b, c = text(4), text(4)
        d = text(3)
        row(name, a, b, c, d, outcome(lambda: a.translate(str.maketrans(b, c, d))))
    else:
        b = text()
        row(name, a, b, a + b)
