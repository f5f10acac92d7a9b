import SPyAnalysis
import SPySyntax
import SuggestionContent
import Testing

@Suite("Fingerprints of programs")
struct ProgramFingerprintTests {
    private let original = """
        def approve(order, limit=100):
            \"\"\"Approves an order.\"\"\"
            total = sum(item["price"] for item in order["items"])
            if total > limit:
                notify(order["owner"], reason="too much")
                return False
            return total
        """

    private func hash(_ code: String) throws -> [UInt8] {
        try #require(ProgramFingerprint(of: code).functions.first).hash
    }

    @Test("The same function under other names, comments and formatting has the same hash")
    func sameForm() throws {
        let renamed = """
            def check_purchase(  purchase , most : int = 100 ) -> bool:
                # adds it up
                value = sum(x['price'] for x in purchase['items'])

                if (value > most):
                    notify(purchase["owner"], reason='too much')
                    return False
                return value
            """
        #expect(try hash(original) == hash(renamed))
    }

    @Test(
        "An action, a literal, an attribute, an operator or the order of names makes another hash",
        arguments: [
            ("notify(", "warn("), ("False", "True"), ("\"price\"", "\"cost\""), (">", ">="),
            ("return total", "return limit"),
            ("reason=", "why="), ("limit=100", "limit=101"), ("limit=100", "*limit"),
        ]
    )
    func otherForm(_ change: (String, String)) throws {
        #expect(try hash(original) != hash(original.replacing(change.0, with: change.1)))
    }

    @Test("A recursive function has the same hash under another name")
    func recursion() throws {
        func code(_ name: String) -> String {
            "def \(name)(n):\n    if n < 2:\n        return 1\n    return n * \(name)(n - 1) + find(n)\n"
        }
        #expect(try hash(code("factorial")) == hash(code("f")))
        #expect(try hash(code("f")) != hash(code("f").replacing("f(n - 1)", with: "g(n - 1)")))
    }

    @Test("Functions inside functions have their paths, and their own names stay their own")
    func nested() throws {
        let code = """
            def outer(items):
                def weigh(item):
                    scale = item["mass"] * item["count"]
                    return scale if scale > 10 else 10
                return [weigh(x) for x in items if x["mass"] > 0]
            """
        let print = ProgramFingerprint(of: code)
        #expect(print.functions.map(\.name) == ["outer", "outer.weigh"])
        #expect(print.functions.map(\.line) == [1, 2])
    }

    @Test("Trivial functions are left out")
    func trivial() {
        #expect(ProgramFingerprint(of: "def total(items):\n    return sum(items)\n").functions.isEmpty)
    }

    @Test("Actions are named once, dotted where they are reached so, and nothing else is")
    func actions() {
        let code = """
            import math
            def helper(x):
                return math.floor(x)
            def main(order):
                customer = crm.customers.find(order["id"])
                send_email(customer, helper(2.5))
                send_email(customer, len(order))
                callbacks = [log_event]
                return order.get("id")
            """
        #expect(ProgramFingerprint(of: code).actions == ["crm.customers.find", "send_email"])
    }

    @Test(
        "Of what is no program it holds nothing",
        arguments: ["def", "x = (", "\u{0}", "class A:\n  pass", ""]
    )
    func garbage(_ code: String) {
        let print = ProgramFingerprint(of: code)
        #expect(print.functions.isEmpty && print.actions.isEmpty)
    }

    @Test("Functions and actions are limited, and long chains take no stack")
    func limits() {
        let functions = (0..<300).map {
            "def f\($0)(a):\n    if a > \($0):\n        act\($0)(a, a + 1, a + 2)\n    return a * 2 + 1\n"
        }
        let print = ProgramFingerprint(of: functions.joined())
        #expect(print.functions.count == ProgramFingerprint.maximumFunctions)
        #expect(print.actions.count == ProgramFingerprint.maximumActions)
        let chain =
            "def f(a):\n    return " + Array(repeating: "a", count: 2_500).joined(separator: " + ") + "\n"
        #expect(ProgramFingerprint(of: chain).functions.count == 1)
    }

    @Test("The programs that the sandbox is tried with have fingerprints")
    func programs() throws {
        for (name, code) in try Programs.all() {
            let parsed = parse(code)
            let print = ProgramFingerprint(parsed, analyze(parsed))
            #expect(print == ProgramFingerprint(of: code), "\(name)")
            #expect(print.functions.allSatisfy { $0.hash.count == 32 && $0.line >= 1 }, "\(name)")
            let again = ProgramFingerprint(of: parsed.tree.printed())
            #expect(print.functions.map(\.hash) == again.functions.map(\.hash), "\(name)")
        }
    }
}
