public import SPySyntax

/// What a rule is about: its sentence and its hint, in which `{0}`, `{1}`, … stand for words from the program.
///
/// The table of all of them is the article <doc:Rules>, which the tests compare with ``all`` and try out.
public struct RuleDescription: Sendable {
    /// The identifier.
    public let rule: Rule
    /// How grave a breach is.
    public let severity: Diagnostic.Severity
    /// The sentence of its diagnostics.
    public let sentence: String
    /// What to do instead.
    public let hint: String

    init(_ rule: Rule, _ sentence: String, hint: String) {
        self.rule = rule
        severity = rule.rawValue.hasPrefix("SPY-W") ? .warning : .error
        self.sentence = sentence
        self.hint = hint
    }

    /// Every rule of this library, ordered by identifier within each kind: unsupported, security, limits, warnings.
    public static let all = unsupported + security + limits + warnings

    /// A diagnostic of this rule with the placeholders filled in.
    func diagnostic(at range: SourceRange, _ words: [String]) -> Diagnostic {
        Diagnostic(
            rule,
            severity: severity,
            at: range,
            RuleDescription.fill(sentence, words),
            hint: RuleDescription.fill(hint, words)
        )
    }

    /// One pass, so that a brace in a word is never taken for a placeholder.
    private static func fill(_ template: String, _ words: [String]) -> String {
        guard !words.isEmpty else { return template }
        var result = ""
        var rest = Substring(template)
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            let digit = rest.index(after: open)
            let close = rest.index(digit, offsetBy: 1, limitedBy: rest.endIndex) ?? rest.endIndex
            guard close < rest.endIndex, rest[close] == "}", let number = rest[digit].wholeNumberValue,
                number < words.count
            else {
                result += "{"
                rest = rest[digit...]
                continue
            }
            result += words[number]
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}
