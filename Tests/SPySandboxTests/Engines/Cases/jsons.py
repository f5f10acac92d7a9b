"""JSON: reading documents, well formed and not, and writing strings and floats."""
import json

from cases import outcome, row, start

source, count = start()


def document(depth=3):
    kind = source.randrange(9 if depth else 7)
    space = source.choice(["", "", " ", "\n "])
    if kind < 2:
        return source.choice(["0", "-0", "1", "-12", "3.5", "1e5", "1E-2", "-0.0", "1.5e+3", "01", "1.", "-", ".5", "1e", "+1", "NaN",
                              "Infinity", "-Infinity", "-Inf", "12345678901234567890123", "1e400"])
    if kind == 2:
        return source.choice(["null", "true", "false", "nul", "True"])
    if kind < 7:
        return '"' + "".join(source.choice(["a", "\u00e9", "\\n", "\\u00e9", "\\ud83d\\ude00", "\\ud83d", "\\/", "\\\"", "\\q", "\\u12",
                                            "\U0001f600", "\t", " "][: 9 if source.random() < 0.9 else 13])
                             for _ in range(source.randrange(5))) + ('"' if source.random() < 0.97 else "")
    comma = source.choice([","] * 20 + ["", ";"])
    if kind == 7:
        return "[" + space + (comma + space).join(document(depth - 1) for _ in range(source.randrange(4))) + source.choice(["]"] * 20 + [",]", ""])
    pairs = [f'"{source.choice("abc")}"' + space + source.choice([":"] * 20 + ["", "="]) + space + document(depth - 1)
             for _ in range(source.randrange(4))]
    return "{" + space + (comma + space).join(pairs) + source.choice(["}"] * 20 + [",}", "", "]"])


def show(value):
    """A form that keeps types, names and their order."""
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(k) + ":" + show(v) for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(show, value)) + "]"
    return json.dumps(value)


def pairs_of(pairs):
    return dict(pairs)


for _ in range(count):
    kind = source.randrange(8)
    if kind < 6:
        text = source.choice(["", " ", "\n"]) + document() + source.choice(["", "", "", " ", "x"])
        if source.random() < 0.2 and text:
            at = source.randrange(len(text))
            text = text[:at] + source.choice(["", "]", "}", '"', ",", "\\", "\ufeff"]) + text[at + 1:]
        row("read", text, outcome(lambda: json.loads(text), show))
    elif kind == 6:
        text = "".join(chr(source.choice([source.randrange(128), source.randrange(0x3000), 0x1F600, 0xD800])) for _ in range(6))
        row("ascii", text, json.dumps(text))
        row("unicode", text, json.dumps(text, ensure_ascii=False))
    else:
        value = source.choice([1.0, 1e16, -0.0, source.random(), float("nan"), float("inf"), float("-inf")])
        row("float", value.hex(), json.dumps(value))
        row("strict", value.hex(), outcome(lambda: json.dumps(value, allow_nan=False)))
