extension Parser {
    /// One or more string literals side by side, which make one value.
    mutating func parseStrings() throws(SyntaxFailure) -> ExpressionID {
        let first = current
        advance()
        let prefix = StringPrefix(rawValue: first.value)
        if kind != .string, prefix.isDisjoint(with: [.special, .formatted, .bytes]) {
            let content = contentRange(first)
            let bytes = UnsafeBufferPointer(start: text + content.lowerBound, count: content.count)
            return addString(tree.addText(bytes), first, first.end)
        }
        return try parseConcatenation(first)
    }

    /// Bytes between the quotes of a literal.
    func contentRange(_ token: Token) -> Range<Int> {
        let prefix = StringPrefix(rawValue: token.value)
        let quotes = prefix.contains(.triple) ? 3 : 1
        return Int(token.start) + prefix.letterCount + quotes..<Int(token.end) - quotes
    }

    private mutating func addString(_ text: TextID, _ first: Token, _ end: UInt32) -> ExpressionID {
        let id = tree.add(.constant(.string(text)), first.start, end)
        if StringPrefix(rawValue: first.value).contains(.unicode) { markUnicode(id, first) }
        return id
    }

    /// CPython remembers a small `u` only.
    private mutating func markUnicode(_ id: ExpressionID, _ first: Token) {
        if text[Int(first.start)] == 0x75 { tree.unicodePrefixed.insert(id) }
    }

    private mutating func parseConcatenation(_ first: Token) throws(SyntaxFailure) -> ExpressionID {
        let firstIndex = index - 1
        var isFormatted = StringPrefix(rawValue: first.value).contains(.formatted)
        let isBytes = StringPrefix(rawValue: first.value).contains(.bytes)
        while kind == .string {
            let prefix = StringPrefix(rawValue: current.value)
            if prefix.contains(.formatted) { isFormatted = true }
            if prefix.contains(.bytes) != isBytes {
                throw fail(
                    .invalidBytes,
                    at: current.range,
                    "A string and a bytes literal cannot be joined by standing side by side."
                )
            }
            advance()
        }
        let lastIndex = index
        let whole = SourceRange(start: first.start, end: previousEnd)
        if isFormatted { return try parseFormatted(firstIndex, lastIndex, whole) }
        let textStart = tree.textPool.count
        for literal in firstIndex..<lastIndex {
            let token = tokens[literal]
            if isBytes { try decodeBytes(token) } else { try decode(contentRange(token), token) }
        }
        let value = tree.endText(from: textStart)
        if isBytes { return tree.add(.constant(.bytes(value)), whole.start, whole.end) }
        return addString(value, first, whole.end)
    }

    private mutating func parseFormatted(
        _ firstIndex: Int,
        _ lastIndex: Int,
        _ whole: SourceRange
    ) throws(SyntaxFailure) -> ExpressionID {
        var state = FormattedString(whole: whole, first: tokens[firstIndex], mark: scratch.count)
        for literal in firstIndex..<lastIndex {
            let token = tokens[literal]
            let content = contentRange(token)
            if StringPrefix(rawValue: token.value).contains(.formatted) {
                var at = content.lowerBound
                try readFormatted(&at, content.upperBound, token, 0, &state)
            } else {
                try appendLiteral(content, token, &state)
            }
        }
        finishLiteral(&state)
        let values = list(from: state.mark, of: ExpressionID.self)
        return tree.add(.joinedString(values), whole.start, whole.end)
    }

    /// An f-string while it is read: its values are on the list stack, its current literal part in bytes.
    struct FormattedString {
        let whole: SourceRange
        let first: Token
        let mark: Int
        /// What is decoded of the literal part that goes on; kept apart because fields are read in between.
        var literal: [UInt8] = []
    }

    /// Decodes a stretch of a literal and adds it to the literal part that goes on.
    mutating func appendLiteral(
        _ content: Range<Int>,
        _ token: Token,
        _ state: inout FormattedString
    ) throws(SyntaxFailure) {
        guard !content.isEmpty else { return }
        let textStart = tree.textPool.count
        try decode(content, token)
        for index in textStart..<tree.textPool.count { state.literal.append(tree.textPool[index]) }
        tree.textPool.truncate(to: textStart)
    }

    /// Ends the literal part that goes on and makes it a value, unless it is empty.
    mutating func finishLiteral(_ state: inout FormattedString) {
        guard !state.literal.isEmpty else { return }
        let value = state.literal.withUnsafeBufferPointer { tree.addText($0) }
        state.literal.removeAll(keepingCapacity: true)
        let id = tree.add(.constant(.string(value)), state.whole.start, state.whole.end)
        if StringPrefix(rawValue: state.first.value).contains(.unicode) { markUnicode(id, state.first) }
        push(id)
    }
}
