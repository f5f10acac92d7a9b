import Foundation
import SPyAnalysis
import SPySyntax
import SuggestionContent
import Testing

@Suite("Checks of practices")
struct PracticeTests {
    struct Row: Sendable, CustomStringConvertible {
        let cells: [String]
        var id: String { cells[0] }
        var found: String { Row.program(cells[6]) }
        var clean: String { Row.program(cells[7]) }
        var description: String { id }

        /// `↵` is a line break, `«x×3»` is `x` three times.
        private static func program(_ cell: String) -> String {
            var text = cell.trimmingCharacters(in: CharacterSet(charactersIn: "`")).replacing("↵", with: "\n")
            while let open = text.range(of: "«"), let close = text.range(of: "»") {
                let parts = text[open.upperBound..<close.lowerBound].split(separator: "×")
                text.replaceSubrange(
                    open.lowerBound..<close.upperBound,
                    with: String(repeating: String(parts[0]), count: Int(parts[1]) ?? 0)
                )
            }
            return text + "\n"
        }
    }

    static let rows: [Row] = {
        let file = Programs.folder.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/SuggestionContent/Documentation.docc/Practices.md")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").filter { $0.hasPrefix("| GRM-") }.map { line in
            let cells = line.dropFirst(2).dropLast(2).components(separatedBy: " | ")
            return Row(cells: cells)
        }
    }()

    @Test("The documented table is that of the code, with at least 15 checks")
    func table() {
        let documented = PracticeTests.rows.map { Array($0.cells[..<6]) }
        let real = BestPractice.all.map {
            [
                $0.id, $0.severity.rawValue, $0.category.rawValue, $0.section.rawValue,
                $0.planSection.rawValue, $0.title,
            ]
        }
        #expect(documented == real)
        #expect(real.count >= 15 && Set(real.map { $0[0] }).count == real.count)
    }

    @Test(
        "Each check finds something in its first program, and nothing in its second",
        arguments: PracticeTests.rows
    )
    func examples(_ row: Row) throws {
        for code in [row.found, row.clean] {
            let errors = analyze(code).diagnostics.filter { $0.severity == .error }
            #expect(errors.isEmpty, "\(errors)")
        }
        let found = ProgramFindings(of: row.found, version: 4).all.first { $0.rule == row.id }
        let finding = try #require(found)
        let lines = row.found.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(!finding.evidence.isEmpty && finding.source == .rules)
        for item in finding.evidence {
            #expect(item.versionNumber == 4 && item.line >= 1 && Int(item.line) <= lines.count)
            #expect(item.quote == lines[Int(item.line) - 1].trimmingCharacters(in: .whitespaces))
        }
        #expect(!ProgramFindings(of: row.clean, version: 4).all.contains { $0.rule == row.id })
    }

    @Test("Every check says why it matters, what to do, and what that brings")
    func words() {
        for practice in BestPractice.all {
            for text in [practice.title, practice.detail, practice.recommendation, practice.benefit] {
                #expect(text.hasSuffix("."), "\(practice.id): \(text)")
            }
            #expect(BestPractice.isRule(practice.id))
        }
        #expect(BestPractice.isRule("SPY-W008") && BestPractice.isRule("GRM-F001"))
        #expect(
            !BestPractice.isRule("GRM-P999") && !BestPractice.isRule("") && !BestPractice.isRule("SPY-W0é")
        )
    }
}

@Suite("Findings of programs")
struct ProgramFindingsTests {
    @Test("Sections hold their findings, the most severe first, and say how many there are")
    func sections() {
        let code =
            "def f(orders):\n    for order in orders:\n        for item in order:\n            reserve(item)\n    while True:\n        act(1)\n"
        let findings = ProgramFindings(of: code, version: 2)
        let performance = findings.section(AnalysisSection.performance)
        #expect(performance.name == "performance")
        #expect(performance.findings.map(\.severity) == performance.findings.map(\.severity).sorted())
        #expect(performance.findings.map(\.rule).starts(with: ["GRM-P005", "GRM-P020"]))
        #expect(performance.summary.contains("3 loops and 2 actions. The rules find"))
        let scalability = findings.section(PlanSection.scalability)
        #expect(scalability.findings.contains { $0.rule == "GRM-P020" })
        let all = AnalysisSection.allCases.flatMap { findings.section($0).findings }
        #expect(all.count == findings.all.count)
        #expect(PlanSection.allCases.flatMap { findings.section($0).findings }.count == findings.all.count)
    }

    @Test("Steps come in the order of severity, one for each rule")
    func steps() {
        let findings = ProgramFindings(of: "def f(q):\n    while True:\n        act(q)\n", version: 1)
        #expect(findings.steps.first?.rules == ["GRM-P005"])
        #expect(
            findings.steps.count
                == findings.all.filter { $0.rule.hasPrefix("GRM") || $0.severity < .note }.count
        )
    }

    @Test(
        "Of a program that is refused, the mistakes are the findings",
        arguments: ["def f(:\n", "import os\n", "class A:\n    pass\n"]
    )
    func refused(_ code: String) {
        let findings = ProgramFindings(of: code, version: 1)
        #expect(findings.all.contains { $0.rule.hasPrefix("SPY-") && $0.severity == .high })
        #expect(!findings.all.contains { $0.rule.hasPrefix("GRM-") })
        #expect(findings.section(AnalysisSection.pattern).summary.hasPrefix("SPy does not accept"))
    }

    @Test("The processes of the repository are looked at without alarm for secrets, and twice the same")
    func repository() throws {
        for (name, code) in try Programs.all() where name.hasPrefix("Fixtures") {
            let findings = ProgramFindings(of: code, version: 1).all
            #expect(findings == ProgramFindings(of: code, version: 1).all)
            #expect(!findings.contains { $0.rule == "GRM-P023" || $0.rule == "GRM-P024" }, "\(name)")
            #expect(findings.count >= 1 && findings.count <= 25, "\(name)")
        }
    }
}
