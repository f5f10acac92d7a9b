"""Sequences of calls on a seeded generator: kind of seed, seed, calls with their arguments, answers."""
import random

from cases import outcome, row, start

source, count = start()
for _ in range(count):
    kind = source.choice(["int", "int", "str", "float"])
    if kind == "int":
        seed = source.choice([0, 1, 42, -42, 2 ** 32, source.getrandbits(100), source.getrandbits(1300), source.getrandbits(20)])
        shown = hex(seed)
    elif kind == "str":
        seed = shown = "".join(source.choice("ab\u00e9\U0001f600") for _ in range(source.choice([0, 3, 60, 130])))
    else:
        seed = source.uniform(-9, 9)
        shown = seed.hex()
    generator = random.Random(seed)
    calls, answers = [], []
    for _ in range(6):
        name = source.choice(["random", "bits", "range", "randint", "choice", "shuffle", "sample", "choices", "weighted", "uniform",
                              "triangular", "gauss", "normal", "exponential", "pareto", "weibull", "gamma", "beta"])
        a, b = source.randrange(-20, 100), source.randrange(1, 60)
        calls.append(f"{name},{a},{b}")
        answers.append({
            "random": lambda: generator.random().hex(),
            "bits": lambda: str(generator.getrandbits(b * 3)),
            "range": lambda: outcome(lambda: generator.randrange(a, b, a % 7 - 3)),
            "randint": lambda: outcome(lambda: generator.randint(a, 10 ** b)),
            "choice": lambda: str(generator.choice(range(b))),
            "shuffle": lambda: str((lambda items: (generator.shuffle(items), items)[1])(list(range(b)))),
            "sample": lambda: outcome(lambda: generator.sample(range(b), a % 40)),
            "choices": lambda: str(generator.choices(range(b), k=5)),
            "weighted": lambda: outcome(lambda: generator.choices(range(3), cum_weights=[a, a + 1, a + b], k=5)),
            "uniform": lambda: generator.uniform(a, b).hex(),
            "triangular": lambda: generator.triangular(a, a + b, a + b / 3).hex(),
            "gauss": lambda: generator.gauss(a, b).hex(),
            "normal": lambda: generator.normalvariate(a, b).hex(),
            "exponential": lambda: outcome(lambda: generator.expovariate(float(a)), float.hex),
            "pareto": lambda: generator.paretovariate(b).hex(),
            "gamma": lambda: generator.gammavariate(b / 20, 2.0).hex(),
            "beta": lambda: generator.betavariate(b / 10, 1.5).hex(),
            "weibull": lambda: generator.weibullvariate(b, 1.5).hex(),
        }[name]())
    row(kind, shown, ";".join(calls), "|".join(answers))
