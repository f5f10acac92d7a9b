### defaults evaluated once
def f(a, seen=[]):
    seen.append(a)
    return seen
print(f(1), f(2))
### keyword only
def f(*, a, b=2):
    return a + b
print(f(a=1), f(b=1, a=1))
f(1)
### keyword only missing
def f(*, a, b):
    pass
f()
### missing one
def f(a): pass
f()
### missing two
def f(a, b): pass
f()
### missing three
def f(a, b, c): pass
f()
### too many
def f(a): pass
f(1, 2)
### too many with defaults
def f(a, b=1): pass
f(1, 2, 3)
### too many none expected
def f(): pass
f(1)
### too many with keyword only
def f(a, *, b): pass
f(1, 2, b=3)
### unexpected keyword
def f(a): pass
f(1, b=2)
### multiple values
def f(a): pass
f(1, a=2)
### positional only
def f(a, /, b):
    return a, b
print(f(1, b=2))
f(a=1, b=2)
### positional only with kwargs
def f(a, /, **k):
    return a, k
print(f(1, a=2))
### var args
def f(*args, **kwargs):
    return args, kwargs
print(f(), f(1), f(1, x=2), f(*[1, 2], **{"y": 3}))
### spreads in order
def f(*args, **kwargs):
    return args, kwargs
print(f(0, *[1, 2], 3, *"ab", k=1, **{"m": 2}, n=3))
### spread not iterable
def f(*a): pass
f(*5)
### spread not mapping
def f(**a): pass
f(**5)
### spread duplicate
def f(**a): pass
f(**{"x": 1}, **{"x": 2})
### spread keys not strings
def f(**a): pass
f(**{1: 2})
### spread into builtin
print(*[1, 2, 3], sep="-")
print(max(*[3, 1, 2]), dict(**{"a": 1}, b=2))
### closure counter by list
def counter():
    n = [0]
    def step():
        n[0] += 1
        return n[0]
    return step
c = counter()
print(c(), c(), counter()())
### closure sees later value
def f():
    x = 1
    g = lambda: x
    x = 2
    return g()
print(f())
### closure over parameter
def adder(n):
    return lambda x: x + n
print(adder(3)(4))
### closure over loop variable
fs = []
for i in range(3):
    fs.append(lambda: i)
print([f() for f in fs])
fs = [lambda i=i: i for i in range(3)]
print([f() for f in fs])
fs = [lambda: i for i in range(3)]
print([f() for f in fs])
### deep closures
def a():
    x = 1
    def b():
        y = 2
        def c():
            return x + y
        return c
    return b
print(a()()())
### free variable unbound
def f():
    def g():
        return x
    g()
    x = 1
f()
### recursion
def fact(n):
    return 1 if n <= 1 else n * fact(n - 1)
print(fact(20), fact(30))
### mutual recursion
def even(n):
    return True if n == 0 else odd(n - 1)
def odd(n):
    return False if n == 0 else even(n - 1)
print(even(100), odd(7))
### inner recursion
def f(n):
    def g(k):
        return 0 if k == 0 else k + g(k - 1)
    return g(n)
print(f(50))
### recursion limit
def f(n):
    return f(n + 1)
f(0)
### recursion limit caught
def f(n):
    try:
        return f(n + 1)
    except RecursionError:
        return n
print(f(0) > 900)
### functions as values
def sq(x):
    return x * x
table = {"sq": sq, "neg": lambda x: -x}
print(table["sq"](4), table["neg"](4), sq.__name__)
### call not callable
x = 5
x()
### call none
None()
### call list
[1]()
### argument evaluation order
def f(n):
    print(n, end=" ")
    return n
def g(*a, **k):
    return len(a)
print(g(f(1), f(2), x=f(3), y=f(4)))
### default sees definition time
x = 1
def f(a=x):
    return a
x = 2
print(f())
### return tuple
def f():
    return 1, 2
a, b = f()
print(a, b, f())
### return in loops and try
def f():
    for i in range(3):
        try:
            return i
        finally:
            print("finally", i)
print(f())
### nested calls
def compose(f, g):
    return lambda x: f(g(x))
print(compose(lambda x: x + 1, lambda x: x * 2)(5))
### function repr is not needed for equality
def f(): pass
g = f
print(f == g, f is g, f == (lambda: 1))
### kwargs order
def f(**k):
    return list(k)
print(f(b=1, a=2, c=3))
### sorted with key and reverse
people = [("ann", 30), ("bob", 25), ("cy", 30)]
print(sorted(people, key=lambda p: p[1]))
print(sorted(people, key=lambda p: p[1], reverse=True))
print(sorted(people, key=lambda p: (-p[1], p[0])))
### higher order pipeline
data = list(range(20))
print(sum(map(lambda x: x * x, filter(lambda x: x % 3 == 0, data))))
### method values
append = [].append
print(append(1))
up = "abc".upper
print(up())
### unbound methods
print(str.upper("abc"), list(map(str.strip, [" a ", "b "])), sorted(["B", "a"], key=str.lower))
### bool of function
print(bool(print), callable(len), callable(3))
### star args are a tuple
def f(*a):
    a += (9,)
    return a
print(f(1, 2))
### kwargs is fresh
d = {"x": 1}
def f(**k):
    k["x"] = 2
f(**d)
print(d)
### parameter shadows global
x = 1
def f(x):
    x += 1
    return x
print(f(5), x)
### generator expression is lazy
def f(n):
    print("f", n)
    return n
g = (f(i) for i in range(3))
print(next(g))
print(list(g))
print(list(g))
### generator first iterable evaluated at once
def f():
    print("now")
    return [1, 2]
g = (x for x in f())
print("made")
print(list(g))
### generator sees later variable
n = 1
g = (x * n for x in [1, 2])
n = 10
print(list(g))
### nested generators
print(list((a, b) for a in range(3) for b in range(a)))
print(sum(sum(y for y in range(x)) for x in range(5)))
### generator error surfaces
g = (1 // x for x in [1, 0])
print(next(g))
print(next(g))
### next default
g = (x for x in [])
print(next(g, "end"))
next(g)
### any all short circuit
def t(x):
    print("t", x)
    return x
print(any(t(x) for x in [0, 1, 2]))
print(all(t(x) for x in [1, 0, 2]))
