import SuggestionContent
import Testing

@Suite("What the figures of runs say")
struct InsightFindingsTests {
    private let code = "def main(order):\n    check(order)\n    return pay(order)\n"

    private func runs(
        _ version: Int32,
        _ runs: Int64,
        _ succeeded: Int64,
        timedOut: Int64 = 0,
        p50: Int = 300,
        p95: Int = 900
    ) -> RunFigures {
        RunFigures(
            version: version,
            runs: runs,
            succeeded: succeeded,
            failed: runs - succeeded - timedOut,
            timedOut: timedOut,
            p50: .milliseconds(p50),
            p95: .milliseconds(p95)
        )
    }

    private func figures(
        _ total: RunFigures,
        versions: [RunFigures] = [],
        errors: [ErrorFigures] = [],
        slowest: [ActionFigures] = [],
        failing: [ActionFigures] = []
    ) -> ExecutionFigures {
        ExecutionFigures(
            from: "2026-10-30",
            to: "2026-11-29",
            total: total,
            versions: versions,
            errors: errors,
            slowestActions: slowest,
            failingActions: failing
        )
    }

    private func section(
        _ name: InsightSection,
        _ figures: ExecutionFigures,
        version: Int32 = 2,
        changes: [Int32: String] = [:]
    )
        -> ReportSection
    {
        InsightFindings(figures, version: version, code: code, changes: changes).section(name)
    }

    private func rules(_ section: ReportSection) -> [String] { section.findings.map(\.rule) }

    @Test("Every summary names the period and the number of runs", arguments: InsightSection.allCases)
    func basis(_ name: InsightSection) {
        let section = section(name, figures(runs(0, 12_345, 12_000)))
        #expect(section.name == name.rawValue)
        #expect(section.summary.hasPrefix("This stands on 12,345 runs from 2026-10-30 to 2026-11-29. "))
    }

    @Test("Without runs nothing is said, and from few of them nothing is concluded")
    func few() {
        #expect(
            section(.failures, figures(runs(0, 0, 0))).summary
                == "There were no runs from 2026-10-30 to 2026-11-29."
        )
        let few = figures(
            runs(0, 19, 0),
            errors: [ErrorFigures(version: 2, line: 3, type: "KeyError", count: 19)]
        )
        #expect(rules(section(.reliability, few)) == ["GRM-F011"])
        #expect(section(.failures, few).findings.isEmpty)
        #expect(section(.failures, few).summary.contains("too few"))
    }

    @Test(
        "A low success rate is found, and is high where one in five fails",
        arguments: [
            (96 as Int64, [String](), Finding.Severity.note), (94, ["GRM-F001"], .medium),
            (70, ["GRM-F001"], .high),
        ]
    )
    func success(_ example: (succeeded: Int64, rules: [String], severity: Finding.Severity)) {
        let section = section(.reliability, figures(runs(0, 100, example.succeeded)))
        #expect(rules(section) == example.rules)
        if let finding = section.findings.first {
            #expect(finding.severity == example.severity && finding.source == .figures)
            #expect(finding.title == "Only \(example.succeeded) % of the runs come to their end.")
            #expect(
                finding.evidence.first?.quote
                    == "\(example.succeeded) % of 100 runs succeeded, p50 300 ms, p95 900 ms"
            )
        }
    }

    @Test("Time-outs and a long tail are found")
    func time() {
        #expect(rules(section(.reliability, figures(runs(0, 100, 98, timedOut: 2)))) == ["GRM-F002"])
        #expect(rules(section(.duration, figures(runs(0, 100, 100, p50: 300, p95: 1_500)))) == ["GRM-F003"])
        #expect(
            section(.duration, figures(runs(0, 100, 100, p50: 100, p95: 900))).findings.isEmpty,
            "under a second"
        )
        let slow = section(.duration, figures(runs(0, 100, 100, p50: 7_200_000, p95: 7_300_000)))
        #expect(
            rules(slow) == ["GRM-F004"] && slow.findings[0].title == "Half of the runs take longer than 2 h."
        )
    }

    @Test("Failures are tied to their line, quoted from the version that is there")
    func failures() throws {
        let errors = [
            ErrorFigures(version: 2, line: 3, type: "ValueError", count: 60, lastMessage: "no account"),
            ErrorFigures(version: 1, line: 2, type: "KeyError", count: 30),
            ErrorFigures(version: 2, line: 1, type: "Rare", count: 3),
            ErrorFigures(version: 2, line: 99, type: "TypeError", count: 10),
        ]
        let section = section(.failures, figures(runs(0, 1_000, 897), errors: errors))
        #expect(rules(section) == ["GRM-F005", "GRM-F005"])
        let first = section.findings[0]
        #expect(
            first.severity == .high
                && first.title == "58.3 % of the failures are ValueError in line 3 of version 2."
        )
        #expect(first.evidence == [Evidence(versionNumber: 2, line: 3, quote: "return pay(order)")])
        #expect(first.detail.hasSuffix("The last of them said: no account"))
        #expect(
            section.findings[1].evidence == [Evidence(versionNumber: 1, line: 2, quote: "KeyError: 30 times")]
        )
    }

    @Test("The slow and the failing actions are named with the lines that call them")
    func actions() {
        let slow = ActionFigures(name: "pay", calls: 100, failures: 0, total: .seconds(80), runs: 100)
        let quick = ActionFigures(name: "check", calls: 100, failures: 0, total: .seconds(20), runs: 100)
        let failing = ActionFigures(name: "check", calls: 200, failures: 30, total: .zero, runs: 100)
        let section = section(
            .actions,
            figures(runs(0, 100, 100), slowest: [slow, quick], failing: [failing])
        )
        #expect(rules(section) == ["GRM-F007", "GRM-F006"])
        #expect(section.findings[0].title == "'check' fails in 15 % of its calls.")
        #expect(section.findings[0].evidence.map(\.line) == [0, 2])
        #expect(section.findings[1].title == "'pay' takes 80 % of the time of all actions.")
        #expect(section.findings[1].evidence.map(\.line) == [0, 3])
    }

    @Test(
        "A version is compared with the one before, with what changed, and only where chance does not explain it"
    )
    func changes() {
        let worse = figures(runs(0, 2_000, 1_800), versions: [runs(2, 1_000, 850), runs(1, 1_000, 950)])
        let section = section(.changes, worse, changes: [2: "raised the limit"])
        #expect(rules(section) == ["GRM-F008", "GRM-F012"])
        #expect(section.findings[0].title == "Version 2 succeeds less often than version 1: 85 % after 95 %.")
        #expect(section.findings[0].detail.hasSuffix("What changed: raised the limit"))
        #expect(section.findings[0].evidence.map(\.versionNumber) == [1, 2])
        let chance = figures(runs(0, 50, 46), versions: [runs(2, 25, 22), runs(1, 25, 24)])
        #expect(!rules(self.section(.changes, chance)).contains("GRM-F008"))
        let slower = figures(
            runs(0, 200, 200),
            versions: [runs(2, 190, 190, p95: 2_000), runs(1, 30, 30, p95: 900)]
        )
        #expect(rules(self.section(.changes, slower)) == ["GRM-F009"])
        let better = figures(runs(0, 2_000, 1_800), versions: [runs(2, 1_600, 1_590), runs(1, 400, 300)])
        #expect(rules(self.section(.changes, better)) == ["GRM-F010"])
        let tiny = figures(runs(0, 30, 20), versions: [runs(2, 19, 0), runs(1, 400, 400)])
        #expect(self.section(.changes, tiny).findings.isEmpty)
    }
}
