internal import SPyAnalysis
internal import SPySyntax

/// What the rules find in a program, without a model: sections of an analysis, and of a plan with its steps.
///
/// Deterministic. Costs a few milliseconds for a usual program, and about a tenth of a second at SPy's
/// limits: it belongs on an offload executor.
public struct ProgramFindings: Sendable {
    /// All findings, the most severe first.
    public let all: [Finding]
    private let sections: [AnalysisSection: [Finding]]
    private let planSections: [PlanSection: [Finding]]
    private let measures: Measures

    private struct Measures {
        var isAccepted = true
        var functions = 0
        var lines = 0
        var actions: [String] = []
        var modules: [String] = []
        var loops = 0
        var deepest = ("", 0)
        var mostComplex = ("", 0)
    }

    /// Looks at a program.
    ///
    /// - Parameters:
    ///   - code: The program.
    ///   - version: Its number, for the evidence.
    public init(of code: String, version: Int32) {
        let parsed = parse(code)
        let analysis = analyze(parsed)
        var found: [(Finding, AnalysisSection, PlanSection)] = ProgramFindings.diagnostics(analysis, version)
        var measures = Measures()
        measures.isAccepted = analysis.isAccepted
        measures.lines = analysis.size.lines
        if analysis.isAccepted {
            let view = ProgramView(parsed, analysis)
            for practice in BestPractice.all {
                guard let finding = practice.finding(in: view, version: version) else { continue }
                found.append((finding, practice.section, practice.planSection))
            }
            measures.functions = analysis.functions.count
            measures.actions = ProgramFingerprint(parsed, analysis).actions
            measures.modules = analysis.modules.map(\.name)
            measures.loops = view.loops.count
            if let deep = view.functions.max(by: { $0.depth < $1.depth }) {
                measures.deepest = (deep.path, deep.depth)
            }
            if let complex = analysis.functions.max(by: { $0.cognitiveComplexity < $1.cognitiveComplexity }) {
                measures.mostComplex = (complex.path, complex.cognitiveComplexity)
            }
        }
        all = ReportSection(name: "", summary: "", findings: found.map(\.0)).findings
        sections = Dictionary(grouping: found, by: \.1).mapValues { $0.map(\.0) }
        planSections = Dictionary(grouping: found, by: \.2).mapValues { $0.map(\.0) }
        self.measures = measures
    }

    /// A section of an analysis.
    public func section(_ section: AnalysisSection) -> ReportSection {
        let findings = sections[section] ?? []
        return ReportSection(
            name: section.rawValue,
            summary: summary(section) + count(findings),
            findings: findings
        )
    }

    /// A section of a plan.
    public func section(_ section: PlanSection) -> ReportSection {
        let findings = planSections[section] ?? []
        return ReportSection(
            name: section.rawValue,
            summary: section.question + count(findings),
            findings: findings
        )
    }

    /// What to do, the most urgent first: one step for each rule that found something.
    public var steps: [PlanStep] {
        all.compactMap { finding in
            guard let practice = BestPractice.all.first(where: { $0.id == finding.rule }) else {
                guard finding.severity < .note else { return nil }
                return PlanStep(
                    title: finding.recommendation.isEmpty ? finding.title : finding.recommendation,
                    detail: finding.title,
                    effort: .low,
                    benefit: "The program is accepted without remarks.",
                    rules: [finding.rule]
                )
            }
            let lines = finding.evidence.prefix(8).map { String($0.line) }.joined(separator: ", ")
            return PlanStep(
                title: practice.recommendation,
                detail: "\(finding.title) (\(finding.evidence.count == 1 ? "line" : "lines") \(lines))",
                effort: practice.effort,
                benefit: practice.benefit,
                rules: [practice.id]
            )
        }
    }

    /// Errors and warnings of SPy that no check here repeats; one finding for each rule.
    private static func diagnostics(_ analysis: Analysis, _ version: Int32) -> [(
        Finding, AnalysisSection, PlanSection
    )] {
        let repeated: Set<String> = ["SPY-W008", "SPY-W009", "SPY-W012", "SPY-W016", "SPY-W005"]
        var order: [String] = []
        var groups: [String: [Diagnostic]] = [:]
        for diagnostic in analysis.diagnostics where !repeated.contains(diagnostic.rule.rawValue) {
            if groups[diagnostic.rule.rawValue] == nil { order.append(diagnostic.rule.rawValue) }
            groups[diagnostic.rule.rawValue, default: []].append(diagnostic)
        }
        return order.compactMap { rule in
            guard let group = groups[rule], let first = group.first else { return nil }
            let isSecurity = rule.hasPrefix("SPY-X")
            let evidence = group.prefix(BestPractice.maximumEvidence).map { diagnostic in
                let line = Int32(clamping: analysis.source.lineIndex(at: diagnostic.range.start) + 1)
                let quote = analysis.source.line(Int(line)).drop { $0 == " " || $0 == "\t" }
                return Evidence(versionNumber: version, line: line, quote: String(quote))
            }
            let finding = Finding(
                rule: rule,
                severity: first.severity == .error ? .high : rule == "SPY-W007" ? .medium : .low,
                title: first.message,
                detail: first.severity == .error ? "SPy refuses the program because of it." : "",
                recommendation: first.hint ?? "",
                evidence: evidence,
                source: .rules,
                category: isSecurity ? .security : .code
            )
            return (finding, isSecurity ? .dependency : .pattern, .risk)
        }
    }

    private func summary(_ section: AnalysisSection) -> String {
        guard measures.isAccepted else {
            return "SPy does not accept this program, so that only its mistakes are listed. "
        }
        switch section {
        case .pattern:
            return
                "\(Figure.plural(measures.functions, "function")) in \(Figure.plural(measures.lines, "line")), which call "
                + "\(Figure.plural(measures.actions.count, "action")). "
        case .performance:
            return
                "\(Figure.plural(measures.loops, "loop")) and \(Figure.plural(measures.actions.count, "action")). "
        case .complexity:
            guard measures.functions > 0 else { return "There are no functions. " }
            return
                "The hardest to follow is '\(measures.mostComplex.0)' with a cognitive complexity of \(measures.mostComplex.1). "
        case .dependency:
            let actions = measures.actions.prefix(12).joined(separator: ", ")
            let modules = measures.modules.joined(separator: ", ")
            return
                (measures.actions.isEmpty
                ? "It calls no actions"
                : "It calls the actions \(actions)"
                    + (measures.actions.count > 12 ? " and \(measures.actions.count - 12) more" : ""))
                + (modules.isEmpty ? ". " : ", and imports \(modules). ")
        }
    }

    private func count(_ findings: [Finding]) -> String {
        guard !findings.isEmpty else { return "The rules find nothing." }
        let high = findings.count { $0.severity == .high }
        return "The rules find \(Figure.plural(findings.count, "thing"))"
            + (high > 0 ? ", \(high) of high severity." : ".")
    }
}

extension PlanSection {
    fileprivate var question: String {
        switch self {
        case .optimization: "What would make the process easier to change and quicker. "
        case .scalability: "What more cases and more data would do to it. "
        case .risk: "What could go wrong, and what it would cost. "
        case .resources: "Whom and what it takes. "
        }
    }
}
