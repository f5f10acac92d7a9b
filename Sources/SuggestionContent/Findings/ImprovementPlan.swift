/// A plan that rules and figures make without a model: what they find, by the parts of a plan, and what to do
/// about it.
public struct ImprovementPlan: Sendable, Hashable {
    /// The parts, in the order of the API.
    public let sections: [ReportSection]
    /// What to do, the most urgent first; at most ``maximumSteps``.
    public let steps: [PlanStep]

    /// The most steps.
    public static let maximumSteps = 50

    /// A plan.
    ///
    /// - Parameters:
    ///   - rules: What the rules find in the program.
    ///   - figures: What the figures of its runs say, where there are any.
    public init(rules: ProgramFindings, figures: InsightFindings? = nil) {
        let measured =
            figures?.sections.flatMap(\.findings).filter { FigureRule(rawValue: $0.rule)?.step != nil } ?? []
        sections = PlanSection.allCases.map { part in
            let section = rules.section(part)
            let own = measured.filter { FigureRule(rawValue: $0.rule)?.planSection == part }
            guard !own.isEmpty else { return section }
            let summary =
                section.summary + " The figures of the runs add \(Figure.plural(own.count, "thing"))."
            return ReportSection(name: section.name, summary: summary, findings: own + section.findings)
        }
        var steps: [(severity: Finding.Severity, step: PlanStep)] = []
        for finding in measured {
            guard let words = FigureRule(rawValue: finding.rule)?.step else { continue }
            let step = PlanStep(
                title: finding.recommendation,
                detail: finding.title,
                effort: words.effort,
                benefit: words.benefit,
                rules: [finding.rule]
            )
            steps.append((finding.severity, step))
        }
        let severities = Dictionary(rules.all.map { ($0.rule, $0.severity) }) { first, _ in first }
        for step in rules.steps { steps.append((severities[step.rules.first ?? ""] ?? .note, step)) }
        let ordered = steps.enumerated().sorted {
            ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset)
        }
        self.steps = ordered.prefix(ImprovementPlan.maximumSteps).map(\.element.step)
    }
}

extension FigureRule {
    /// The part of a plan that it belongs to.
    public var planSection: PlanSection {
        switch self {
        case .lowSuccess, .timeouts, .failingLine, .failingAction, .lessReliable: .risk
        case .longTail, .slowRuns, .slowAction, .slower: .scalability
        case .improved, .fewRuns, .oldVersions: .resources
        }
    }

    /// How much work it is to do something about it, and what that brings; nothing where there is nothing to
    /// do.
    var step: (effort: PlanStep.Effort, benefit: String)? {
        switch self {
        case .lowSuccess: (.medium, "Fewer cases that somebody has to finish by hand.")
        case .timeouts: (.low, "Runs end in time, and say what they waited for.")
        case .longTail: (.medium, "Rare cases no longer take many times as long.")
        case .slowRuns: (.medium, "Answers come on the same day.")
        case .failingLine: (.low, "The most frequent failure no longer ends a run.")
        case .slowAction: (.medium, "Most of the time of a run is saved where most of it is spent.")
        case .failingAction: (.low, "A system that is away for a moment costs no run.")
        case .lessReliable: (.medium, "The version is as reliable as the one before.")
        case .slower: (.medium, "The version is as quick as the one before.")
        case .oldVersions: (.low, "All cases get what the latest version improves.")
        case .improved, .fewRuns: nil
        }
    }
}
