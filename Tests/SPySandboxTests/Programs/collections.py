### counter
from collections import Counter
c = Counter("mississippi")
print(c, c["s"], c["z"], c.most_common(2), sum(c.values()), list(c.elements())[:4], c.total())
c.update("sss")
c.subtract({"i": 2})
print(c, Counter(a=1) == Counter("a"), Counter())
### counter arithmetic
from collections import Counter
a, b = Counter(a=3, b=1), Counter(a=1, b=2)
print(a + b, a - b, a & b, a | b, +Counter(a=-1, b=2), dict(a))
### counter of words
from collections import Counter
print(Counter("the cat the dog the end".split()).most_common())
### defaultdict
from collections import defaultdict
d = defaultdict(list)
d["a"].append(1)
d["a"].append(2)
d["b"]
print(d, dict(d), d.get("z"), "z" in d, len(d))
n = defaultdict(int)
for ch in "hello":
    n[ch] += 1
print(n, defaultdict(lambda: 5)["x"])
### defaultdict without factory
from collections import defaultdict
defaultdict()["a"]
### nested defaultdict
from collections import defaultdict
t = defaultdict(lambda: defaultdict(int))
t["a"]["b"] += 1
print(t["a"]["b"], list(t))
### ordered dict
from collections import OrderedDict
o = OrderedDict([("a", 1), ("b", 2), ("c", 3)])
o.move_to_end("a")
print(o, o.popitem(last=False), list(o), OrderedDict(a=1) == {"a": 1}, OrderedDict([("a", 1), ("b", 2)]) == OrderedDict([("b", 2), ("a", 1)]))
### deque
from collections import deque
d = deque([1, 2, 3], maxlen=4)
d.append(4); d.append(5); d.appendleft(0)
print(d, d.pop(), d.popleft(), len(d), d[0], 3 in d, list(d), d.maxlen)
d.rotate(1); print(d)
d.extend("ab"); d.extendleft([9]); print(d)
### deque queue
from collections import deque
q = deque()
for i in range(3): q.append(i)
while q: print(q.popleft(), end=" ")
print(bool(q), q)
### deque empty
from collections import deque
deque().pop()
### deque index
from collections import deque
deque([1])[5]
### breadth first search
from collections import deque
graph = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}
seen, q = ["a"], deque(["a"])
while q:
    for n in graph[q.popleft()]:
        if n not in seen:
            seen.append(n)
            q.append(n)
print(seen)
### namedtuple
from collections import namedtuple
P = namedtuple("P", ["x", "y"])
p = P(1, y=2)
print(p, p.x, p[1], p._asdict(), p._replace(x=5), P._fields, tuple(p), p == (1, 2), len(p))
x, y = p
print(x + y, P._make([3, 4]), sorted([P(2, 1), P(1, 2)]))
### namedtuple defaults
from collections import namedtuple
Q = namedtuple("Q", "a b c", defaults=[2, 3])
print(Q(1), Q(1, 5), Q(a=1, c=9))
### namedtuple missing
from collections import namedtuple
namedtuple("P", "x y")(1)
### namedtuple too many
from collections import namedtuple
namedtuple("P", "x y")(1, 2, 3)
### namedtuple unknown
from collections import namedtuple
namedtuple("P", "x")(z=1)
### namedtuple attribute
from collections import namedtuple
namedtuple("P", "x")(1).z
### namedtuple bad field
from collections import namedtuple
namedtuple("P", "x _y")
