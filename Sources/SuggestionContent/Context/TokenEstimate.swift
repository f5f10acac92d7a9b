/// How many tokens a text may take, without a model's vocabulary.
///
/// Rather too many than too few: a word of ASCII letters counts one token for each four letters begun, digits
/// one for two, every other ASCII character one, blanks in a row one for four, and characters beyond ASCII
/// one for each two bytes. English prose so counts about a third more than byte pair encodings of current
/// models need, code about as many.
public enum TokenEstimate {
    /// What a message takes beside its text.
    public static let perMessage = 6

    /// The estimate for a text. Costs time in proportion to it.
    public static func tokens(_ text: String) -> Int {
        var tokens = 0
        var run = 0
        var kind = Kind.single
        // Taken once: a look at a global is a call, for each byte of a prompt.
        let kinds = kinds
        for byte in text.utf8 {
            let next = kinds[Int(byte)]
            if next == .single || next != kind {
                tokens += kind.tokens(run)
                run = 0
            }
            kind = next
            run += 1
        }
        return tokens + kind.tokens(run)
    }

    /// What a run of bytes is made of.
    private enum Kind {
        case letters, digits, blanks, other, single

        func tokens(_ run: Int) -> Int {
            switch self {
            case .single: run
            case .letters: (run + 3) / 4
            case .digits, .other: (run + 1) / 2
            // A space before a word belongs to the word.
            case .blanks: run <= 1 ? 0 : (run + 3) / 4
            }
        }
    }

    private static let kinds: [Kind] = (0...255).map { value in
        let byte = UInt8(value)
        if byte.isKind(.letter) { return .letters }
        if byte.isKind(.digit) { return .digits }
        if byte.isKind(.other) { return .other }
        return byte == 0x20 ? .blanks : .single
    }

    /// The estimate for messages.
    public static func tokens(_ messages: [PromptMessage]) -> Int {
        messages.reduce(0) { $0 + perMessage + tokens($1.content) }
    }
}
