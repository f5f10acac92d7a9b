internal import GrimoireAPI
internal import LiteLLM
internal import SuggestionContent
internal import SwiftProtobuf

extension Grimoire_V1_ReportSection {
    init(_ section: ReportSection) {
        self.init()
        name = section.name
        summary = section.summary
        findings = section.findings.map(Grimoire_V1_Finding.init)
    }
}

extension Grimoire_V1_Finding {
    init(_ finding: Finding) {
        self.init()
        rule = finding.rule
        severity = finding.severity.rawValue
        title = finding.title
        detail = finding.detail
        recommendation = finding.recommendation
        source = finding.source.rawValue
        category = finding.category.rawValue
        evidence = finding.evidence.map { evidence in
            Grimoire_V1_Evidence.with {
                $0.versionNumber = evidence.versionNumber
                $0.line = evidence.line
                $0.endLine = evidence.endLine
                $0.quote = evidence.quote
            }
        }
    }
}

extension Grimoire_V1_PlanStep {
    init(_ step: PlanStep) {
        self.init()
        title = step.title
        detail = step.detail
        effort = step.effort.rawValue
        benefit = step.benefit
        rules = step.rules
    }
}

extension ReportSection {
    /// What the rules or the figures say, and what the model adds.
    func joined(by other: ReportSection?) -> ReportSection {
        guard let other else { return self }
        let summary = other.summary.isEmpty ? summary : other.summary
        return ReportSection(name: name, summary: summary, findings: findings + other.findings)
    }
}
