/// Something that was found, and where. As the API's message of that name.
public struct Finding: Sendable, Hashable {
    /// The rule's id; empty where the model found it.
    public var rule: String
    /// How much depends on it.
    public var severity: Severity
    /// A sentence that says what is so.
    public var title: String
    /// Why it matters.
    public var detail: String
    /// What to do about it.
    public var recommendation: String
    /// Where it is seen.
    public var evidence: [Evidence]
    /// Who says so.
    public var source: Source
    /// What it is about.
    public var category: SuggestionCategory

    /// How much depends on a finding. The first is the most severe.
    public enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
        /// Money, safety or a promise is at stake.
        case high
        /// Work is lost or repeated.
        case medium
        /// It costs time or clarity.
        case low
        /// Good to know.
        case note

        /// Whether one is more severe than another.
        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .high: 0
            case .medium: 1
            case .low: 2
            case .note: 3
            }
        }
    }

    /// Who found it.
    public enum Source: String, Sendable, Hashable, CaseIterable {
        /// Rules about programs.
        case rules
        /// Figures of runs.
        case figures
        /// A language model.
        case model
    }

    /// A finding.
    public init(
        rule: String,
        severity: Severity,
        title: String,
        detail: String,
        recommendation: String,
        evidence: [Evidence],
        source: Source,
        category: SuggestionCategory
    ) {
        self.rule = rule
        self.severity = severity
        self.title = title
        self.detail = detail
        self.recommendation = recommendation
        self.evidence = evidence
        self.source = source
        self.category = category
    }
}

/// What a finding stands on. As the API's message of that name.
public struct Evidence: Sendable, Hashable {
    /// From 1; 0: of all versions.
    public var versionNumber: Int32
    /// The first line, from 1; 0: of none.
    public var line: Int32
    /// The last line.
    public var endLine: Int32
    /// The first of those lines as it stands, or the figure.
    public var quote: String

    /// The longest quote, in bytes; longer ones are cut.
    public static let maximumQuote = 300

    /// What a finding stands on; the quote is cut to ``maximumQuote``.
    public init(versionNumber: Int32, line: Int32 = 0, endLine: Int32 = 0, quote: String) {
        self.versionNumber = versionNumber
        self.line = line
        self.endLine = max(line, endLine)
        self.quote = TextCut.prefix(quote, bytes: Evidence.maximumQuote)
    }
}

/// One part of a report. As the API's message of that name.
public struct ReportSection: Sendable, Hashable {
    /// Which part.
    public var name: String
    /// A few sentences.
    public var summary: String
    /// The most severe first, at most ``maximumFindings``.
    public var findings: [Finding]

    /// The most findings of a section.
    public static let maximumFindings = 100

    /// A section; findings are put in order and cut.
    public init(name: String, summary: String, findings: [Finding]) {
        self.name = name
        self.summary = summary
        // By place among equals, as sorting alone does not promise to keep the order.
        let ordered = findings.enumerated().sorted {
            ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset)
        }
        self.findings = ordered.prefix(ReportSection.maximumFindings).map(\.element)
    }
}

/// What to do. As the API's message of that name.
public struct PlanStep: Sendable, Hashable {
    /// What to do, as a sentence.
    public var title: String
    /// How.
    public var detail: String
    /// How much work it is.
    public var effort: Effort
    /// What it brings.
    public var benefit: String
    /// The rules whose findings it settles.
    public var rules: [String]

    /// How much work a step is.
    public enum Effort: String, Sendable, Hashable, CaseIterable {
        /// Hours.
        case low
        /// Days.
        case medium
        /// Weeks, or other people's work.
        case high
    }

    /// A step.
    public init(title: String, detail: String, effort: Effort, benefit: String, rules: [String]) {
        self.title = title
        self.detail = detail
        self.effort = effort
        self.benefit = benefit
        self.rules = rules
    }
}

/// Parts of an analysis, in the order of the API.
public enum AnalysisSection: String, Sendable, Hashable, CaseIterable {
    /// How the process is built.
    case pattern
    /// What costs time.
    case performance
    /// What is hard to follow.
    case complexity
    /// What it needs of others.
    case dependency
}

/// Parts of insights, in the order of the API.
public enum InsightSection: String, Sendable, Hashable, CaseIterable {
    /// How often runs succeed.
    case reliability
    /// How long they take.
    case duration
    /// Where and why they fail.
    case failures
    /// What the actions take, and how often they fail.
    case actions
    /// What changed between versions.
    case changes
}

/// Parts of a plan, in the order of the API.
public enum PlanSection: String, Sendable, Hashable, CaseIterable {
    /// What could be done better for long.
    case optimization
    /// What more work would do to it.
    case scalability
    /// What could go wrong.
    case risk
    /// Whom and what it takes.
    case resources
}
