import Dispatch
import Foundation
import SPySandbox
import SPySyntax
import Testing

/// Programs that would take all time or memory end at a budget, soon, and say at which.
struct HostileTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        let budget: String
        let source: String
        var testDescription: String { source.split(separator: "\n").last.map(String.init) ?? source }

        init(_ budget: String, _ source: String) {
            self.budget = budget
            self.source = source
        }
    }

    static let attacks: [Attack] = [
        Attack("steps", "while True:\n    pass"),
        Attack("steps", "for i in range(10**18): pass"),
        Attack("steps", "sum(range(10**18))"),
        Attack("steps", "max(i for i in range(10**18))"),
        Attack("steps", "[0 for i in range(10**9) if i < 0]"),
        Attack("steps", "any(i < 0 for i in range(10**12))"),
        Attack(
            "steps",
            "def f():\n    for i in range(10**6):\n        for j in range(10**6):\n            for k in range(10**6): pass\nf()"
        ),
        Attack("steps", "import itertools\nfor x in itertools.product(range(100), repeat=8): pass"),
        Attack("steps", "import itertools\nfor x in itertools.count(): pass"),
        Attack("steps", "import itertools\nnext(x for x in itertools.cycle([1]) if x > 1)"),
        Attack("steps", "n = 27\nwhile n != -1:\n    n = n // 2 if n % 2 == 0 else 3 * n + 1"),
        Attack("steps", "import re\nre.match(r'(a+)+b', 'a' * 60)"),
        Attack("steps", "import re\nre.match(r'(a|aa)+$', 'a' * 80 + 'b')"),
        Attack("steps", "import re\nre.search(r'(.*)*x', 'y' * 5000)"),
        Attack("steps", "a = list(range(20000))\nfor i in a:\n    i + 0.5 in a"),
        Attack("steps", "def f(n):\n    return 1 if n < 2 else f(n - 1) + f(n - 2)\nf(60)"),
        Attack(
            "steps",
            "while True:\n    try:\n        raise ValueError\n    except ValueError:\n        continue"
        ),
        Attack("steps", "while True:\n    try:\n        1 / 0\n    except:\n        pass"),
        Attack("steps", "while True:\n    try:\n        pass\n    finally:\n        continue"),
        Attack("steps", "d = {i * (2**61 - 1): i for i in range(10**5)}"),
        Attack("steps", "s = set()\nfor i in range(10**6): s.add(i * (2**61 - 1))"),
        Attack(
            "steps",
            "import math\nmath.factorial(60000) % math.factorial(59000)\nwhile True: math.gcd(3**20000, 7**18000)"
        ),
        Attack(
            "steps",
            "d = dict.fromkeys(range(20000))\nfor i in range(19999): del d[i]\nwhile True: next(iter(d))"
        ),
        Attack(
            "steps",
            "s = set(range(20000))\nfor i in range(1, 20000): s.discard(i)\nwhile True: s.add(s.pop())"
        ),
        Attack("steps", "s = set(range(20000))\nfor i in range(1, 20000): s.discard(i)\nwhile True: s | s"),
        Attack("memory", "'a' * 10**12"),
        Attack("memory", "[0] * 10**12"),
        Attack("memory", "(0,) * 10**12"),
        Attack("memory", "b'a' * 10**12"),
        Attack("memory", "list(range(10**9))"),
        Attack("memory", "tuple(range(10**9))"),
        Attack("memory", "bytes(10**12)"),
        Attack("memory", "s = 'a'\nwhile True:\n    s += s"),
        Attack("memory", "s = 'a'\nwhile True:\n    s = s + s"),
        Attack("memory", "a = [1]\nwhile True:\n    a += a"),
        Attack("memory", "a = [1]\nwhile True:\n    a.extend(a)"),
        Attack("memory", "a = []\nwhile True:\n    a.append('x' * 1000)"),
        Attack("memory", "a = []\nwhile True:\n    a = [a, a]\n    a.append([0] * 1000)"),
        Attack("memory", "d = {}\ni = 0\nwhile True:\n    d[i] = i\n    i += 1"),
        Attack("memory", "s = set()\ni = 0\nwhile True:\n    s.add(i)\n    i += 1"),
        Attack("memory", "'{:1000000000}'.format(1)"),
        Attack("memory", "f'{1:>1000000000}'"),
        Attack("memory", "'%1000000000d' % 1"),
        Attack("memory", "'a'.ljust(10**12)"),
        Attack("memory", "'a'.center(10**11)"),
        Attack("memory", "'\\t'.expandtabs(10**11)"),
        Attack("memory", "('a' * 10000).replace('a', 'b' * 100000)"),
        Attack("memory", "('a' * 1000000).join(['b'] * 1000)"),
        Attack("memory", "x = [[0] * 1000 for i in range(10**6)]"),
        Attack("memory", "import itertools\nlist(itertools.permutations(range(12)))"),
        Attack("memory", "import json\ns = [0] * 1000\nfor i in range(30): s = [s, s]\njson.dumps(s)"),
        Attack("memory", "s = ['x' * 1000]\nfor i in range(40): s = [s, s]\nrepr(s)"),
        Attack("memory", "from collections import deque\nd = deque()\nwhile True: d.append(1)"),
        Attack("integer size", "9**9**9"),
        Attack("integer size", "1 << 10**12"),
        Attack("integer size", "x = 3\nwhile True:\n    x = x * x"),
        Attack("integer size", "x = 3\nwhile True:\n    x *= x"),
        Attack("integer size", "10**10**10"),
        Attack("integer size", "import math\nmath.factorial(10**9)"),
        Attack("integer size", "import math\nmath.comb(10**9, 10**8)"),
        Attack("steps", "int('f' * 10**6, 16)"),
        Attack("output", "while True:\n    print('x' * 1000)"),
        Attack("output", "print('x' * 2000000)"),
        Attack("output", "while True: print()"),
        Attack("depth", "def f():\n    return f()\nf()"),
        Attack("depth", "f = lambda: f()\nf()"),
        Attack("depth", "def f(n):\n    return [f(n) for i in range(2)]\nf(1)"),
        Attack("depth", "def f(n):\n    return sorted([1, 2], key=f)\nf(1)"),
        Attack("depth", "def f(n):\n    return list(map(f, [n]))\nf(1)"),
        Attack("depth", "def f(n):\n    return sum(f(i) for i in [n])\nf(1)"),
        Attack("depth", "x = []\nfor i in range(100000): x = [x]\nrepr(x)"),
        Attack("depth", "x = []\ny = []\nfor i in range(100000): x, y = [x], [y]\nx == y"),
        Attack("depth", "x = ()\nfor i in range(100000): x = (x,)\nhash(x)"),
        Attack("depth", "import json\nx = []\nfor i in range(100000): x = [x]\njson.dumps(x)"),
        Attack("depth", "x = iter([1])\nfor i in range(100000): x = map(str, x)\nnext(x)"),
        Attack("depth", "import itertools\nx = [1]\nfor i in range(100000): x = itertools.chain(x)\nlist(x)"),
        Attack("steps", "def f():\n    try:\n        f()\n    finally:\n        f()\nf()"),
    ]

    @Test("a program that asks for too much ends at its budget and names it", arguments: attacks)
    func budget(_ attack: Attack) {
        // Whatever has a budget of its own comes to that one, however many steps it takes.
        let steps = attack.budget == "steps" ? 3_000_000 : 100_000_000
        let limits = ExecutionLimits(steps: steps, memoryBytes: 32 << 20)
        let outcome = Sandbox(limits: limits).run(parse(attack.source))
        #expect(outcome.error?.budget == attack.budget, "\(String(describing: outcome.error))")
    }

    /// A budget of steps is the measure of time, so a run that is allowed none must end at once whatever it does.
    @Test("what crosses the budget of steps ends within 100 ms of crossing it", arguments: attacks)
    func latency(_ attack: Attack) {
        let limits = ExecutionLimits(steps: 200_000, memoryBytes: 32 << 20)
        let start = ContinuousClock.now
        _ = Sandbox(limits: limits).run(parse(attack.source))
        // Unoptimised code is about twenty times slower.
        #if DEBUG
        let allowed = Duration.milliseconds(3_000)
        #else
        let allowed = Duration.milliseconds(150)
        #endif
        #expect(ContinuousClock.now - start < allowed)
    }

    @Test(
        "long chains of objects are released without recursion",
        arguments: [
            "x = []\nfor i in range(200000): x = [x]",
            "x = ()\nfor i in range(200000): x = (x,)",
            "x = {}\nfor i in range(200000): x = {0: x}",
            "x = None\nfor i in range(200000): x = slice(x)",
            "f = None\nfor i in range(100000): f = lambda f=f: f",
            "def g(f):\n    return lambda: f\nf = None\nfor i in range(100000): f = g(f)",
            "x = iter([])\nfor i in range(100000): x = map(str, x)",
            "x = iter([])\nfor i in range(100000): x = (y for y in x)",
            "import itertools\nx = []\nfor i in range(100000): x = itertools.chain(x)",
            "from collections import deque\nx = deque()\nfor i in range(100000): x = deque([x])",
            "x = frozenset()\nfor i in range(300): x = frozenset([x])",
            "e = None\nfor i in range(100000): e = ValueError(e)",
            "m = [].append\nfor i in range(100000): m = [m].append",
            "a = []\na.append(a)\nd = {}\nd[0] = d\ndef f(): return f",
        ]
    )
    func release(_ source: String) {
        let outcome = Sandbox(limits: ExecutionLimits(memoryBytes: 256 << 20)).run(parse(source))
        #expect(outcome.error == nil, "\(String(describing: outcome.error))")
    }

    @Test(
        "a deeply nested program is refused or run, and never overruns the stack",
        arguments: [
            String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000),
            String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000),
            String(repeating: "-", count: 20_000) + "1", String(repeating: "not ", count: 20_000) + "1",
            "1" + String(repeating: " + 1", count: 20_000),
            "x = []\nx" + String(repeating: "[0]", count: 5000),
            "1" + String(repeating: " if 1 else 1", count: 5000),
            String(repeating: "lambda: ", count: 5000) + "1",
            "1" + String(repeating: " ** 1", count: 5000), "1" + String(repeating: " < 1", count: 20_000),
            "if 0: pass\n" + String(repeating: "elif 0: pass\n", count: 10_000),
        ]
    )
    func nesting(_ source: String) {
        let outcome = Sandbox().run(parse(source))
        #expect(outcome.error == nil || outcome.error?.kind != .budget)
    }
}
