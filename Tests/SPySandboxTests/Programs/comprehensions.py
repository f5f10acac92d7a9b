### list
print([x * 2 for x in range(5)], [x for x in "abc" if x != "b"])
### nested loops
print([(a, b) for a in "ab" for b in (1, 2)])
### nested lists
m = [[1, 2], [3, 4]]
print([[r[i] for r in m] for i in range(2)])
### several conditions
print([x for x in range(30) if x % 2 == 0 if x % 3 == 0])
### dict
print({k: v for k, v in [("a", 1), ("b", 2)]}, {x: x ** 2 for x in range(4)})
### set
print({x % 3 for x in range(10)}, sorted({c for c in "hello"}))
### own scope
x = "outer"
print([x for x in range(3)], x)
### sees function locals
def f(n):
    k = 3
    return [i * k for i in range(n)]
print(f(4))
### unpacking target
print([a + b for a, b in [(1, 2), (3, 4)]], [a for a, *_ in ["xy", "zw"]])
### condition with walrus
print([y for x in range(6) if (y := x * x) > 5], y)
### dict overwrite order
print({k: i for i, k in enumerate("abca")})
### comprehension error
[1 / x for x in [1, 0]]
### undefined in comprehension
[undefined for x in [1]]
### iterate over itself
[x for x in x]
### not iterable
[x for x in 5]
### lambda in comprehension
print([f(2) for f in [lambda v, k=k: v * k for k in range(3)]])
### flatten
print([v for row in [[1], [2, 3], []] for v in row])
### set of tuples
print(len({(a, b) for a in range(3) for b in range(3)}))
### unhashable in set
{[1] for x in range(1)}
### generator in call
print(sum(x for x in range(4)), max((len(w) for w in ["a", "bbb"]), default=0), ",".join(str(x) for x in range(3)))
### conditional element
print(["fizz" if x % 3 == 0 else x for x in range(1, 7)])
### deep
print([[[k for k in range(j)] for j in range(i)] for i in range(3)])
### comprehension in default
def f(a=[i for i in range(3)]):
    return a
print(f())
### closure cell per comprehension
fs = [(lambda: x) for x in range(3)]
print([f() for f in fs], {k: (lambda: k)() for k in "ab"})
### unpack error
[a for a, b in [(1, 2, 3)]]
