import SuggestionContent
import Testing

@Suite("Plans without a model")
struct ImprovementPlanTests {
    private let code = "def main(queue):\n    while True:\n        work_on(queue)\n"

    @Test("Rules alone make the four parts and a step for each rule")
    func rules() {
        let findings = ProgramFindings(of: code, version: 1)
        let plan = ImprovementPlan(rules: findings)
        #expect(plan.sections.map(\.name) == ["optimization", "scalability", "risk", "resources"])
        #expect(plan.sections == PlanSection.allCases.map { findings.section($0) })
        #expect(plan.steps == findings.steps)
    }

    @Test("Figures come into the part they belong to, and steps are ordered by severity over both")
    func figures() {
        let total = RunFigures(
            version: 0,
            runs: 100,
            succeeded: 60,
            failed: 40,
            p50: .milliseconds(10),
            p95: .milliseconds(20)
        )
        let figures = ExecutionFigures(from: "2026-10-30", to: "2026-11-29", total: total)
        let insights = InsightFindings(figures, version: 1, code: code)
        let plan = ImprovementPlan(rules: ProgramFindings(of: code, version: 1), figures: insights)
        #expect(plan.sections[2].findings.first?.rule == "GRM-F001")
        #expect(plan.sections[2].summary.hasSuffix("The figures of the runs add 1 thing."))
        #expect(plan.steps.prefix(2).map(\.rules) == [["GRM-F001"], ["GRM-P005"]])
    }

    @Test("Every rule of figures belongs to a part")
    func parts() {
        for rule in FigureRule.allCases {
            #expect(BestPractice.isRule(rule.rawValue) && PlanSection.allCases.contains(rule.planSection))
        }
    }
}
