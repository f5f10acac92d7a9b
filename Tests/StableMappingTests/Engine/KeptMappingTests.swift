import StableMapping
import Testing

@Suite("A mapping that is kept")
struct KeptMappingTests {
    private static let code = "def f(x):\n    a = load(x)\n    log(1)\n    return a\nrevision = 1\n"

    @Test(
        "is known to be where code changes and no fact does",
        arguments: [
            code.replacing("= 1", with: "= 2"), "# why\n" + code,
            code.replacing("    log", with: "    # why\n    log"), code,
        ]
    )
    func kept(_ next: String) throws {
        let first = try Versions.first(Self.code, given: ["a": "one"])
        let second = try Versions.next(first, Self.code, next)
        #expect(second.keepsMapping)
        #expect(second.mapping == first.mapping)
        #expect(second.state.entries.map(\.since) == first.state.entries.map(\.since))
        #expect(second.report.carried.map(\.key) == first.state.entries.map(\.key))
    }

    @Test(
        "is none where a fact comes, goes, moves or gets another ID",
        arguments: [
            ("log(2)\n" + code, [:]), (code.replacing("    log(1)\n", with: ""), [:]),
            (code.replacing("a", with: "b"), [:]), (code, ["f::a": "two"]), (code, ["missing": "two"]),
        ] as [(String, [String: String])]
    )
    func changed(_ next: String, _ given: [String: String]) throws {
        let first = try Versions.first(Self.code, given: ["a": "one"])
        let second = try Versions.next(first, Self.code, next, given: given)
        #expect(!second.keepsMapping)
        #expect(second.mapping != first.mapping)
    }

    @Test("entries stay in the order of their keys, whatever comes between them")
    func order() throws {
        let names = ["zeta", "alpha", "mu", "beta", "omega", "gamma"]
        var code = ""
        var outcome = try Versions.first(code)
        for name in names {
            let next = code + "\(name) = load_\(name)()\n"
            outcome = try Versions.next(outcome, code, next, given: name == "mu" ? ["lost": "one"] : [:])
            code = next
            let keys = outcome.state.entries.map(\.key)
            #expect(keys == keys.sorted())
        }
        #expect(outcome.state.entries.count == 2 * names.count + 1)
    }

    @Test("one ID of two facts is warned of in each version")
    func sharedID() throws {
        var outcome = try Versions.first(Self.code, given: ["f::a": "one", "f::log(1)": "one"])
        for _ in 0..<3 {
            outcome = try Versions.next(outcome, Self.code, Self.code)
            let warning = MappingWarning.sharedFactID(factID: "one", keys: ["f::a", "f::log(1)"])
            #expect(outcome.report.warnings == [warning])
        }
    }
}
