### dict methods
d = {"a": 1, "b": 2}
print(d.get("a"), d.get("z"), d.get("z", 0), d.pop("a"), d.pop("z", None), d, d.setdefault("c", 3), d.setdefault("b", 9), d)
d.update({"x": 1}, y=2)
print(d, list(d), list(d.values()), list(d.items()), len(d), "x" in d, d.popitem(), d.copy() == d)
d.clear()
print(d)
### missing key
{}["a"]
### missing tuple key
{}[(1, 2)]
### pop missing
{}.pop("a")
### popitem empty
{}.popitem()
### unhashable key
{}[[]] = 1
### unhashable dict key
{{}: 1}
### order of insertion
d = {}
for k in "zebra":
    d[k] = d.get(k, 0) + 1
print(d)
del d["e"]
d["e"] = 0
d["z"] = 9
print(d)
### equality ignores order
print({"a": 1, "b": 2} == {"b": 2, "a": 1}, {1: 2} != {1: 3}, {} == {}, {1: 1} == {True: 1.0})
### numeric keys are one
d = {1: "int"}
d[1.0] = "float"
d[True] = "bool"
print(d)
### merge operators
a = {"x": 1}
b = {"x": 2, "y": 3}
print(a | b, b | a, {**a, **b}, {**b, "x": 0})
a |= b
a |= [("z", 5)]
print(a)
### merge with list
{} | []
### views
d = {"a": 1}
k, v, i = d.keys(), d.values(), d.items()
d["b"] = 2
print(k, v, i, len(k), "a" in k, 2 in v, ("b", 2) in i)
print(k & {"a", "z"}, sorted(k | {"q"}), k - {"a"}, k == {"a", "b"}, list(reversed(d)))
### constructors
print(dict(), dict(a=1), dict([("a", 1), ("b", 2)]), dict({"a": 1}, b=2), dict(zip("ab", (1, 2))), dict.fromkeys("ab"), dict.fromkeys([1], 0))
### bad pairs
dict([1])
### bad pair length
dict([(1, 2, 3)])
### nested counting
data = [("a", 1), ("b", 2), ("a", 3)]
groups = {}
for k, v in data:
    groups.setdefault(k, []).append(v)
print(groups)
### inverting
d = {"a": 1, "b": 2}
print({v: k for k, v in d.items()}, max(d, key=d.get), sorted(d, key=d.get, reverse=True))
### dict as switch
ops = {"+": lambda a, b: a + b, "*": lambda a, b: a * b}
print(ops["+"](2, 3), ops["*"](2, 3))
### comparison is not ordered
{} < {}
### attribute error
{}.foo
### add dict
{"a": 1} + {"b": 2}
### dict get arguments
{}.get()
### large dict
d = {i: i * i for i in range(1000)}
for i in range(0, 1000, 2):
    del d[i]
print(len(d), d[501], sum(d.values()), list(d)[:3])
### keys of many types
d = {None: 1, (1, 2): 2, "a": 3, 1.5: 4, frozenset([1]): 5, True: 6}
print(d[None], d[(1, 2)], d[1.5], d[frozenset([1])], d[1])
### set basics
s = {3, 1, 2}
s.add(2); s.add(10)
s.discard(99); s.remove(1)
print(s, len(s), 3 in s, set(), {1} == {1.0}, set("aab") == {"a", "b"})
### set operators
a, b = {1, 2, 3}, {3, 4}
print(a | b, a & b, a - b, a ^ b, a <= b, {3} < a, a >= {1}, a > a, a.isdisjoint({9}), a.issubset({1, 2, 3, 4}), a.issuperset([1]))
### set methods with iterables
a = {1, 2, 3}
print(a.union([4], (5,)), a.intersection([2, 3, 9]), a.difference([1]), a.symmetric_difference([3, 4]))
a.update([7], "x")
a.difference_update([1, 2])
a.intersection_update({3, 7, "x"})
print(sorted(map(str, a)))
### set in place
a = {1, 2}
b = a
a |= {3}
a &= {2, 3}
a ^= {2, 5}
a -= {5}
print(a, b)
### order of integers
print({5, 3, 9, 1}, {100, 5, 64, 32}, set(range(20, 0, -3)), {-1, -2, 0}, {8, 16, 24, 1})
### order of words
print({"banana", "apple", "cherry"}, set("hello world"), {"a", 1, "b", 2})
### order after removals
s = set(range(12))
for i in range(0, 12, 2):
    s.discard(i)
s.add(100); s.add(0)
print(s, s.pop(), s)
### set operator with list
{1} | [2]
### set remove missing
{1}.remove(2)
### set pop empty
set().pop()
### unhashable element
{[]}
### frozenset
f = frozenset([1, 2])
print(f, f | {3}, {f: 1}[frozenset([2, 1])], hash(f) == hash(frozenset([2, 1])), frozenset(), f == {1, 2})
### frozenset has no add
frozenset().add(1)
### set comparison with other types
{1} < 5
### set of sets
print({frozenset([1]), frozenset([1]), frozenset([2])} == {frozenset([2]), frozenset([1])})
### deduplicate keeping order
print(list(dict.fromkeys([3, 1, 3, 2, 1])))
### set index
{1}[0]
