/// Redacts a text that comes in pieces.
///
/// What may go out is what no later piece can change; the rest is held back, at most
/// ``ContentFilter/maximumHoldback`` bytes of it: in plain prose the word that is not at its end. However a
/// text is cut, the pieces that go out are together what ``ContentFilter/redact(_:)`` makes of the whole.
///
/// ```swift
/// var filter = StreamingFilter()
/// filter.append("my key is AKIAIOSF")   // "my key is "
/// filter.append("ODNN7EXAMPLE, ok")     // "[REDACTED:aws-key-1], "
/// filter.finish()                       // "ok"
/// ```
public struct StreamingFilter: Sendable {
    private var scanner: ContentScanner
    private var isFinished = false
    /// What was replaced so far; ranges count from the beginning of the whole text.
    public private(set) var findings: [SensitiveFinding] = []

    /// A filter that has seen nothing.
    public init() {
        scanner = ContentScanner(numbers: PlaceholderNumbers())
    }

    /// A filter for an answer to a prompt: its placeholders are others than those of the prompt, but for the
    /// same values.
    ///
    /// - Parameter redactor: What the prompt was redacted with (``BuiltContext/redactor``).
    public init(after redactor: Redactor) {
        scanner = ContentScanner(numbers: redactor.numbers)
    }

    /// Bytes that are held back.
    public var heldBack: Int { scanner.pendingCount }

    /// Takes a piece and gives what may go out. After ``finish()`` it gives nothing.
    public mutating func append(_ piece: String) -> String {
        guard !isFinished else { return "" }
        scanner.append(piece)
        let text = scanner.take(isLast: false)
        findings += scanner.takeFindings()
        return text
    }

    /// Gives the rest: the text is at its end.
    public mutating func finish() -> String {
        guard !isFinished else { return "" }
        isFinished = true
        let text = scanner.take(isLast: true)
        findings += scanner.takeFindings()
        return text
    }
}
