/// Reads a pattern token by token: a character, or a backslash with the character behind it.
struct PatternReader {
    struct Token: Equatable {
        var first: UInt32
        /// What follows a backslash.
        var escaped: UInt32?

        var length: Int { escaped == nil ? 1 : 2 }

        func `is`(_ character: Unicode.Scalar) -> Bool { escaped == nil && first == character.value }
    }

    let text: Text
    private var index = 0
    private(set) var next: Token?

    init(_ text: Text) throws(EngineError) {
        self.text = text
        try advance()
    }

    /// Where the next token stands.
    var position: Int { index - (next?.length ?? 0) }

    mutating func get() throws(EngineError) -> Token? {
        let token = next
        try advance()
        return token
    }

    mutating func take(_ character: Unicode.Scalar) throws(EngineError) -> Bool {
        guard let next, next.is(character) else { return false }
        try advance()
        return true
    }

    /// Up to `count` characters that satisfy the predicate.
    mutating func take(_ count: Int, _ predicate: (UInt32) -> Bool) throws(EngineError) -> [UInt32] {
        var taken: [UInt32] = []
        while taken.count < count, let next, next.escaped == nil, predicate(next.first) {
            taken.append(next.first)
            try advance()
        }
        return taken
    }

    /// The characters before a terminator, which is consumed.
    mutating func take(until terminator: Unicode.Scalar, _ name: String) throws(EngineError) -> Text {
        var builder = TextBuilder()
        while true {
            guard let token = try get() else {
                if builder.count == 0 { throw error("missing \(name)") }
                throw error("missing \(terminator), unterminated name", back: builder.count)
            }
            if token.is(terminator) {
                if builder.count == 0 { throw error("missing \(name)", back: 1) }
                return builder.finish()
            }
            builder.append(token.first)
            if let escaped = token.escaped { builder.append(escaped) }
        }
    }

    mutating func seek(_ position: Int) throws(EngineError) {
        index = position
        try advance()
    }

    private mutating func advance() throws(EngineError) {
        guard index < text.count else {
            next = nil
            return
        }
        var token = Token(first: text[index])
        if token.first == 0x5C {
            index += 1
            guard index < text.count else {
                throw Self.error("bad escape (end of pattern)", at: text.count - 1, in: text)
            }
            token.escaped = text[index]
        }
        index += 1
        next = token
    }

    /// The error at so many characters before the next token.
    func error(_ message: String, back: Int = 0) -> EngineError {
        Self.error(message, at: position - back, in: text)
    }

    /// `re.error` with the position in its message, and line and column if there are several lines.
    static func error(_ message: String, at position: Int, in text: Text) -> EngineError {
        var (line, column, hasLines) = (1, position + 1, false)
        for index in 0..<text.count where text[index] == 10 {
            hasLines = true
            guard index < position else { continue }
            line += 1
            column = position - index
        }
        let place = hasLines ? " (line \(line), column \(column))" : ""
        return .raise("re.error", "\(message) at position \(position)\(place)", at: position)
    }
}
