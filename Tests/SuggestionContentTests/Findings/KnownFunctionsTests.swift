import SPyAnalysis
import SPySyntax
import Testing

@testable import SuggestionContent

@Suite("Functions known from the version before")
struct KnownFunctionsTests {
    @Test("make no difference to the fingerprint, wherever they stand in the next version")
    func versions() throws {
        for (name, code) in try Programs.all() where parse(code).isValid {
            var known = KnownFunctions()
            let first = "def first(a):\n    b = act(a, 1, [2, 3])\n    return b + a * 2\n"
            let changed = first.replacing("3", with: "4")
            let before = [code, code, first + code, changed + code]
            for version in before + [code + "\n" + first, code + "\n" + code, code] {
                let parsed = parse(version)
                let analysis = analyze(parsed, depth: .acceptance)
                let found = ProgramFingerprint(parsed, analysis, &known)
                #expect(found == ProgramFingerprint(of: version), "\(name)")
            }
        }
    }

    @Test("are told apart by the last letter")
    func letters() {
        var known = KnownFunctions()
        let hashes = ["1", "2", "1"].map { digit in
            let parsed = parse("def f(a):\n    b = act(a, 1, [2, 3])\n    return b + a * \(digit)\n")
            return ProgramFingerprint(parsed, analyze(parsed), &known).functions.map(\.hash)
        }
        #expect(hashes[0] == hashes[2])
        #expect(hashes[0] != hashes[1])
    }

    @Test("actions that are called by their names are those that a walk finds, in its order")
    func actions() throws {
        let orders = [
            "a(b(1) if c() else d())\n", "x = [f(y) for y in g() if h(y)]\n",
            "def k(z=m()) -> n():\n    return p()(q(r()))\n",
            "for i in s():\n    t(u=v(), *w())\nelse:\n    x1()\n", "print(f'{aa()!r:>{bb()}}')\n",
            "cc\ndd()\nee.ff()\n",
            "gg += 1\nhh()\n", "(ii)(jj)\n", "@kk()\ndef ll(): mm()\n",
        ]
        for code in orders + (try Programs.all().map(\.1)) {
            let parsed = parse(code)
            let analysis = analyze(parsed)
            #expect(
                ActionWalk.actions(of: parsed, analysis) == ActionWalk.walked(parsed, analysis),
                "\(code)"
            )
        }
    }
}
