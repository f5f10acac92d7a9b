/// Replaces secrets and personal data by placeholders, before a text leaves for a language model.
///
/// ```swift
/// ContentFilter().redact("mail ada@example.org").text   // "mail [REDACTED:email-1]"
/// ```
///
/// What has a form of its own (an AWS key, an e-mail address) is recognised by it; what has none (a name, a
/// date of birth) only where a word before it says what it is, as everything else would be guessed. Within a
/// text the same value has the same number. What was redacted is left alone when it is redacted again.
///
/// One pass from left to right that looks no further ahead than ``maximumHoldback`` bytes, so time is in
/// proportion to the text whatever it holds. The same pass serves ``StreamingFilter``.
public struct ContentFilter: Sendable, Hashable {
    /// The farthest that a decision looks ahead, and the most that a ``StreamingFilter`` holds back, in
    /// bytes.
    public static let maximumHoldback = 2_048

    /// The filter. It has no settings.
    public init() {}

    /// A text with placeholders, numbered from 1.
    public func redact(_ text: String) -> Redacted {
        var redactor = Redactor()
        return redactor.redact(text)
    }
}

/// Redacts several texts that belong together: a value that comes in more than one has the same placeholder
/// in all.
///
/// It knows what its placeholders stand for, so it is as secret as the texts are: it stays on this side.
public struct Redactor: Sendable {
    private(set) var numbers = PlaceholderNumbers()

    /// A redactor that has seen nothing.
    public init() {}

    /// A text with placeholders.
    public mutating func redact(_ text: String) -> Redacted {
        var scanner = ContentScanner(numbers: numbers)
        scanner.append(text)
        let result = scanner.take(isLast: true)
        numbers = scanner.numbers
        return Redacted(text: result, findings: scanner.takeFindings())
    }

    /// A text in which the placeholders that this redactor gave out are replaced by what they stand for;
    /// others stay.
    ///
    /// For code and documents that a model proposes on a redacted original: without it, they would lose what
    /// was redacted.
    public func restore(_ text: String) -> String {
        numbers.restore(text)
    }

    /// The placeholders given out, with the kind of what they stand for.
    public var placeholders: [String] { numbers.values.keys.sorted() }
}
