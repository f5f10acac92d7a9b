import SPyAnalysis
import SPySyntax
import Testing

@Suite("The table of syntax rules")
struct SyntaxRuleTableTests {
    /// A row of the table.
    struct Row: CustomTestStringConvertible, Sendable {
        let rule: String
        let about: String
        let said: String
        let refused: String
        let accepted: String
        var testDescription: String { rule }
    }

    static let rows: [Row] = Programs.rows(of: "SyntaxRules.md").map { cells in
        Row(
            rule: cells[0],
            about: cells[1],
            said: cells[2],
            refused: Programs.example(cells[3]),
            accepted: Programs.example(cells[4])
        )
    }

    @Test("lists every rule of the parser, in order, in the words of its declaration")
    func everyRule() {
        let source = Programs.text("../../Sources/SPySyntax/Diagnostics/Rule+Syntax.swift")
        let declared = source.matches(of: #/\/\/\/ (.+)\n +public static let \w+ = Rule\("(SPY-S\d+)"\)/#)
        #expect(declared.count > 30)
        #expect(Self.rows.map(\.rule) == declared.map { String($0.2) })
        #expect(Self.rows.map(\.about) == declared.map { String($0.1) })
    }

    @Test("has examples that break their rule, and says what the parser says of them", arguments: rows)
    func refusedExample(_ row: Row) throws {
        let analysis = analyze(Array(row.refused.utf8))
        #expect(!analysis.isAccepted)
        let found = analysis.diagnostics.first { $0.rule.rawValue == row.rule }
        let diagnostic = try #require(found, "\(analysis.summaries)")
        let hint = diagnostic.hint.map { " " + $0 } ?? ""
        #expect(row.said == diagnostic.message + hint)
    }

    @Test("has examples that the parser accepts", arguments: rows)
    func acceptedExample(_ row: Row) {
        let analysis = analyze(Array(row.accepted.utf8))
        #expect(!analysis.rules.contains { $0.hasPrefix("SPY-S") }, "\(analysis.summaries)")
    }
}
