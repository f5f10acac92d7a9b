import SPyTool
import Testing

@Suite("grimoire spy parse, check, analyze")
struct FileCommandTests {
    @Test("a file in which all is well says nothing on standard output")
    func allWell() {
        let surroundings = Surroundings(["a.spy": "x = 1\n"])
        #expect(surroundings.run(.check, ["a.spy"]) == 0)
        #expect(surroundings.output.isEmpty)
        #expect(surroundings.complaints == "1 file: all well\n")
    }

    @Test("a refused file is shown with a mark under the place")
    func excerpt() {
        let surroundings = Surroundings(["a.spy": "import json\nx = eval(json.dumps(1))\n"])
        #expect(surroundings.run(.check, ["a.spy"]) == 1)
        #expect(
            surroundings.output == """
                a.spy:2:5: error SPY-X002: SPy programs may not use 'eval'.
                  2 │ x = eval(json.dumps(1))
                    │     ^^^^
                    = It reaches out of the program. Outside of functions the name itself is taken too; choose another one.

                """
        )
        #expect(surroundings.complaints == "1 file, 1 error in 1\n")
    }

    @Test("parse looks at syntax alone")
    func parseOnly() {
        let surroundings = Surroundings(["a.spy": "import os\n", "b.spy": "x = = 1\n"])
        #expect(surroundings.run(.parse, ["a.spy"]) == 0)
        #expect(surroundings.run(.parse, ["b.spy"]) == 1)
        #expect(surroundings.output.contains("b.spy:1:5: error SPY-S"))
    }

    @Test("warnings do not refuse a program")
    func warnings() {
        let surroundings = Surroundings(["a.spy": "import math\n"])
        #expect(surroundings.run(.check, ["a.spy"]) == 0)
        #expect(surroundings.output.contains("a.spy:1:8: warning SPY-W002"))
        #expect(surroundings.complaints == "1 file, 1 warning: all well\n")
    }

    @Test("a file that cannot be read does not stop the others")
    func unreadable() {
        let surroundings = Surroundings(["b.spy": "import os\n"])
        #expect(surroundings.run(.check, ["a.spy", "b.spy"], isJSON: true) == 2)
        #expect(surroundings.complaints == "a.spy: No such file or directory\n")
        let lines = surroundings.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(
            lines[0]
                == #"{"path": "a.spy", "ok": false, "diagnostics": [], "error": "No such file or directory"}"#
        )
        #expect(lines[1].hasPrefix(#"{"path": "b.spy", "ok": false, "diagnostics": [{"id": "SPY-X001", "#))
    }

    @Test("JSON has one object per file with places from 1, columns in code points, ends exclusive")
    func json() {
        let surroundings = Surroundings(["a.spy": "y = 'ä𝓮', eval\n"])
        #expect(surroundings.run(.check, ["a.spy"], isJSON: true) == 1)
        #expect(
            surroundings.output == #"""
                {"path": "a.spy", "ok": false, "diagnostics": [{"id": "SPY-X002", "severity": "error", "line": 1, "column": 11, "end_line": 1, "end_column": 15, "message": "SPy programs may not use 'eval'.", "hint": "It reaches out of the program. Outside of functions the name itself is taken too; choose another one."}]}

                """#
        )
    }

    @Test("analyze adds what is known of a program")
    func analyze() {
        let program = "import math\ndef f(a, b):\n    return math.floor(a) + g(b)\n"
        let surroundings = Surroundings(["a.spy": program])
        #expect(surroundings.run(.analyze, ["a.spy"]) == 0)
        #expect(
            surroundings.output == """
                a.spy: 3 lines, 11 parts, nesting 2
                  function  line  cyclomatic  cognitive  calls
                  f(a, b)      2           1          0  math.floor, g
                  actions: g
                  module math: floor

                """
        )
        #expect(surroundings.run(.analyze, ["a.spy"], isJSON: true) == 0)
        #expect(
            surroundings.output.contains(#""actions": [{"name": "g", "calls": [{"line": 3, "column": 28}]"#)
        )
    }

    @Test("the mark stands right under tabs, wide characters and those without width")
    func marks() {
        let surroundings = Surroundings([
            "tab.spy": "if x:\n\teval(1)\n", "wide.spy": "x = '漢字', eval(1)\n",
            "combining.spy": "x = 'e\u{301}', eval(1)\n",
        ])
        _ = surroundings.run(.check, ["tab.spy", "wide.spy", "combining.spy"])
        #expect(surroundings.output.contains("  2 │ \teval(1)\n    │ \t^^^^\n"))
        #expect(surroundings.output.contains("  1 │ x = '漢字', eval(1)\n    │             ^^^^\n"))
        #expect(surroundings.output.contains("  1 │ x = 'e\u{301}', eval(1)\n    │          ^^^^\n"))
    }

    @Test("a long line is shown around the place")
    func longLine() {
        let surroundings = Surroundings([
            "a.spy": "x = '" + String(repeating: "a", count: 10_000) + "', eval(1)\n"
        ])
        _ = surroundings.run(.check, ["a.spy"])
        let lines = surroundings.output.split(separator: "\n")
        #expect(lines[1].hasPrefix("  1 │ …aaa"))
        #expect(lines[1].hasSuffix("a', eval(1)"))
        #expect(lines[1].count < 120)
        #expect(lines[2].hasSuffix(" ^^^^"))
        #expect(lines[1].count - lines[2].count == "(1)".count)
    }

    @Test("nothing in a program or a path can control the terminal")
    func harmless() {
        let surroundings = Surroundings(["\u{1B}[2J.spy": "x = eval, '\u{1B}[31m\u{202E}\u{7}'\n"])
        _ = surroundings.run(.check, ["\u{1B}[2J.spy", "\u{1B}c"])
        let all = surroundings.output + surroundings.complaints
        #expect(!all.unicodeScalars.contains { $0 != "\n" && ($0.properties.generalCategory == .control) })
        #expect(!all.unicodeScalars.contains("\u{202E}"))
    }

    @Test("colours are there only where they are wanted")
    func colours() {
        let plain = Surroundings(["a.spy": "eval(1)\n"])
        _ = plain.run(.check, ["a.spy"])
        #expect(!plain.output.contains("\u{1B}["))
        let coloured = Surroundings(["a.spy": "eval(1)\n"])
        _ = coloured.run(.check, ["a.spy"], isColoured: true)
        #expect(coloured.output.contains("\u{1B}[1;31merror SPY-X002\u{1B}[0m"))
        #expect(coloured.output.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") == plain.output)
    }

    @Test("many findings on one long line take time in proportion")
    func manyFindings() {
        let surroundings = Surroundings(["a.spy": String(repeating: "__a__;", count: 20_000)])
        let clock = ContinuousClock()
        let time = clock.measure { _ = surroundings.run(.check, ["a.spy"], isJSON: true) }
        #expect(time < .seconds(20), "a debug build on a busy machine took \(time)")
        #expect(surroundings.output.contains(#""line": 1, "column": 119995,"#))
    }

    @Test("a place at the end of a program without a last line break can be shown")
    func endOfProgram() {
        let surroundings = Surroundings([
            "a.spy": "x = (", "b.spy": "if x:\n", "c.spy": "'''", "d.spy": "if x:", "e.spy": "def f():",
        ])
        #expect(surroundings.run(.check, ["a.spy", "b.spy", "c.spy", "d.spy", "e.spy"]) == 1)
        #expect(surroundings.output.contains("a.spy:1:"))
    }
}
