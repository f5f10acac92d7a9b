import SPyAnalysis
import SPySyntax
import Testing

@Suite("The table of rules")
struct RuleTableTests {
    /// A row of the table.
    struct Row: CustomTestStringConvertible, Sendable {
        let rule: String
        let sentence: String
        let hint: String
        let refused: String
        let accepted: String
        var testDescription: String { rule }
    }

    static let rows: [Row] = Programs.rows(of: "Rules.md").map { cells in
        Row(
            rule: cells[0],
            sentence: cells[1],
            hint: cells[2],
            refused: Programs.example(cells[3]),
            accepted: Programs.example(cells[4])
        )
    }

    @Test("lists every rule of the library, in order")
    func everyRule() {
        #expect(RuleTableTests.rows.map(\.rule) == RuleDescription.all.map(\.rule.rawValue))
    }

    @Test("says what the library says")
    func sameSentences() {
        for (row, description) in zip(RuleTableTests.rows, RuleDescription.all) {
            #expect(row.sentence == description.sentence)
            #expect(row.hint == description.hint)
        }
    }

    @Test("has examples that break their rule", arguments: rows)
    func refusedExample(_ row: Row) {
        let analysis = analyze(row.refused)
        #expect(analysis.rules.contains(row.rule), "\(analysis.summaries)")
        #expect(analysis.isAccepted == row.rule.hasPrefix("SPY-W"))
    }

    @Test("has examples that keep every rule", arguments: rows)
    func acceptedExample(_ row: Row) {
        let analysis = analyze(row.accepted)
        #expect(analysis.isAccepted, "\(analysis.summaries)")
        #expect(!analysis.rules.contains(row.rule), "\(analysis.summaries)")
    }

    @Test("gives identifiers once")
    func uniqueIdentifiers() {
        let rules = RuleDescription.all.map(\.rule)
        #expect(Set(rules).count == rules.count)
    }
}
