### len errors
len(5)
### len arguments
len()
### len two arguments
len([], [])
### enumerate start
print(list(enumerate("ab", start=5)), list(enumerate([], 1)))
### zip lengths
print(list(zip([1, 2, 3], "ab")), list(zip()), list(zip([1])), dict(zip("ab", range(2))))
### zip strict
list(zip([1, 2], [1], strict=True))
### zip strict longer
list(zip([1], [1, 2], strict=True))
### map several
print(list(map(lambda a, b: a + b, [1, 2, 3], [10, 20])), list(map(str, range(3))), list(map(int, "123")))
### map no iterable
map(len)
### filter none
print(list(filter(None, [0, 1, "", "a", None, [], [0]])), list(filter(lambda x: x > 1, range(4))))
### reversed things
print(list(reversed("abc")), list(reversed((1, 2))), list(reversed(range(5))), list(reversed({"a": 1, "b": 2})))
### reversed set
reversed({1})
### sorted key error
sorted([1, None])
### sorted arguments
sorted()
### any all
print(any([]), all([]), any([0, ""]), all([1, "a"]), any(x > 2 for x in range(5)))
### isinstance
print(isinstance(1, int), isinstance(True, int), isinstance(1, (str, int)), isinstance([], list), isinstance(None, int), isinstance("", str), isinstance(1.0, float), isinstance({}, dict), isinstance(len, int), isinstance(1, int | str))
### isinstance bad
isinstance(1, 5)
### issubclass
print(issubclass(bool, int), issubclass(int, str), issubclass(KeyError, LookupError), issubclass(ValueError, (KeyError, Exception)))
### callable
print(callable(print), callable(lambda: 0), callable(5), callable(int))
### iter and next
it = iter([1, 2])
print(next(it), next(it), next(it, "end"), next(it, None))
### iter sentinel
n = [0]
def f():
    n[0] += 1
    return n[0]
print(list(iter(f, 4)))
### next of list
next([1])
### iter of int
iter(5)
### iterators are their own iterators
it = iter("abc")
print(next(it), list(it), list(it))
### bool
print(bool(), bool(0), bool("0"), bool([]), bool([0]), bool(None), bool(0.0), bool({}), bool(range(0)))
### list tuple set of things
print(list(), list("ab"), tuple([1]), set([1, 1]), list({"a": 1}), tuple(range(3)), list((x for x in "ab")))
### list of int
list(5)
### type names in errors
for v in (1, 1.5, "a", None, [], (), {}, set(), range(1), len, lambda: 0, int, iter([]), {}.keys(), slice(1), b"", True, ..., ValueError("x"), (x for x in [])):
    try:
        v.missing_attribute
    except AttributeError as e:
        print(e)
### type names in operators
for v in (1, 1.5, "a", None, [], (), {}, set(), range(1), len, int, b"", True):
    try:
        v @ 1
    except TypeError as e:
        print(e)
### not iterable
for v in (1, None, 1.5, len, True):
    try:
        for x in v: pass
    except TypeError as e:
        print(e)
### not subscriptable
for v in (1, None, 1.5, len, set(), (x for x in [])):
    try:
        v[0]
    except TypeError as e:
        print(e)
### not assignable
for v in ("a", (1,), 1, None, range(2), {1}):
    try:
        v[0] = 1
    except TypeError as e:
        print(e)
### not deletable
for v in ("a", (1,), 1, range(2)):
    try:
        del v[0]
    except TypeError as e:
        print(e)
### not callable
for v in (1, "a", None, [], {}, 1.5):
    try:
        v()
    except TypeError as e:
        print(e)
### attribute assignment
for v in (1, "a", [], None, {}, 1.5):
    try:
        v.x = 1
    except AttributeError as e:
        print(e)
### argument counts
for f in (lambda: len(1, 2), lambda: abs(), lambda: ord(), lambda: chr(1, 2), lambda: [].append(), lambda: {}.get(), lambda: "".join(), lambda: "a".replace("b"), lambda: [].pop(1, 2), lambda: {}.keys(1), lambda: "".upper(1), lambda: isinstance(1), lambda: hash(), lambda: min(), lambda: sorted(1, 2), lambda: set().add(), lambda: [].insert(1), lambda: divmod(1), lambda: repr(), lambda: [].index(), lambda: [].count(), lambda: range(), lambda: range(1, 2, 3, 4), lambda: next(), lambda: iter(), lambda: callable()):
    try:
        f()
    except TypeError as e:
        print(e)
### keyword refusals
for f in (lambda: len(obj=1), lambda: abs(x=1), lambda: [].append(x=1), lambda: {}.get(key=1), lambda: "".upper(x=1), lambda: sorted([], foo=1), lambda: min([1], foo=1), lambda: enumerate([], foo=1)):
    try:
        f()
    except TypeError as e:
        print(e)
### repr of builtins
print(repr(int), str, list, ValueError, None, ..., True, range(3), slice(1, 2), len)
### hash of numbers
print(hash(1), hash(-1), hash(0), hash(1.5), hash(2**61 - 1), hash(2**61), hash(True), hash(1.0) == hash(1), hash(-2**70))
### hash of tuples
print(hash(()), hash((1, 2)), hash((1, (2, 3))), hash(("a",)), hash("abc"), hash(""))
### hash of unhashable
hash([])
### hash of dict
hash({})
### hash of set
hash({1})
### print returns none
print(print("x"))
### ascii and repr
print(ascii("é"), repr("é"), ascii(["é"]), repr(["é\n"]))
### int to bytes
print((258).to_bytes(2, "big"), int.from_bytes(b"\x01\x02", "big"), int.from_bytes(b"\x01\x02", "little"))
### min max errors
max()
### max of int
max(5)
### sum of dict
print(sum({1: 2, 3: 4}), sum((1, 2), 10), sum([[1]], []))
### eq of different types
print(1 == "1", [] == (), {} == set(), None == 0, "a" == b"a", 0 == False, "" == [])
### identity
a = [1]
print(a is a, a is not [1], None is None, True is True, () is not [])
### ellipsis
print(..., ... is Ellipsis, bool(...))
