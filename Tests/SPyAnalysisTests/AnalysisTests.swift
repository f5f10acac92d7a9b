import SPyAnalysis
import SPySyntax
import Testing

@Suite("Analysis")
struct AnalysisTests {
    static let program = """
        import math
        from decimal import Decimal as D

        RATE = D("0.2")

        def total(items):
            result = 0
            for item in items:
                if item["kept"] and item["price"]:
                    result += math.floor(item["price"])
            return result

        def pay(order, *, tries=3):
            def attempt(n):
                return charge(order) or (n and attempt(n - 1))
            amount = total(order["items"])
            on_paid = notify
            return on_paid, attempt(tries), print(amount), D(1)

        def even(n):
            return n == 0 or odd(n - 1)

        def odd(n):
            return n != 0 and even(n - 1)

        start(total)
        """

    let analysis = analyze(program)

    @Test("finds functions with their paths, parameters and complexity")
    func functions() {
        #expect(analysis.functions.map(\.path) == ["total", "pay", "pay.attempt", "even", "odd"])
        #expect(
            analysis.functions.map(\.parameters) == [["items"], ["order", "tries"], ["n"], ["n"], ["n"]]
        )
        // total: loop, if, and.
        #expect(analysis.functions.map(\.cyclomaticComplexity) == [4, 1, 3, 2, 2])
        // total: loop 1, if inside 2, and 1. Recursion costs 1.
        #expect(analysis.functions.map(\.cognitiveComplexity) == [4, 0, 3, 2, 2])
        #expect(analysis.functions.map(\.isRecursive) == [false, false, true, true, true])
        #expect(analysis.functions.map(\.statementCount) == [5, 4, 1, 1, 1])
        #expect(analysis.module.statementCount == 8)
    }

    @Test("finds actions, called or only mentioned")
    func actions() {
        #expect(analysis.actions.map(\.name) == ["charge", "notify", "start"])
        #expect(analysis.actions.map(\.calls.count) == [1, 0, 1])
        #expect(analysis.actions.map(\.mentions.count) == [0, 1, 0])
        #expect(analysis.source.text(in: analysis.actions[0].calls[0]) == "charge")
    }

    @Test("finds modules and what is taken from them")
    func modules() {
        #expect(analysis.modules.map(\.name) == ["math", "decimal"])
        #expect(analysis.modules.map(\.members) == [["floor"], ["Decimal"]])
    }

    @Test("finds who calls what")
    func calls() {
        let calls = analysis.calls.map { "\($0.caller) → \($0.callee) ×\($0.ranges.count)" }
        #expect(
            calls == [
                #" → member(module: "decimal", name: "Decimal") ×1"#,
                #"total → member(module: "math", name: "floor") ×1"#,
                #"pay.attempt → action("charge") ×1"#,
                #"pay.attempt → function("pay.attempt") ×1"#,
                #"pay → function("total") ×1"#,
                #"pay → function("pay.attempt") ×1"#,
                #"pay → builtin("print") ×1"#,
                #"pay → member(module: "decimal", name: "Decimal") ×1"#,
                #"even → function("odd") ×1"#,
                #"odd → function("even") ×1"#,
                #" → action("start") ×1"#,
            ]
        )
    }

    @Test("names that look like actions and are none are left out")
    func noActions() {
        #expect(analyze("x = eval(__name__, print, exit, len, ValueError)").actions.isEmpty)
    }

    @Test("an action may be assigned where it is not visible")
    func shadowedAction() {
        let analysis = analyze(
            "def f():\n    notify = 1\n    return notify\nnotify(1)\n[x for x in f()]\nx(1)\n"
        )
        #expect(analysis.actions.map(\.name) == ["notify", "x"])
    }

    @Test("a class hides its names from the functions in it")
    func classScope() {
        let analysis = analyze("class A:\n    x = 1\n    y = x\n    def f(self):\n        return x(1)\n")
        #expect(analysis.actions.map(\.name) == ["x"])
    }

    @Test("all findings are reported at once, in the order of the text")
    func allAtOnce() {
        let analysis = analyze("import os\nclass A:\n    pass\neval(x.__class__)\nwith f() as g:\n    pass\n")
        #expect(
            analysis.diagnostics.filter { $0.severity == .error }.map(\.rule.rawValue)
                == ["SPY-X001", "SPY-U001", "SPY-X002", "SPY-X004", "SPY-U006"]
        )
    }

    @Test("rules are checked beside syntax errors")
    func besideSyntaxErrors() {
        let analysis = analyze("import os\nx = = 1\neval(1)\n")
        #expect(analysis.errors.isSuperset(of: ["SPY-X001", "SPY-X002"]))
        #expect(analysis.errors.contains { $0.hasPrefix("SPY-S") })
    }

    @Test("the same program gives the same analysis")
    func deterministic() {
        let first = analyze(AnalysisTests.program)
        let second = analyze(AnalysisTests.program)
        #expect(first.diagnostics == second.diagnostics)
        #expect(first.calls == second.calls)
        #expect(first.functions == second.functions)
        #expect(first.actions == second.actions)
        #expect(first.modules == second.modules)
    }

    @Test("an empty program is fine")
    func emptyProgram() {
        let analysis = analyze("")
        #expect(analysis.diagnostics.isEmpty)
        #expect(analysis.size.nodes == 0)
        #expect(analysis.functions.isEmpty)
    }
}
