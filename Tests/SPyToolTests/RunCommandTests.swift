import SPyTool
import Testing

@Suite("grimoire spy run")
struct RunCommandTests {
    @Test("prints the program's output and the result of the function called")
    func result() {
        let surroundings = Surroundings(["a.spy": "print('ready')\ndef add(a, b=2):\n    return a + b\n"])
        #expect(surroundings.run(.init(path: "a.spy", function: "add", arguments: "[40]")) == 0)
        #expect(surroundings.output == "ready\n42\n")
        #expect(surroundings.complaints.hasSuffix(" steps\n"))
    }

    @Test("prints one JSON object")
    func json() {
        let program =
            "def f(order):\n    print(order)\n    notify(order, urgent=True)\n    return {'id': order, 'ok': None}\n"
        let surroundings = Surroundings(["a.spy": program])
        let request = RunCommand.Request(path: "a.spy", function: "f", arguments: #"{"order": "A-1"}"#)
        #expect(surroundings.run(request, isJSON: true) == 0)
        let wanted =
            #"{"ok": true, "result": {"id": "A-1", "ok": null}, "output": "A-1\n", "error": null, "#
            + #""actions": [{"name": "notify", "arguments": ["A-1"], "keywords": {"urgent": true}, "line": 3}], "steps": "#
        #expect(surroundings.output.hasPrefix(wanted), "\(surroundings.output)")
    }

    @Test("actions return nothing, or what was given for them")
    func answers() {
        let program = "def f():\n    return [find(1), other()]\n"
        let surroundings = Surroundings(["a.spy": program])
        let request = RunCommand.Request(path: "a.spy", function: "f", answers: ["find": #"{"a": 1}"#])
        #expect(surroundings.run(request) == 0)
        #expect(surroundings.output == "[{'a': 1}, None]\n")
        #expect(surroundings.complaints.contains("action find(1) line 2\n"))
    }

    @Test("an exception has its type, message and line")
    func exception() {
        let program = "def f(a):\n    return 1 // a\n\ndef g():\n    return f(0)\n"
        let surroundings = Surroundings(["a.spy": program])
        #expect(surroundings.run(.init(path: "a.spy", function: "g"), isJSON: true) == 1)
        #expect(
            surroundings.output.contains(
                #""error": {"type": "ZeroDivisionError", "message": "integer division or modulo by zero", "line": 2}"#
            )
        )
        #expect(surroundings.run(.init(path: "a.spy", function: "g")) == 1)
        #expect(surroundings.complaints.contains("a.spy:2 in f\n    return 1 // a\n"))
        #expect(surroundings.complaints.contains("ZeroDivisionError: integer division or modulo by zero\n"))
    }

    @Test("a program that a rule refuses is not run")
    func refused() {
        let surroundings = Surroundings(["a.spy": "print(1)\nimport os\n", "b.spy": "print(1\n"])
        #expect(surroundings.run(.init(path: "a.spy"), isJSON: true) == 1)
        #expect(
            surroundings.output == #"""
                {"ok": false, "result": null, "output": "", "error": {"type": "Refused", "message": "SPY-X001: SPy programs may not import 'os'.", "line": 2}, "actions": [], "steps": 0}

                """#
        )
        #expect(surroundings.run(.init(path: "a.spy")) == 1)
        #expect(surroundings.complaints.hasPrefix("a.spy:2:8: error SPY-X001"))
        #expect(surroundings.run(.init(path: "b.spy"), isJSON: true) == 1)
        #expect(surroundings.output.contains(#""type": "SyntaxError""#))
    }

    @Test("a run stops at its steps")
    func steps() {
        let surroundings = Surroundings(["a.spy": "i = 0\nwhile i < 10 ** 9:\n    i += 1\n"])
        #expect(surroundings.run(.init(path: "a.spy", steps: 1_000), isJSON: true) == 1)
        #expect(surroundings.output.contains(#""type": "BudgetExceeded""#))
    }

    @Test("a file that cannot be read is named")
    func unreadable() {
        let surroundings = Surroundings([:])
        #expect(surroundings.run(.init(path: "a.spy"), isJSON: true) == 2)
        #expect(surroundings.output.hasPrefix(#"{"ok": false, "result": null"#))
        #expect(surroundings.complaints == "a.spy: No such file or directory\n")
    }
}
