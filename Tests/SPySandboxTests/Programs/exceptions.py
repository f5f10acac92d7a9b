### try except else finally
def f(x):
    try:
        r = 10 // x
    except ZeroDivisionError:
        return "zero"
    else:
        return r
    finally:
        print("end", x)
print(f(2), f(0))
### hierarchy
for e in (IndexError, KeyError, LookupError):
    try:
        raise e("x")
    except LookupError as err:
        print(repr(err))
### tuple of types
try:
    int("x")
except (TypeError, ValueError) as e:
    print(e)
### bare except
try:
    [][1]
except:
    print("caught")
### unmatched
try:
    {}["k"]
except IndexError:
    print("no")
### name is gone
try:
    1 / 0
except ZeroDivisionError as e:
    pass
print(e)
### reraise
try:
    try:
        1 / 0
    except ZeroDivisionError:
        print("log")
        raise
except ArithmeticError as e:
    print("outer", e)
### raise class and object
try:
    raise ValueError
except ValueError as e:
    print(repr(e), str(e) == "", e.args)
try:
    raise ValueError("a", 1)
except ValueError as e:
    print(repr(e), e, e.args)
### raise from
try:
    try:
        {}["x"]
    except KeyError as k:
        raise ValueError("bad") from k
except ValueError as e:
    print(e)
raise RuntimeError("top") from None
### raise non exception
raise 5
### raise string
raise "text"
### cause must be exception
raise ValueError("x") from 5
### no active exception
raise
### except non exception
try:
    1 / 0
except 5:
    pass
### finally runs on return
def f():
    try:
        return "try"
    finally:
        print("fin")
print(f())
### finally overrides return
def f():
    try:
        return 1
    finally:
        return 2
print(f())
### finally swallows with return
def f():
    try:
        1 / 0
    finally:
        return "ok"
print(f())
### finally with break
for i in range(3):
    try:
        print("try", i)
        if i == 1:
            break
    finally:
        print("fin", i)
### finally with continue
for i in range(3):
    try:
        if i == 1:
            continue
        print("body", i)
    finally:
        print("fin", i)
### break in finally swallows
while True:
    try:
        1 / 0
    finally:
        break
print("alive")
### nested finally
def f():
    try:
        try:
            return 1
        finally:
            print("inner")
    finally:
        print("outer")
print(f())
### nested finally with loop
def f():
    for i in range(3):
        try:
            try:
                if i == 1:
                    continue
                if i == 2:
                    break
            finally:
                print("a", i)
        finally:
            print("b", i)
    return "r"
print(f())
### exception in handler
try:
    try:
        1 / 0
    except ZeroDivisionError:
        [][0]
except IndexError as e:
    print("second", e)
### exception in finally
try:
    try:
        1 / 0
    finally:
        {}["k"]
except KeyError as e:
    print("key", e)
### exception in else
try:
    try:
        pass
    except ValueError:
        print("no")
    else:
        raise ValueError("else")
except ValueError as e:
    print(e)
### handler in loop
r = []
for x in ["1", "a", "3"]:
    try:
        r.append(int(x))
    except ValueError:
        continue
    finally:
        r.append("-")
print(r)
### reraise later
saved = None
try:
    1 / 0
except ZeroDivisionError as e:
    saved = e
try:
    raise saved
except ZeroDivisionError as e:
    print(e is saved)
### custom message formats
print(repr(KeyError("a")), str(KeyError("a")), str(KeyError(1, 2)), str(ValueError(1)), repr(Exception()))
### os error
e = OSError(2, "No such file")
print(e, repr(e))
print(FileNotFoundError("x"), isinstance(FileNotFoundError("x"), OSError))
### stop iteration
it = iter([])
try:
    next(it)
except StopIteration as e:
    print(repr(e), e.value)
### traceback through functions
def a():
    b()
def b():
    c(
        1
    )
def c(x):
    raise ValueError(
        "deep"
    )
a()
### traceback in comprehension
def f(x):
    return 1 // x
def g():
    return [f(x) for x in [1, 0]]
g()
### traceback of raise again
def f():
    raise KeyError("k")
try:
    f()
except KeyError as e:
    x = 1
    raise e
### traceback of bare raise
def f():
    raise KeyError("k")
try:
    f()
except KeyError as e:
    x = 1
    raise
### traceback multi line call
def f(a, b):
    return a + b
x = f(
    1,
    "a",
)
### traceback method chain
x = ("abc"
     .upper()
     .index("z"))
### traceback multi line operator
x = (1 +
     2 +
     "a")
### traceback in lambda
f = lambda x: x[5]
f([1])
### traceback in callback
def key(x):
    return x["k"]
sorted([{"k": 1}, {}], key=key)
### traceback in generator
def f(x):
    raise ValueError(x)
list(f(x) for x in [1])
### isinstance of exceptions
try:
    int([])
except Exception as e:
    print(isinstance(e, TypeError), isinstance(e, (ValueError, KeyError)), e)
### exception attributes
try:
    raise ValueError("a", {"code": 5})
except ValueError as e:
    print(e.args[1]["code"])
### exception equality
print(ValueError("a") == ValueError("a"), {ValueError: 1}[ValueError])
### assertion with expression message
x = 3
assert x > 5, {"x": x}
### system exit
raise SystemExit(3)
### nested try return values
def f(n):
    try:
        if n == 0:
            raise KeyError("zero")
        if n == 1:
            raise ValueError("one")
        return "none"
    except KeyError as e:
        return "key " + str(e)
    except ValueError as e:
        return "value " + str(e)
print(f(0), f(1), f(2))
### handled is restored after call
def f():
    try:
        raise KeyError("inner")
    except KeyError:
        pass
try:
    raise ValueError("outer")
except ValueError:
    f()
    raise
### del of exception name is harmless
try:
    1 / 0
except ZeroDivisionError as e:
    del e
print("ok")
### unbound after except in function
def f():
    try:
        1 / 0
    except ZeroDivisionError as e:
        pass
    return e
f()
