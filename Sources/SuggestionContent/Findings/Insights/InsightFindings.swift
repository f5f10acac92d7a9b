/// What the figures of a process's runs say, without a model: the sections of insights.
///
/// Each summary names the period and the number of runs that it stands on. Nothing is concluded from fewer
/// than ``minimumRuns`` runs, and no two versions are compared where one of them has fewer.
public struct InsightFindings: Sendable {
    /// Fewer runs say nothing.
    public static let minimumRuns: Int64 = 20

    let figures: ExecutionFigures
    let version: Int32
    let code: [String]
    let changes: [Int32: String]

    /// Looks at figures.
    ///
    /// - Parameters:
    ///   - figures: The figures.
    ///   - version: The latest version.
    ///   - code: Its program, to quote lines of.
    ///   - changes: What changed with a version, in a line each.
    public init(_ figures: ExecutionFigures, version: Int32, code: String, changes: [Int32: String] = [:]) {
        self.figures = figures
        self.version = version
        self.code = UnifiedDiff.lines(code).map {
            String(decoding: $0.filter { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        }
        self.changes = changes
    }

    /// All sections, in the order of the API.
    public var sections: [ReportSection] { InsightSection.allCases.map(section) }

    /// A section.
    public func section(_ section: InsightSection) -> ReportSection {
        guard figures.total.runs > 0 else {
            return ReportSection(
                name: section.rawValue,
                summary: "There were no runs \(period).",
                findings: []
            )
        }
        var findings = isEnough ? self.findings(section) : []
        if !isEnough, section == .reliability { findings = [tooFew] }
        let basis = "This stands on \(Figure.plural(figures.total.runs, "run")) \(period)."
        let text = isEnough ? summary(section) : "These are too few to conclude from."
        return ReportSection(name: section.rawValue, summary: "\(basis) \(text)", findings: findings)
    }

    private var isEnough: Bool { figures.total.runs >= InsightFindings.minimumRuns }
    private var period: String { "from \(figures.from) to \(figures.to)" }

    private func findings(_ section: InsightSection) -> [Finding] {
        switch section {
        case .reliability: reliability
        case .duration: duration
        case .failures: failures
        case .actions: actions
        case .changes: comparisons
        }
    }

    private func summary(_ section: InsightSection) -> String {
        let total = figures.total
        switch section {
        case .reliability:
            let others = [
                (total.failed, "failed"), (total.timedOut, "timed out"), (total.cancelled, "were cancelled"),
            ].filter { $0.0 > 0 }.map { "\(Figure.count($0.0)) \($0.1)" }
            return "\(Figure.percent(total.successRate)) succeeded"
                + (others.isEmpty ? "." : "; \(others.joined(separator: ", ")).")
        case .duration:
            return
                "Half of them took up to \(Figure.duration(total.p50)), 95 of 100 up to \(Figure.duration(total.p95))."
        case .failures:
            guard let first = figures.errors.first else { return "No failure was reported with its place." }
            let count = figures.errors.reduce(0) { $0 + $1.count }
            return
                "\(Figure.plural(count, "failure")) of \(Figure.plural(figures.errors.count, "kind")); the most frequent is \(first.type)\(place(first))."
        case .actions:
            guard let slowest = figures.slowestActions.first else { return "No action was reported." }
            return
                "The most time goes to '\(slowest.name)': \(Figure.duration(slowest.mean)) a call, \(Figure.plural(slowest.calls, "call"))."
        case .changes:
            let parts = figures.versions.prefix(3).map {
                "version \($0.version): \(Figure.percent($0.successRate)) of \(Figure.plural($0.runs, "run")), p95 \(Figure.duration($0.p95))"
            }
            return parts.isEmpty ? "No figures by version." : parts.joined(separator: "; ") + "."
        }
    }

    func place(_ error: ErrorFigures) -> String {
        error.line > 0 ? " in line \(error.line) of version \(error.version)" : " in version \(error.version)"
    }
}
