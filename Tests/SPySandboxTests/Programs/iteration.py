### count islice
import itertools
print(list(itertools.islice(itertools.count(5, 2), 4)), list(itertools.islice("abcdef", 1, 5, 2)), list(itertools.islice([1, 2], 5)))
### chain
from itertools import chain
print(list(chain([1], "ab", (2,))), list(chain.from_iterable([[1, 2], [3]])), list(chain()))
### cycle repeat
from itertools import cycle, repeat, islice
print(list(islice(cycle("ab"), 5)), list(repeat(7, 3)), list(map(pow, [2, 3], repeat(2))))
### accumulate
from itertools import accumulate
print(list(accumulate([1, 2, 3])), list(accumulate([1, 2, 3], lambda a, b: a * b)), list(accumulate([1, 2], initial=10)), list(accumulate([])))
### product
from itertools import product
print(list(product("ab", [1, 2])), list(product([0, 1], repeat=2)), list(product()), list(product([], [1])))
### permutations
from itertools import permutations
print(list(permutations("abc", 2)), len(list(permutations(range(4)))), list(permutations([1, 2], 3)), list(permutations([])))
### combinations
from itertools import combinations, combinations_with_replacement
print(list(combinations("abcd", 2)), list(combinations([1], 2)), list(combinations_with_replacement("ab", 2)), list(combinations("ab", 0)))
### groupby
from itertools import groupby
for k, g in groupby([1, 1, 2, 1, 3, 3]):
    print(k, list(g), end="; ")
print([(k, len(list(g))) for k, g in groupby(["aa", "b", "cc"], key=len)])
### groupby skipping
from itertools import groupby
print([k for k, g in groupby("aabbc")])
g = groupby("aab")
k1, g1 = next(g)
k2, g2 = next(g)
print(k1, list(g1), k2, list(g2))
### takewhile dropwhile filterfalse
from itertools import takewhile, dropwhile, filterfalse, compress
print(list(takewhile(lambda x: x < 3, [1, 2, 3, 1])), list(dropwhile(lambda x: x < 3, [1, 2, 3, 1])), list(filterfalse(None, [0, 1, ""])), list(compress("abc", [1, 0, 1])))
### starmap pairwise
from itertools import starmap, pairwise
print(list(starmap(pow, [(2, 3), (3, 2)])), list(pairwise("abcd")), list(pairwise([1])))
### zip longest tee
from itertools import zip_longest, tee
print(list(zip_longest("abc", [1], fillvalue="-")), list(zip_longest([1], [], [])))
a, b = tee([1, 2, 3])
print(next(a), list(b), list(a))
### reduce
from functools import reduce
print(reduce(lambda a, b: a + b, [1, 2, 3]), reduce(lambda a, b: a * b, [], 1), reduce(max, [3, 9, 2]))
### reduce empty
from functools import reduce
reduce(lambda a, b: a, [])
### partial
from functools import partial
double = partial(lambda a, b, c=0: a * b + c, 2)
print(double(5), double(5, c=1), partial(int, base=2)("101"), partial(print, "a", sep="-")("b"))
### lru cache
from functools import lru_cache
calls = []
def slow(n):
    calls.append(n)
    return n * 2
fast = lru_cache(maxsize=None)(slow)
print(fast(2), fast(2), fast(3), calls, fast.cache_info())
### cmp to key
from functools import cmp_to_key
print(sorted([3, 1, 2], key=cmp_to_key(lambda a, b: b - a)))
### iterate while changing a dict value
d = {"a": 1, "b": 2}
for k in d:
    d[k] += 10
print(d)
### iterate over a copy
a = [1, 2, 3, 4]
for x in a[:]:
    if x % 2:
        a.remove(x)
print(a)
### generator pipeline
lines = ["a=1", "", "b=2", "#c"]
pairs = (l.split("=") for l in lines if l and not l.startswith("#"))
print({k: int(v) for k, v in pairs})
### unpack iterators
a, b, *c = iter(range(5))
print(a, b, c)
### enumerate zip nested unpack
for i, (a, b) in enumerate(zip("xy", [1, 2])):
    print(i, a, b)
### sum of generator with condition
print(sum(1 for x in "banana" if x == "a"), sum(len(w) for w in ["ab", "c"]))
### min with key over dict items
d = {"a": 3, "b": 1}
print(min(d.items(), key=lambda kv: kv[1]), max(d.values()))
### islice bad
import itertools
itertools.islice([1], -1)
### map is lazy
def f(x):
    print("f", x)
    return x
m = map(f, [1, 2])
print("lazy")
print(next(m))
### in on generator consumes
g = (x for x in [1, 2, 3, 4])
print(2 in g, list(g))
### transposing and chunks
data = list(range(7))
print([data[i:i + 3] for i in range(0, len(data), 3)], list(zip(*[iter(data)] * 2)))
