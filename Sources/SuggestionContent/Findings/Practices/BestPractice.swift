internal import SPySyntax

/// A check of how a process is built: one sentence, a reason, a remedy, and a pure function that says where
/// it is not kept.
///
/// The article <doc:Practices> lists all of them, each with a program in which it finds something and one in
/// which it does not; the tests run both.
public struct BestPractice: Sendable {
    /// The identifier, `GRM-P001`. It never changes its meaning.
    public let id: String
    /// How much depends on it.
    public let severity: Finding.Severity
    /// What it is about.
    public let category: SuggestionCategory
    /// The part of an analysis that it belongs to.
    public let section: AnalysisSection
    /// The part of a plan that it belongs to.
    public let planSection: PlanSection
    /// What is so where it finds something.
    public let title: String
    /// Why it matters.
    public let detail: String
    /// What to do about it.
    public let recommendation: String
    /// How much work that is.
    public let effort: PlanStep.Effort
    /// What it brings.
    public let benefit: String
    let check: @Sendable (ProgramView) -> [SourceRange]

    /// The most pieces of evidence of a finding.
    public static let maximumEvidence = 20

    /// All checks, in the order of their identifiers.
    public static let all: [BestPractice] = (flowChecks + actionChecks + readingChecks + dataChecks).sorted {
        $0.id < $1.id
    }

    private static let ids: Set<String> = Set(all.map(\.id))

    /// Whether an identifier is one of a check here, of SPy's rules, or of the figures.
    public static func isRule(_ id: String) -> Bool {
        if ids.contains(id) || FigureRule(rawValue: id) != nil { return true }
        let bytes = Array(id.utf8)
        return bytes.count == 8 && id.hasPrefix("SPY-") && bytes[4].isKind(.upper)
            && bytes[5...].allSatisfy { $0.isKind(.digit) }
    }

    /// What the check finds in a program; nothing where all is well.
    func finding(in view: ProgramView, version: Int32) -> Finding? {
        let places = check(view)
        guard !places.isEmpty else { return nil }
        var seen: Set<Int32> = []
        var evidence: [Evidence] = []
        for place in places.sorted(by: { $0.start < $1.start }) {
            let item = view.evidence(place, version: version)
            if seen.insert(item.line).inserted { evidence.append(item) }
        }
        return Finding(
            rule: id,
            severity: severity,
            title: title,
            detail: detail,
            recommendation: recommendation,
            evidence: Array(evidence.prefix(BestPractice.maximumEvidence)),
            source: .rules,
            category: category
        )
    }
}

/// Words in names of actions, by which checks know what they do.
enum ActionWords {
    static let people: Set<String> = [
        "approve", "approval", "approved", "ask", "confirm", "confirmation", "consent", "decide", "decision",
        "sign",
        "signature", "signoff", "review", "wait", "await",
    ]
    static let times: Set<String> = [
        "timeout", "deadline", "within", "due", "until", "expires", "days", "hours", "minutes", "seconds",
        "months",
        "weeks", "max_wait", "time_limit", "expiry", "by", "before", "wait", "limit",
    ]
    static let effects: Set<String> = [
        "allocate", "book", "capture", "charge", "create", "credit", "debit", "grant", "issue", "order",
        "pay", "payout",
        "provision", "purchase", "reserve", "schedule", "ship", "transfer", "withdraw",
    ]
    static let undoing: Set<String> = [
        "abort", "cancel", "compensate", "credit", "delete", "deprovision", "refund", "release", "remove",
        "reverse",
        "revert", "revoke", "rollback", "undo", "unbook", "void", "withdraw", "return",
    ]
    static let records: Set<String> = [
        "audit", "log", "note", "notify", "protocol", "record", "remember", "report", "trace", "track",
        "journal", "inform",
        "tell", "announce", "comment", "send", "email", "write", "book", "document",
    ]
    static let answers: Set<String> = [
        "approve", "ask", "can", "check", "confirm", "count", "decide", "fetch", "find", "get", "has", "is",
        "load", "lookup",
        "may", "query", "read", "validate", "verify",
    ]
    static let payments: Set<String> = ["capture", "charge", "debit", "pay", "payout", "transfer", "refund"]
    static let keys: Set<String> = [
        "key", "reference", "idempotency", "id", "number", "order", "invoice", "request", "correlation",
        "ref",
    ]
    static let money: Set<String> = [
        "amount", "balance", "cost", "discount", "fee", "price", "salary", "sum", "tax", "total", "vat",
        "interest",
    ]
}
