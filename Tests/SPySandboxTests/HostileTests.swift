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

    /// Those of `Programs/hostile.txt`, each under the budget that stops it. `spy-bench hostile` runs the same ones in a
    /// release build, where the time is measured as it is.
    static let attacks: [Attack] = ((try? ProgramCases.sections("hostile.txt")) ?? []).map { Attack($0, $1) }

    /// Unoptimised code takes twenty times as long, so a debug build tries a part of them.
    #if DEBUG
    static let tried = attacks.enumerated().filter { $0.offset < 70 || $0.offset % 16 == 0 }.map(\.element)
    #else
    static let tried = attacks
    #endif

    @Test("there are many of them")
    func count() { #expect(Self.attacks.count > 500) }

    @Test("a program that asks for too much ends at its budget and names it", arguments: tried)
    func budget(_ attack: Attack) {
        // Whatever has a budget of its own comes to that one, however many steps it takes.
        let steps = attack.budget == "steps" ? 1_000_000 : 100_000_000
        let limits = ExecutionLimits(steps: steps, memoryBytes: 32 << 20)
        let outcome = Sandbox(limits: limits).run(parse(attack.source))
        #expect(outcome.error?.budget == attack.budget, "\(String(describing: outcome.error))")
    }

    /// A budget of steps is the measure of time, so a run that is allowed none must end at once whatever it does.
    @Test("what crosses the budget of steps ends within 100 ms of crossing it", arguments: tried)
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
