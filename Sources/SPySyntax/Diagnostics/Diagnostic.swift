/// One finding about a program: which rule, where, a sentence in plain words, and a hint where an honest one exists.
public struct Diagnostic: Hashable, Sendable {
    /// How grave a finding is.
    public enum Severity: String, Hashable, Sendable {
        /// The program is refused.
        case error
        /// The program is accepted, and probably does not do what its author meant.
        case warning
        /// Something worth knowing.
        case note
    }

    /// The rule that was broken.
    public let rule: Rule
    /// How grave it is.
    public let severity: Severity
    /// The text it is about.
    public let range: SourceRange
    /// A sentence that says what is wrong.
    public let message: String
    /// What to do about it, where that can be said honestly.
    public let hint: String?

    /// A finding; an error unless said otherwise.
    public init(
        _ rule: Rule,
        severity: Severity = .error,
        at range: SourceRange,
        _ message: String,
        hint: String? = nil
    ) {
        self.rule = rule
        self.severity = severity
        self.range = range
        self.message = message
        self.hint = hint
    }
}
