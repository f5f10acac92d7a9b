/// What the contexts of all questions about one state of a process have in common: redacted, cut into editions, counted.
///
/// Making it is most of the work of a context; it may be kept for as long as what it is made of stays the same. It knows what its
/// placeholders stand for, so it is as secret as the process is.
public struct ContextBase: Sendable {
    let parts: [ContextPart]
    let redactor: Redactor
    /// Redacted.
    let figures: ExecutionFigures?

    /// Prepares what an input says of a process; what belongs to a conversation (``ContextTurn``) is passed over.
    ///
    /// Costs time in proportion to it: milliseconds for large processes.
    public init(_ input: ContextInput) {
        var redactor = Redactor()
        let clean = ContextBuilder.redacted(input, &redactor)
        self.redactor = redactor
        parts = ContextPart.parts(of: clean)
        figures = clean.figures
    }

    /// About what it takes in memory.
    public var byteCount: Int {
        parts.reduce(Self.overhead) { $0 + $1.editions.reduce(0) { $0 + $1.content.utf8.count } }
    }

    private static let overhead = 4_096
}
