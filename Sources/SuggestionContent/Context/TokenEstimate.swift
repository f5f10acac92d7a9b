/// How many tokens a text may take, without a model's vocabulary.
///
/// Rather too many than too few: a word of ASCII letters counts one token for each four letters begun, digits one for two,
/// every other ASCII character one, blanks in a row one for four, and characters beyond ASCII one for each two bytes. English
/// prose so counts about a third more than byte pair encodings of current models need, code about as many.
public enum TokenEstimate {
    /// What a message takes beside its text.
    public static let perMessage = 6

    /// The estimate for a text. Costs time in proportion to it.
    public static func tokens(_ text: String) -> Int {
        var tokens = 0
        var run = 0
        var kind = ByteKind(rawValue: 0)
        func close() -> Int {
            guard run > 0 else { return 0 }
            if kind == .letter { return (run + 3) / 4 }
            if kind == .digit { return (run + 1) / 2 }
            if kind == .other { return (run + 1) / 2 }
            // A space before a word belongs to the word.
            return run == 1 ? 0 : (run + 3) / 4
        }
        for byte in text.utf8 {
            let next: ByteKind =
                byte.isKind(.letter)
                ? .letter
                : byte.isKind(.digit) ? .digit : byte.isKind(.other) ? .other : byte == 0x20 ? .blank : []
            if next == [] {
                tokens += close() + 1
                run = 0
            } else if next == kind {
                run += 1
            } else {
                tokens += close()
                run = 1
            }
            kind = next
        }
        return tokens + close()
    }

    /// The estimate for messages.
    public static func tokens(_ messages: [PromptMessage]) -> Int {
        messages.reduce(0) { $0 + perMessage + tokens($1.content) }
    }
}
