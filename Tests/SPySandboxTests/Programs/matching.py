### literals
def f(x):
    match x:
        case 0: return "zero"
        case 1 | 2: return "small"
        case -1: return "minus"
        case 1.5: return "float"
        case "a" | "b": return "text"
        case None: return "none"
        case True: return "true"
        case b"x": return "bytes"
        case _: return "other"
print([f(x) for x in (0, 2, -1, 1.5, "b", None, True, False, b"x", [], 1.0)])
### sequences
def f(x):
    match x:
        case []: return "empty"
        case [a]: return ("one", a)
        case [a, b]: return ("two", a, b)
        case [a, *rest]: return ("many", a, rest)
        case _: return "no"
print(f([]), f((1,)), f([1, 2]), f(range(4)), f("ab"), f({1: 2}), f(5))
### star in the middle
match [1, 2, 3, 4]:
    case [a, *_, z]:
        print(a, z)
match [1, 2]:
    case [a, *m, z]:
        print(a, m, z)
### nested
match {"k": [1, {"x": (2, 3)}]}:
    case {"k": [a, {"x": (b, c)}]}:
        print(a, b, c)
### mappings
def f(x):
    match x:
        case {"type": "a", "v": v}: return ("a", v)
        case {"type": t, **rest}: return (t, rest)
        case {}: return "mapping"
        case _: return "no"
print(f({"type": "a", "v": 1}), f({"type": "b", "q": 2}), f({}), f([]), f({"z": 1}))
### classes
def f(x):
    match x:
        case bool(): return "bool"
        case int(n): return ("int", n)
        case float() as q: return ("float", q)
        case str(s) if len(s) > 2: return ("long", s)
        case str(): return "str"
        case list() | tuple(): return "seq"
        case dict(): return "dict"
        case ValueError(): return "error"
        case _: return "other"
print([f(x) for x in (True, 5, 1.5, "abc", "a", [], (), {}, ValueError(), None)])
### guards
def f(p):
    match p:
        case (x, y) if x == y: return "diagonal"
        case (x, y) if x > y: return "below"
        case (x, y): return "above"
print(f((1, 1)), f((2, 1)), f((1, 2)))
### captures stay
match 5:
    case x if x > 10:
        pass
    case y:
        print(x, y)
### capture of failed pattern
match [1, 2]:
    case [a, 3]:
        pass
    case _:
        pass
print(a)
### as pattern
match [1, [2, 3]]:
    case [int() as a, [_, _] as b]:
        print(a, b)
### or with captures
match ("x", 5):
    case ("y", n) | ("x", n):
        print(n)
### value patterns
import math
match math.pi:
    case math.e: print("e")
    case math.pi: print("pi")
### no match falls through
match 5:
    case 6: print("six")
print("after")
### too many positional
match 5:
    case int(a, b): pass
### no positional for exceptions
match ValueError(1):
    case ValueError(x): pass
### not a class
x = 5
match 1:
    case x(): pass
### attributes
match range(3):
    case range(start=0, stop=s):
        print(s)
match 5:
    case int(nothing=1): print("no")
    case int(real=r): print("real", r)
### named tuples
from collections import namedtuple
P = namedtuple("P", "x y")
def f(p):
    match p:
        case P(0, 0): return "origin"
        case P(x=0, y=y): return ("axis", y)
        case P(x, y): return (x, y)
print(f(P(0, 0)), f(P(0, 5)), f(P(1, 2)))
### commands
def run(text):
    match text.split():
        case ["go", ("north" | "south") as d]: return "go " + d
        case ["get", thing, *_]: return "get " + thing
        case ["quit" | "exit"]: return "bye"
        case []: return "nothing"
        case [other, *args]: return f"unknown {other} {args}"
print([run(t) for t in ("go north", "go up", "get lamp now", "exit", "", "x y z")])
### subject is evaluated once
def f():
    print("f")
    return 3
match f():
    case 1: pass
    case 2: pass
    case 3: print("three")
### nested match with return
def f(x):
    for v in x:
        match v:
            case int() if v > 2:
                return v
            case str():
                continue
            case None:
                break
    return "end"
print(f([1, "a", 3]), f([1, None, 5]), f([]))
