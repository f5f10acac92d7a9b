import StableMapping
import Testing

/// Programs made to cost much. That a test ends is what it shows; nothing is measured.
@Suite("Programs that repeat without end")
struct HostileTests {
    @Test("of equal lines, a change in the middle leaves all IDs to the others")
    func equalLines() throws {
        let line = "log(x)\n"
        let before = String(repeating: line, count: 3_000)
        let after = String(repeating: line, count: 1_500) + "y = 1\n" + String(repeating: line, count: 1_499)
        let (first, second) = try Versions.pair(before, after)
        #expect(second.report.carried.count + second.report.moved.count == 2_999)
        #expect(Set(second.mapping.values).count == second.mapping.count)
        #expect(Set(first.mapping.values).count == 3_000)
    }

    @Test("of equal lines and one more, nobody can say which is which, and all get new IDs")
    func oneMoreEqualLine() throws {
        let line = "log(x)\n"
        let (first, second) = try Versions.pair(
            String(repeating: line, count: 2_000),
            String(repeating: line, count: 2_001)
        )
        #expect(Set(second.mapping.values).isDisjoint(with: first.mapping.values))
        let same = try Versions.next(
            first,
            String(repeating: line, count: 2_000),
            String(repeating: line + "\n", count: 2_000)
        )
        #expect(same.mapping == first.mapping)
    }

    @Test(
        "chains, nests and long texts end",
        arguments: [
            "x = a" + String(repeating: ".b()", count: 3_000),
            "x = 1" + String(repeating: " + b(1)", count: 3_000),
            String(repeating: "f(", count: 95) + String(repeating: ")", count: 95),
            "if a:\n x = 1\n" + String(repeating: "elif b():\n x = 1\n", count: 1_000),
            (0..<95).map { String(repeating: " ", count: $0) + "if a:\n" }.joined()
                + String(repeating: " ", count: 95)
                + "b()\n",
            (0..<95).map { String(repeating: " ", count: $0) + "def f(a=b()):\n" }.joined()
                + String(repeating: " ", count: 95) + "a = 1\n",
            "x = f('" + String(repeating: "a", count: 100_000) + "')",
            String(repeating: "def f(x):\n a = g(x)\n return a\n", count: 300),
        ]
    )
    func chains(_ code: String) throws {
        let first = try Versions.first(code)
        #expect(try Versions.next(first, code, code).mapping == first.mapping)
        let changed = try Versions.next(first, code, "y = 1\n" + code)
        #expect(changed.report.retired == [] && changed.mapping["y"] != nil)
        let other = try Versions.next(first, code, code.replacing("b", with: "c"))
        #expect(Set(other.mapping.values).count == other.mapping.count)
    }

    @Test("facts beyond the limit of entries get no ID, and a warning says how many")
    func limit() throws {
        let count = MappingLimits.entries + 10
        let first = try Versions.first((0..<count).map { "a\($0) = 1\n" }.joined())
        #expect(first.mapping.count == MappingLimits.entries)
        #expect(first.report.warnings == [.notDerived(count: 10)])
    }

    @Test("an expression that is too long for a key is no fact")
    func longExpression() throws {
        let code = "if f('\(String(repeating: "a", count: 5_000))'):\n    x = 1\n"
        #expect(try Versions.first(code).mapping.keys.sorted() == ["x"])
    }
}
