### math functions
import math
print(math.sqrt(16), math.floor(-1.5), math.ceil(1.2), math.trunc(-1.7), math.gcd(12, 18), math.lcm(4, 6), math.factorial(10), math.comb(5, 2), math.perm(5, 2), math.isqrt(17), math.hypot(3, 4), math.fabs(-2), math.copysign(1, -0.0))
print(math.pi, math.e, math.tau, math.inf, math.isnan(math.nan), math.isinf(math.inf), math.isclose(0.1 + 0.2, 0.3), math.log(8, 2), math.log10(1000), math.log2(8), math.exp(0), math.pow(2, 0.5))
print(math.sin(1), math.cos(1), math.tan(1), math.atan2(1, 2), math.degrees(math.pi), math.radians(180), math.fmod(-7, 3), math.modf(1.5), math.frexp(8.0), math.ldexp(0.5, 4), math.prod([2, 3]), math.fsum([0.1] * 10), math.dist([0, 0], [3, 4]))
### math domain
import math
math.sqrt(-1)
### math log zero
import math
math.log(0)
### math type
import math
math.sqrt("a")
### math factorial negative
import math
math.factorial(-1)
### math overflow
import math
math.exp(1000)
### math floor inf
import math
math.floor(math.inf)
### json dumps
import json
print(json.dumps({"a": [1, 2.5, None, True, "é\n"], "b": {}}), json.dumps([]), json.dumps("x"), json.dumps({1: 2, None: 3, True: 4}))
print(json.dumps({"b": 1, "a": [1, {"c": []}]}, indent=2, sort_keys=True), json.dumps({"a": 1}, separators=(",", ":")), json.dumps("é", ensure_ascii=False), json.dumps((1, 2)), json.dumps(float("inf")))
### json loads
import json
print(json.loads('{"a": [1, 2.5, null, true, "\\u00e9"], "b": {"c": "x"}}'), json.loads("5"), json.loads(' [1e3, -0] '))
### json round trip
import json
d = {"n": 1, "l": [1, {"x": None}], "s": "q\"uote"}
print(json.loads(json.dumps(d)) == d)
### json bad
import json
json.loads("{bad}")
### json bad caught
import json
try:
    json.loads('{"a": }')
except json.JSONDecodeError as e:
    print(e, e.pos, isinstance(e, ValueError))
### json not serializable
import json
json.dumps({1, 2})
### json default
import json
print(json.dumps({"s": {1}}, default=list))
### json bad key
import json
json.dumps({(1, 2): 3})
### json circular
import json
a = []
a.append(a)
json.dumps(a)
### re match and search
import re
m = re.match(r"(\w+)-(\d+)", "abc-123 rest")
print(m.group(), m.group(1), m.groups(), m.start(2), m.span(), m[2], bool(m), re.match("x", "abc"))
print(re.search(r"\d+", "ab12cd").group(), re.fullmatch(r"[a-z]+", "abc") is not None, re.findall(r"\d", "a1b2"), re.findall(r"(\w)(\d)", "a1b2"))
### re named groups
import re
m = re.search(r"(?P<year>\d{4})-(?P<month>\d\d)", "on 2024-05-06")
print(m.group("year"), m["month"], m.groupdict())
### re sub and split
import re
print(re.sub(r"\s+", " ", "a  b \n c"), re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"), re.sub("a", lambda m: m.group().upper(), "banana", count=2), re.subn("a", "o", "banana"), re.split(r"[,;]\s*", "a, b;c"), re.split(r"(,)", "a,b"))
### re flags and compile
import re
p = re.compile(r"^h\w+", re.IGNORECASE | re.MULTILINE)
print(p.findall("Hello\nhi\nno"), p.pattern, [m.start() for m in re.finditer("a", "banana")], re.escape("a.b*c"))
### re error
import re
re.compile("(")
### re no group
import re
re.match("a", "a").group(1)
### re email check
import re
for s in ("a@b.co", "bad", "x.y@z.org"):
    print(s, bool(re.fullmatch(r"[\w.]+@[\w.]+\.\w+", s)))
### random seeded
import random
random.seed(42)
print(random.random(), random.randint(1, 100), random.choice("abc"), random.uniform(1, 2), random.sample(range(10), 3), random.randrange(0, 100, 5))
a = list(range(10))
random.shuffle(a)
print(a, random.choices([1, 2, 3], k=4), random.gauss(0, 1), random.getrandbits(16))
### random object
import random
r = random.Random(7)
print(r.randint(0, 9), r.random(), random.Random("seed").random(), random.Random(1.5).random())
### random empty choice
import random
random.choice([])
### statistics
import statistics
d = [1, 2, 2, 3, 10]
print(statistics.mean(d), statistics.median(d), statistics.mode(d), statistics.stdev(d), statistics.pvariance(d), statistics.variance(d), statistics.median_low([1, 2, 3, 4]), statistics.multimode("aabb"), statistics.fmean([1, 2]), statistics.quantiles([1, 2, 3, 4, 5]))
### statistics empty
import statistics
statistics.mean([])
### statistics one point
import statistics
statistics.stdev([1])
### dates
from datetime import date, timedelta
d = date(2024, 2, 28)
print(d, repr(d), d + timedelta(days=2), d - timedelta(weeks=1), (date(2024, 12, 25) - d).days, d.weekday(), d.isoformat(), d.strftime("%d/%m/%Y %A"), d.replace(day=1), d < date(2025, 1, 1), d.isocalendar()[1], date.fromisoformat("2024-03-01"), d.year, d.toordinal())
### datetimes
from datetime import datetime, timedelta, timezone
t = datetime(2024, 5, 6, 7, 8, 9)
print(t, repr(t), t + timedelta(hours=20, minutes=1), t.isoformat(), t.date(), t.time(), t.strftime("%Y-%m-%dT%H:%M"), datetime.strptime("2024-01-02 03:04", "%Y-%m-%d %H:%M"), datetime.fromisoformat("2024-01-02T03:04:05"), t.replace(hour=0), t == datetime(2024, 5, 6, 7, 8, 9), (t - datetime(2024, 1, 1)).total_seconds())
u = datetime(2024, 5, 6, tzinfo=timezone.utc)
print(u, u.timestamp(), u.astimezone(timezone(timedelta(hours=2))), u.tzinfo, f"{t:%H:%M}")
### timedeltas
from datetime import timedelta
a = timedelta(days=1, hours=2, minutes=30)
print(a, repr(a), a.days, a.seconds, a.total_seconds(), a * 2, a / 2, a // timedelta(hours=1), -a, abs(-a), a > timedelta(0), a + a, a / timedelta(hours=1), timedelta(seconds=90), divmod(a, timedelta(hours=1)), bool(timedelta(0)))
### date errors
from datetime import date
date(2024, 2, 30)
### date bad text
from datetime import date
date.fromisoformat("nonsense")
### date type error
from datetime import date
date(2024, 1, 1) + 1
### strptime error
from datetime import datetime
datetime.strptime("x", "%Y")
### decimals
from decimal import Decimal, getcontext, ROUND_HALF_UP, ROUND_DOWN
print(Decimal("0.1") + Decimal("0.2"), Decimal(10) / 3, Decimal("1.10") * 2, repr(Decimal("1.50")), Decimal("2.675").quantize(Decimal("0.01")), Decimal("2.675").quantize(Decimal("0.01"), rounding=ROUND_HALF_UP), round(Decimal("2.5")), round(Decimal("2.345"), 2), int(Decimal("3.9")), float(Decimal("1.5")))
print(Decimal("1E+3"), Decimal("100").normalize(), Decimal(1) == 1, Decimal("0.5") < 0.6, sum([Decimal("0.1")] * 3), -Decimal("1"), abs(Decimal("-2")), Decimal(7) // 2, Decimal(-7) % 3, Decimal(2) ** 10, Decimal(2).sqrt(), max(Decimal(1), Decimal(2)), f"{Decimal('1234.5'):,.2f}", str(Decimal("NaN")), Decimal("1.0") == Decimal("1.00"), hash(Decimal(1)) == hash(1))
### decimal and float
from decimal import Decimal
Decimal("1") + 1.5
### decimal bad text
from decimal import Decimal
Decimal("abc")
### decimal by zero
from decimal import Decimal
Decimal(1) / 0
### decimal context
from decimal import Decimal, getcontext
getcontext().prec = 5
print(Decimal(1) / 3, getcontext().prec)
### decimal from float
from decimal import Decimal
print(Decimal(0.1), Decimal(3), Decimal("-0"), Decimal("1.23").as_tuple(), Decimal("12.3").adjusted())
