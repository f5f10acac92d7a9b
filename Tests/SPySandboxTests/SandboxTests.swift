import SPySandbox
import SPySyntax
import Synchronization
import Testing

struct SandboxTests {
    @Test("a function is called with JSON and answers with JSON")
    func call() {
        let program = parse(
            "def total(prices, tax=0.5):\n    return {'sum': sum(prices) * (1 + tax), 'n': len(prices)}\n"
        )
        let positional = Sandbox().run(program, calling: .init("total", arguments: "[[1, 2.5]]"))
        #expect(positional.result?.json == #"{"sum": 5.25, "n": 2}"#)
        let named = Sandbox().run(program, calling: .init("total", arguments: #"{"prices": [4], "tax": 0}"#))
        #expect(named.result?.json == #"{"sum": 4, "n": 1}"#)
        #expect(named.result?.isExact == true)
    }

    @Test("what JSON cannot say comes as its repr")
    func repr() {
        let outcome = Sandbox().run(parse("def f():\n    return {1: {2, 3}}\n"), calling: .init("f"))
        #expect(outcome.result?.json == #"{"1": "{2, 3}"}"#)
        #expect(outcome.result?.isExact == false)
        #expect(outcome.result?.repr == "{1: {2, 3}}")
    }

    @Test("a function that is not there is a NameError")
    func absent() {
        let outcome = Sandbox().run(parse("x = 1\n"), calling: .init("f"))
        #expect(outcome.error?.message == "name 'f' is not defined")
    }

    @Test("actions answer from their stubs and are recorded with arguments and line")
    func actions() {
        var sandbox = Sandbox()
        sandbox.actions = [
            "send_email": .returns("true"), "next_id": .returnsInTurn(["1", "2"]), "limit": .value("[10]"),
            "crm.lookup": .returns(#"{"name": "Ann"}"#),
            "charge": .raises(type: "ValueError", message: "declined"),
        ]
        let outcome = sandbox.run(
            parse(
                """
                ids = [next_id(), next_id(), next_id()]
                if send_email("a@b", subject="hi", ids=ids):
                    print(crm.lookup(7)["name"], limit[0])
                try:
                    charge(5)
                except ValueError as e:
                    print(e)
                """
            )
        )
        #expect(outcome.output == "Ann 10\ndeclined\n")
        #expect(
            outcome.actions.map(\.name) == [
                "next_id", "next_id", "next_id", "send_email", "crm.lookup", "charge",
            ]
        )
        let email = outcome.actions[3]
        #expect(email.arguments == [#""a@b""#])
        #expect(email.keywords.map(\.name) == ["subject", "ids"])
        #expect(email.keywords.map(\.value) == [#""hi""#, "[1, 2, 2]"])
        #expect(email.line == 2)
    }

    @Test("a name without a stub is undefined, or answered alike if that is wanted")
    func undefined() {
        let program = parse("print(unknown(1))\n")
        #expect(Sandbox().run(program).error?.message == "name 'unknown' is not defined")
        var sandbox = Sandbox()
        sandbox.otherActions = .returns("null")
        #expect(sandbox.run(program).output == "None\n")
    }

    @Test("watched expressions and assigned names note their values")
    func watches() throws {
        let program = parse("total = 0\nfor n in [1, 2, 3]:\n    if n > 1:\n        total = total + n\n")
        let text = program.source
        func range(_ part: String, from offset: Int = 0) -> SourceRange {
            let bytes = Array(part.utf8)
            let start = (offset..<text.utf8.count).first { text.utf8[$0...].starts(with: bytes) }!
            return SourceRange(start: UInt32(start), end: UInt32(start + bytes.count))
        }
        var sandbox = Sandbox()
        sandbox.watches = [range("n > 1"), range("total + n"), range("total", from: 20)]
        let watched = sandbox.run(program).watched
        #expect(watched[0].values == ["false", "true", "true"])
        #expect(watched[1].values == ["2", "5"])
        #expect(watched[2].values == ["2", "5"])
        #expect(watched[2].count == 2)
    }

    @Test(
        "names that patterns and handlers bind note their values",
        arguments: [
            ("match [1, 2, 3]:\n    case [x, *y]:\n        pass\n", "x", ["1"]),
            ("match [1, 2, 3]:\n    case [x, *y]:\n        pass\n", "*y", ["[2, 3]"]),
            (
                "match {'k': 7, 'l': 8}:\n    case {'k': v, **rest}:\n        pass\n", "{'k': v, **rest}",
                [#"{"l": 8}"#]
            ),
            ("match 5:\n    case 1 | 5 as q:\n        pass\n", "1 | 5 as q", ["5"]),
            ("match [1]:\n    case [x, 2] | [x]:\n        pass\n", "x", ["1"]),
            // It has matched a part only.
            ("match [1, 2]:\n    case [x, 3]:\n        pass\n", "x", []),
            (
                "try:\n    raise ValueError('a')\nexcept ValueError as e:\n    pass\n",
                "except ValueError as e:\n    pass",
                [#""ValueError('a')""#]
            ),
        ]
    )
    func bindings(text: String, place: String, values: [String]) throws {
        let program = parse(text)
        let ranges = text.utf8.indices.compactMap { index -> SourceRange? in
            guard text.utf8[index...].starts(with: place.utf8) else { return nil }
            let start = text.utf8.distance(from: text.utf8.startIndex, to: index)
            return SourceRange(start: UInt32(start), end: UInt32(start + place.utf8.count))
        }
        for range in ranges {
            var sandbox = Sandbox()
            sandbox.watches = [range]
            let watched = sandbox.run(program).watched
            #expect(watched[0].values == values)
            #expect(watched[0].count == values.count)
        }
    }

    @Test("equal runs are equal to the step")
    func determinism() {
        let program = parse(
            "import random\nd = {}\nfor i in range(500): d[str(i)] = random.random()\nprint(sorted(d)[:3], {'b', 'a'}, sum(d.values()))\n"
        )
        let first = Sandbox().run(program)
        #expect(first.error == nil)
        #expect(first == Sandbox().run(program))
    }

    @Test("a run is stopped from another thread")
    func stop() async {
        let request = StopRequest()
        let program = parse("while True: pass\n")
        async let outcome = Task.detached {
            Sandbox(limits: ExecutionLimits(steps: .max)).run(program, stop: request)
        }.value
        request.stop()
        #expect(await outcome.error?.kind == .stopped)
    }

    @Test("a program with syntax errors, and one outside the subset, is refused at its line")
    func refusal() {
        #expect(Sandbox().run(parse("x = = 1\n")).error?.kind == .refused)
        let outcome = Sandbox().run(parse("x = 1\nclass A: pass\n"))
        #expect(outcome.error?.kind == .refused)
        #expect(outcome.error?.line == 2)
    }

    @Test("memory is given back when values die")
    func memory() {
        let program = parse(
            """
            for i in range(300):
                s = "x" * 10000
                l = [s] * 100
                d = {k: l for k in range(10)}
                t = tuple(l) + (d,)
                u = set(range(50)) | {s}
                b = 3 ** 500
                r = s.replace("x", "y").strip().split(",")
            """
        )
        let outcome = Sandbox(limits: ExecutionLimits(steps: .max, memoryBytes: 1 << 20)).run(program)
        #expect(outcome.error == nil, "\(String(describing: outcome.error))")
    }
}
