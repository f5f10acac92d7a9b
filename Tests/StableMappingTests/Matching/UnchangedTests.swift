import SPySyntax
import TestSupport
import Testing

@testable import StableMapping

/// What is taken by its place must be what would be found by looking.
@Suite("Functions that are as they were")
struct UnchangedTests {
    @Test("are matched as if they were looked at, through any edits", arguments: EditTests.programs)
    func edits(of program: EditTests.Example) throws {
        var editor = Editor(seed: 31 &* UInt64(program.number) &+ 7)
        var code = program.code
        for _ in 0..<12 {
            guard let edited = edit(code, &editor) else { continue }
            let (old, new) = (ProgramFacts(code), ProgramFacts(edited))
            let partners = FactMatcher.partners(old, new)
            #expect(partners == FactMatcher.partners(old, new, byPlaces: false), "\(code)\n---\n\(edited)")
            code = edited.utf8.count > 20_000 ? program.code : edited
        }
    }

    private func edit(_ code: String, _ editor: inout Editor) -> String? {
        switch editor.random.below(8) {
        case 0: editor.respelled(code)
        case 1: editor.reordered(code)
        case 2: editor.inserted(code)
        // All functions twice, under the same names.
        case 3: code + "\n" + code
        default: editor.changed(code)
        }
    }

    @Test("have partners also where another function took their name or their lines")
    func namesakes() {
        let body = "(x):\n    log(x)\n    log(x)\n    y = load(x)\n    return y\n"
        let inner = "if a:\n    def g" + body.replacing("\n    ", with: "\n        ")
        let programs = [
            "def f" + body, "def f" + body + "def f" + body, "def f" + body + "def g" + body, inner,
            inner + inner.replacing("if a", with: "if b"), inner.replacing("if a", with: "if b") + inner,
            "def f(x):\n    log(1)\n" + "def f" + body,
            "def f(z):\n    log(1)\n" + "def h" + body + "log(x)\n",
        ]
        for old in programs {
            for new in programs where new != old {
                let facts = (ProgramFacts(old), ProgramFacts(new))
                let looked = FactMatcher.partners(facts.0, facts.1, byPlaces: false)
                #expect(FactMatcher.partners(facts.0, facts.1) == looked, "\(old)\n---\n\(new)")
            }
        }
    }
}
