### assign several targets
a = b = [1]
a.append(2)
print(a, b, a is b)
### swap
a, b = 1, 2
a, b = b, a
print(a, b)
### starred targets
first, *rest, last = range(6)
print(first, rest, last)
[x, *y] = "ab"
print(x, y)
*z, = (1, 2)
print(z)
### nested targets
(a, (b, c)), d = (1, (2, 3)), 4
print(a, b, c, d)
### target order
d = {}
i = 0
i, d[i] = 1, 2
print(i, d)
### too few values
a, b, c = [1, 2]
### too many values
a, b = 1, 2, 3
### too few for star
a, b, *c = [1]
### unpack int
a, b = 5
### unpack none
def f():
    pass
a, b = f()
### augmented operators
x = 7
x += 3; print(x)
x -= 4; print(x)
x *= 5; print(x)
x //= 4; print(x)
x %= 5; print(x)
x **= 3; print(x)
x <<= 2; print(x)
x >>= 1; print(x)
x |= 1; print(x)
x &= 6; print(x)
x ^= 3; print(x)
x /= 2; print(x)
### augmented list aliases
a = [1]
b = a
a += [2]
print(b)
a = a + [3]
print(a, b)
### augmented subscript
d = {"n": 1}
d["n"] += 5
l = [1, 2, 3]
l[-1] *= 10
print(d, l)
### augmented tuple in list
t = ([1],)
try:
    t[0] += [2]
except TypeError as e:
    print(e)
print(t)
### augmented type error
x = 1
x += "a"
### if chain
def grade(n):
    if n >= 90:
        return "A"
    elif n >= 80:
        return "B"
    elif n >= 70:
        return "C"
    else:
        return "F"
print([grade(n) for n in (95, 85, 75, 10)])
### while else
n = 3
while n:
    n -= 1
else:
    print("done", n)
while True:
    break
else:
    print("never")
### for else break continue
for n in range(2, 12):
    for d in range(2, n):
        if n % d == 0:
            break
    else:
        print(n, end=" ")
        continue
    print("-", end=" ")
print()
### loop variable survives
for i in range(3):
    pass
print(i)
for j in []:
    pass
try:
    print(j)
except NameError as e:
    print(e)
### modify list while looping
a = [1, 2, 3, 4]
for x in a:
    if x == 2:
        a.remove(x)
print(a)
### dict changed during iteration
d = {1: 2}
for k in d:
    d[k + 1] = 0
### set changed during iteration
s = {1}
for k in s:
    s.add(k + 1)
### del forms
a = [1, 2, 3, 4, 5]
del a[0], a[-1]
print(a)
del a[::2]
print(a)
d = {"x": 1}
del d["x"]
print(d)
x = 1
del x
print(x)
### del missing key
d = {}
del d["k"]
### del unbound local
def f():
    x = 1
    del x
    del x
f()
### assert plain
assert 1 + 1 == 2
assert False
### assert message
assert [], f"empty {1 + 1}"
### pass and ellipsis
def f():
    ...
print(f(), ...)
if True: pass
### chained comparison
x = 5
print(1 < x < 10, 1 < x > 3, 10 > x > 6, 1 < 2 < 3 < 4)
### chained comparison evaluates once
def f(n):
    print("f", n)
    return n
print(f(1) < f(2) < f(3))
print(f(3) < f(2) < f(1))
### short circuit values
print(0 or "a", 1 and 2, [] and 1, None or 0 or [], 1 and 2 and 3)
### not
print(not 0, not [1], not not "x")
### conditional expression
print([("even" if n % 2 == 0 else "odd") for n in range(3)])
### walrus
if (n := len("hello")) > 3:
    print(n)
print([y := 1, y + 1, y ** 2])
print([last := x for x in range(4)], last)
### walrus changes operand
x = 1
print(x + (x := 5) + x)
def f():
    x = 1
    return x + (x := 5) + x
print(f())
### annotations at module level
x: int = 3
y: str
print(x)
z: undefined_name = 1
### annotations in functions
def f():
    a: undefined_name = 1
    b: undefined_other
    return a
print(f())
### parameter annotations are evaluated
def f(a: int, b: "str" = "x") -> list:
    return [a, b]
print(f(1))
def g(a: nothing):
    pass
### lambda
f = lambda a, b=2, *c, d=4, **e: (a, b, c, d, e)
print(f(1), f(1, 2, 3, d=5, z=6))
print((lambda: 1)(), list(map(lambda x: x * x, [1, 2])))
### semicolons
a = 1; b = 2; print(a + b)
### global reads
limit = 10
def f(x):
    return x < limit
print(f(3))
limit = 1
print(f(3))
### local before assignment
x = 1
def f():
    print(x)
    x = 2
f()
### undefined name
print(undefined)
### conditional binding
def f(flag):
    if flag:
        v = 1
    return v
print(f(True))
f(False)
### line continuation
x = 1 + \
    2
print(x, (3 +
          4))
### import forms
import math
import math as m
from math import floor as fl, ceil
print(math is m, fl(1.5), ceil(1.5), math.pi)
### import missing
import nothing_here
### while with complex conditions
n = 0
while n < 10 and not (n > 4 or n == 100):
    n += 1
print(n)
### nested functions and loops
def outer(n):
    result = []
    for i in range(n):
        def inner(k):
            return k * i
        result.append(inner)
    return [f(10) for f in result]
print(outer(3))
### expression statements
1 + 1
"text"
[1, 2][5]
### multiple returns
def f(x):
    for i in range(10):
        if i == x:
            return i
    return "none"
print(f(3), f(30))
### deep nesting of ifs
def f(a, b, c):
    if a:
        if b:
            if c:
                return "abc"
            return "ab"
        return "a"
    return ""
print(f(1, 1, 1), f(1, 1, 0), f(1, 0, 0), f(0, 0, 0))
