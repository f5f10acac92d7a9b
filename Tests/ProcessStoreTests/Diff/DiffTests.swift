import Testing

@testable import ProcessStore

@Suite struct DiffTests {
    /// The same numbers in every run, so that a failure comes again.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private func applied(_ diff: LineDiff, _ old: [Int], _ new: [Int]) -> [Int] {
        var result: [Int] = []
        var position = 0
        for change in diff.changes {
            result += old[position..<change.from.lowerBound] + new[change.to]
            position = change.from.upperBound
        }
        return result + old[position...]
    }

    private func longestCommon(_ old: [Int], _ new: [Int]) -> Int {
        var row = Array(repeating: 0, count: new.count + 1)
        for line in old {
            var corner = 0
            for (index, other) in new.enumerated() {
                let above = row[index + 1]
                row[index + 1] = line == other ? corner + 1 : max(above, row[index])
                corner = above
            }
        }
        return row[new.count]
    }

    @Test(arguments: 0..<8) func changesLeadFromOneToTheOtherByTheShortestWay(_ seed: UInt64) {
        var numbers = Numbers(state: seed)
        for _ in 0..<400 {
            let letters = Int.random(in: 1...6, using: &numbers)
            func lines() -> [Int] {
                (0..<Int.random(in: 0...16, using: &numbers)).map { _ in
                    Int.random(in: 0..<letters, using: &numbers)
                }
            }
            let (old, new) = (lines(), lines())
            let diff = LineDiff(old, new)
            #expect(applied(diff, old, new) == new)
            let cost = diff.changes.reduce(0) { $0 + $1.from.count + $1.to.count }
            #expect(cost == old.count + new.count - 2 * longestCommon(old, new), "\(old) → \(new)")
        }
    }

    @Test func textsWithNothingInCommonAreReplacedWithoutLongThought() {
        let old = Array(repeating: 1, count: 200_000)
        let new = Array(repeating: 2, count: 200_000)
        #expect(LineDiff(old, new).changes == [.init(from: 0..<200_000, to: 0..<200_000)])
    }

    @Test func largeTextsWithManyChangesStillLeadFromOneToTheOther() {
        var numbers = Numbers(state: 7)
        let old = (0..<20_000).map { _ in Int.random(in: 0..<40, using: &numbers) }
        let new = (0..<20_000).map { _ in Int.random(in: 0..<40, using: &numbers) }
        #expect(applied(LineDiff(old, new), old, new) == new)
    }

    /// Applies hunks as a reader would: every line that is not in one stays.
    private func applied(_ hunks: [TextDiff.Hunk], to old: String) -> String {
        let lines = TextDiff.lines(of: old)
        var result = ""
        var position = 0
        for hunk in hunks {
            for line in lines[position..<hunk.from.lowerBound] { result += line }
            #expect(hunk.lines.filter { $0.kind != .added }.map(\.text) == Array(lines[hunk.from]))
            #expect(hunk.lines.count { $0.kind != .removed } == hunk.to.count)
            for line in hunk.lines where line.kind != .removed { result += line.text }
            position = hunk.from.upperBound
        }
        for line in lines[position...] { result += line }
        return result
    }

    @Test(arguments: 0..<8) func hunksGiveTheOtherText(_ seed: UInt64) {
        var numbers = Numbers(state: seed + 100)
        for _ in 0..<100 {
            func text() -> String {
                let count = Int.random(in: 0...30, using: &numbers)
                let lines = (0..<count).map { _ in
                    ["a", "b", "", "é", "c\r"][Int.random(in: 0..<5, using: &numbers)]
                }
                return lines.joined(separator: "\n") + (Bool.random(using: &numbers) ? "\n" : "")
            }
            let (old, new) = (text(), text())
            #expect(Array(applied(TextDiff(old, new).hunks, to: old).utf8) == Array(new.utf8))
        }
    }

    @Test func aHunkHasThreeLinesAroundItsChangesAndNearOnesAreOne() {
        let old = (1...30).map { "line \($0)\n" }.joined()
        let new = old.replacing("line 10\n", with: "line ten\n").replacing("line 16\n", with: "")
            .replacing("line 29\n", with: "line 29\nmore\n")
        let hunks = TextDiff(old, new).hunks
        #expect(hunks.map(\.from) == [6..<19, 26..<30])
        #expect(hunks.map(\.to) == [6..<18, 25..<30])
        #expect(
            hunks[0].lines.filter { $0.kind != .context }.map { "\($0.kind) \($0.text)" } == [
                "removed line 10\n", "added line ten\n", "removed line 16\n",
            ]
        )
    }

    @Test func equalTextsHaveNoHunkAndALineFeedAtTheEndCounts() {
        #expect(TextDiff("a\nb", "a\nb").hunks.isEmpty)
        #expect(TextDiff("", "").hunks.isEmpty)
        #expect(TextDiff("a", "a\n").hunks.count == 1)
        // Letters that Unicode calls equal are other bytes.
        #expect(TextDiff("e\u{301}", "é").hunks.count == 1)
    }

    @Test func mappingsDifferByKey() {
        let changes = ValueDiff.between(["a": "1", "b": "2", "c": "3"], ["b": "2", "c": "4", "d": "5"])
        #expect(
            changes.map { "\($0.kind) \($0.key) \($0.old) \($0.new)" } == [
                "removed a 1 ", "changed c 3 4", "added d  5",
            ]
        )
    }

    @Test func aDifferenceThatIsTooLargeIsCut() {
        let old = ProcessContent(name: "P", description: "", spyCode: "", stableMapping: [:], document: nil)
        var new = old
        new.name = "Q"
        new.stableMapping = Dictionary(uniqueKeysWithValues: (0..<30_000).map { ("k\($0)", "f") })
        let diff = VersionDiff(old, new)
        #expect(diff.values.map(\.key) == ["name"])
        #expect(diff.mapping.count == VersionDiff.lineLimit - 1)
        #expect(diff.isTruncated)
    }
}
