"""datetime: operation, arguments, answer. Local time is UTC."""
import os
import time
import warnings
from datetime import date, datetime, time as clock, timedelta, timezone

from cases import outcome, row, start

os.environ["TZ"] = "UTC"
time.tzset()
warnings.simplefilter("ignore")
source, count = start()


def zone():
    return source.choice([None, None, timezone.utc, timezone(timedelta(minutes=source.randrange(-1439, 1440))),
                          timezone(timedelta(seconds=source.randrange(-86399, 86400), microseconds=source.randrange(2)))])


def moment(aware=None):
    return datetime(source.choice([1, 5, 1900, 1970, 2020, 2023, 9999, source.randrange(1, 10000)]), source.randrange(1, 13),
                    source.randrange(1, 29), source.randrange(24), source.randrange(60), source.randrange(60),
                    source.choice([0, source.randrange(10 ** 6)]), tzinfo=zone() if aware is None else aware)


def delta():
    return timedelta(source.choice([0, 0, 1, -1, source.randrange(-10 ** 6, 10 ** 6), 999999999]), source.randrange(86400),
                     source.choice([0, source.randrange(10 ** 6)]))


def micro(value):
    return str((value.days * 86400 + value.seconds) * 10 ** 6 + value.microseconds)


def number(value):
    return value.hex() if isinstance(value, float) else hex(value)


def factor():
    return source.choice([0, 1, 2, -3, source.randrange(1000), 0.5, 1.5, -0.1, 3.7, source.random(), 1e300, float("inf"), float("nan")])


FORMATS = ["%Y-%m-%d", "%d/%m/%y %H:%M", "%a %d %b %Y", "%A, %B %d", "%I:%M:%S %p", "%Y-%m-%dT%H:%M:%S.%f%z", "%j %Y", "%U %w %Y", "%W %a %Y",
           "%G-W%V-%u", "%c", "%x %X", "%H%M%S", "%d.%m.%Y (%H)", "%V %Y", "%G", "%Z %z", "%y%j", "%q", "%", "%d  %%  %Y", "100% %d", "%d% %m"]
for _ in range(count):
    name = source.choice(["new", "iso", "iso", "date", "time", "strftime", "strftime", "strptime", "strptime", "+", "-", "since", "compare",
                          "zone", "timestamp", "from", "delta", "d*", "d/", "d//", "d%", "dd", "ordinal", "isocal", "build"])
    a, b = moment(), moment()
    if name == "new":
        parts = [source.randrange(-1, 10002), source.randrange(14), source.randrange(33), source.randrange(-1, 25), source.randrange(61),
                 source.randrange(61), source.choice([0, 10 ** 6])]
        row(name, ",".join(map(str, parts)), outcome(lambda: repr(datetime(*parts))))
    elif name == "iso":
        text = a.isoformat(source.choice(["T", " ", "x", "\u00e9"]), source.choice(["auto", "hours", "minutes", "milliseconds"]))
        if source.random() < 0.3:
            text = a.strftime("%Y%m%d")+ source.choice(["", "T%02d" % a.hour, "T%02d%02d" % (a.hour, a.minute), "T%02d:%02d,5" % (a.hour, a.minute)])
        if source.random() < 0.3:
            text = f"{a.year:04}" + source.choice(["-W%02d-%d", "W%02d%d"]) % (source.randrange(55), source.randrange(9)) + source.choice(["", "T10", "T1030Z"])
        if source.random() < 0.3:
            at = source.randrange(len(text))
            text = text[:at] + source.choice("0-:.TZ+9W") + text[at + source.randrange(2):]
        row(name, text, outcome(lambda: repr(datetime.fromisoformat(text))))
    elif name in ("date", "time"):
        text = str(a.date()) if name == "date" else str(a.timetz())
        if source.random() < 0.4:
            at = source.randrange(len(text))
            text = text[:at] + source.choice("0-:.TZ+9W") + text[at + source.randrange(2):]
        kind = date if name == "date" else clock
        row(name, text, outcome(lambda: repr(kind.fromisoformat(text))))
    elif name == "strftime":
        form = source.choice(FORMATS) if source.random() < 0.5 else "".join(
            source.choice(["%a", "%A", "%w", "%d", "%b", "%B", "%m", "%y", "%Y", "%H", "%I", "%p", "%M", "%S", "%f", "%z", "%Z", "%j", "%U", "%W",
                           "%c", "%x", "%X", "%%", "%G", "%u", "%V", "%e", "%D", "%T", "%F", "-", "\u00e9"]) for _ in range(4))
        row(name, a.isoformat(), form, outcome(lambda: a.strftime(form)))
    elif name == "strptime":
        form = source.choice(FORMATS)
        text = a.replace(year=max(a.year, 1000)).strftime(form) if form not in ("%q", "%") else "1"
        if source.random() < 0.3 and text:
            at = source.randrange(len(text))
            text = text[:at] + source.choice("0 9xA") + text[at + source.randrange(2):]
        row(name, text, form, outcome(lambda: repr(datetime.strptime(text, form))))
    elif name in ("+", "-"):
        d = delta()
        row(name, a.isoformat(), micro(d), outcome(lambda: repr(a + d if name == "+" else a - d)))
    elif name == "since":
        row(name, a.isoformat(), b.isoformat(), outcome(lambda: repr(a - b)))
    elif name == "compare":
        b = source.choice([a, b])
        row(name, a.isoformat(), b.isoformat(), outcome(lambda: f"{(a > b) - (a < b)}") + f" {a == b}")
    elif name == "zone":
        z = timezone(timedelta(minutes=source.randrange(-1439, 1440)))
        row(name, a.isoformat(), micro(z.utcoffset(None)), outcome(lambda: repr(a.astimezone(z))) + f" {z} {z!r}")
    elif name == "timestamp":
        row(name, a.isoformat(), outcome(lambda: a.timestamp().hex()))
    elif name == "from":
        stamp = source.choice([source.uniform(-1e9, 1e10), source.randrange(-10 ** 6, 10 ** 6) / 8 * 1e-6, 1e20, float("nan"), -1.0000005])
        row(name, stamp.hex(), outcome(lambda: repr(datetime.fromtimestamp(stamp, timezone.utc))))
    elif name == "delta":
        d = delta()
        row(name, micro(d), f"{d!r} {d} {d.total_seconds().hex()}")
    elif name in ("d*", "d/"):
        d, f = delta(), factor()
        row(name, micro(d), number(f), outcome(lambda: repr(d * f if name == "d*" else d / f)))
    elif name in ("d//", "d%", "dd"):
        d, e = delta(), source.choice([delta(), timedelta(seconds=source.randrange(1, 99))])
        row(name, micro(d), micro(e), outcome(lambda: {"d//": lambda: hex(d // e), "d%": lambda: repr(d % e), "dd": lambda: (d / e).hex()}[name]()))
    elif name == "ordinal":
        n = source.choice([0, 1, 3652059, 3652060, source.randrange(1, 3652060)])
        row(name, n, outcome(lambda: (lambda d: f"{d!r} {d.weekday()} {d.isocalendar()[:]} {d.timetuple().tm_yday} {d.ctime()}")(date.fromordinal(n))))
    elif name == "isocal":
        y, w, d = source.choice([0, 1, 2020, 2021, 9999, source.randrange(1, 9999)]), source.randrange(55), source.randrange(9)
        row(name, y, w, d, outcome(lambda: repr(date.fromisocalendar(y, w, d))))
    else:
        parts = [factor() if source.random() < 0.5 else source.randrange(-10, 10) for _ in range(7)]
        row(name, " ".join(map(number, parts)), outcome(lambda: repr(timedelta(*parts))))
