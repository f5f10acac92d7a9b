/// F-strings. The rules are those of CPython 3.11, which finds the end of a field before it reads the expression in it.
extension Parser {
    /// Reads an f-string, or a format specification inside one, up to its end; values go to the list stack.
    mutating func readFormatted(
        _ at: inout Int,
        _ end: Int,
        _ token: Token,
        _ level: Int,
        _ state: inout FormattedString
    ) throws(SyntaxFailure) {
        while true {
            let hasDoubledBrace = try readLiteralPart(&at, end, token, level, &state)
            if hasDoubledBrace { continue }
            if at >= end || text[at] == 0x7D { break }
            try readField(&at, end, token, level, &state)
        }
        if level > 0, at >= end || text[at] != 0x7D {
            throw failField(end, end, "The '}' of this field is missing.")
        }
    }

    /// Reads up to the next field; tells whether it stopped after one brace of a doubled one.
    private mutating func readLiteralPart(
        _ at: inout Int,
        _ end: Int,
        _ token: Token,
        _ level: Int,
        _ state: inout FormattedString
    ) throws(SyntaxFailure) -> Bool {
        let isRaw = StringPrefix(rawValue: token.value).contains(.raw)
        let literalStart = at
        while at < end {
            var byte = text[at]
            at += 1
            if !isRaw, byte == 0x5C, at < end {
                byte = text[at]
                at += 1
                if byte == 0x4E {
                    skipCharacterName(&at, end)
                    continue
                }
            }
            guard byte == 0x7B || byte == 0x7D else { continue }
            if level == 0 {
                if at < end, text[at] == byte {
                    try appendLiteral(literalStart..<at, token, &state)
                    at += 1
                    return true
                }
                if byte == 0x7D {
                    throw failField(
                        at - 1,
                        at,
                        "A single '}' cannot stand in an f-string.",
                        hint: "Write }} for a brace."
                    )
                }
            }
            at -= 1
            break
        }
        try appendLiteral(literalStart..<at, token, &state)
        return false
    }

    /// Skips the braces of `\N{name}`, which begin no field.
    private func skipCharacterName(_ at: inout Int, _ end: Int) {
        guard at < end else { return }
        at += 1
        guard text[at - 1] == 0x7B else { return }
        while at < end {
            at += 1
            if text[at - 1] == 0x7D { return }
        }
    }

    /// Reads a replacement field; the current byte is its `{`.
    private mutating func readField(
        _ at: inout Int,
        _ end: Int,
        _ token: Token,
        _ level: Int,
        _ state: inout FormattedString
    ) throws(SyntaxFailure) {
        let open = at
        if level >= 2 {
            throw failField(open, open + 1, "Fields of an f-string stand too deep inside each other.")
        }
        at += 1
        let expressionStart = at
        try scanExpression(&at, end, open)
        let value = try parseField(expressionStart..<at)
        let hasDebugText = text[at] == 0x3D
        if hasDebugText {
            at += 1
            while at < end, isSpace(text[at]) { at += 1 }
            if at >= end { throw failUnclosedField(open, end) }
            try appendDebugText(expressionStart..<at, token, &state)
        }
        var conversion = FormatConversion.none
        if text[at] == 0x21 { conversion = try readConversion(&at, end, open) }
        if at >= end { throw failUnclosedField(open, end) }
        finishLiteral(&state)
        var specification: ExpressionID?
        if text[at] == 0x3A { specification = try readSpecification(&at, end, token, level, open, state) }
        guard at < end, text[at] == 0x7D else { throw failUnclosedField(open, end) }
        at += 1
        if hasDebugText, specification == nil, conversion == .none { conversion = .repr }
        let field = Expression.formattedValue(value, conversion: conversion, specification: specification)
        push(tree.add(field, state.whole.start, state.whole.end))
    }

    private func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    /// The text of `{value=}` is taken as it stands, without decoding escapes, which it cannot hold.
    private mutating func appendDebugText(
        _ range: Range<Int>,
        _ token: Token,
        _ state: inout FormattedString
    ) throws(SyntaxFailure) {
        var raw = token
        raw.value |= StringPrefix.raw.rawValue
        try appendLiteral(range, raw, &state)
    }

    private mutating func readConversion(
        _ at: inout Int,
        _ end: Int,
        _ open: Int
    ) throws(SyntaxFailure) -> FormatConversion {
        at += 1
        if at >= end { throw failUnclosedField(open, end) }
        at += 1
        switch text[at - 1] {
        case 0x73: return .str
        case 0x72: return .repr
        case 0x61: return .ascii
        default: throw failField(at - 2, at, "The conversion after '!' is 's', 'r' or 'a'.")
        }
    }

    private mutating func readSpecification(
        _ at: inout Int,
        _ end: Int,
        _ token: Token,
        _ level: Int,
        _ open: Int,
        _ outer: FormattedString
    ) throws(SyntaxFailure) -> ExpressionID {
        at += 1
        if at >= end { throw failUnclosedField(open, end) }
        var state = FormattedString(whole: outer.whole, first: outer.first, mark: scratch.count)
        try readFormatted(&at, end, token, level + 1, &state)
        // CPython gives the specification the place of its literal, not of the whole concatenation.
        var own = FormattedString(whole: token.range, first: token, mark: state.mark)
        own.literal = state.literal
        finishLiteral(&own)
        let values = list(from: state.mark, of: ExpressionID.self)
        return tree.add(.joinedString(values), token.start, token.end)
    }

    /// Moves to the end of the expression of a field: to `!`, `:`, `=` or `}` outside brackets and strings.
    private mutating func scanExpression(_ at: inout Int, _ end: Int, _ open: Int) throws(SyntaxFailure) {
        var brackets: [UInt8] = []
        while at < end {
            let byte = text[at]
            switch byte {
            case 0x5C:
                throw failField(
                    at,
                    at + 1,
                    "The expression in an f-string cannot hold a backslash.",
                    hint: "Give the value a name in a line before it."
                )
            case 0x27, 0x22:
                try scanString(&at, end)
                continue
            case 0x28, 0x5B, 0x7B:
                if brackets.count >= Lexer.maximumBrackets {
                    throw failField(at, at + 1, "There are too many brackets inside each other here.")
                }
                brackets.append(byte)
            case 0x23: throw failField(at, at + 1, "The expression in an f-string cannot hold '#'.")
            case 0x21, 0x3A, 0x7D, 0x3D, 0x3E, 0x3C:
                if brackets.isEmpty {
                    let isTwo = byte != 0x3A && byte != 0x7D && at + 1 < end && text[at + 1] == 0x3D
                    if isTwo {
                        at += 1
                    } else if byte != 0x3E, byte != 0x3C {
                        return
                    }
                } else if byte == 0x7D {
                    try closeBracket(&brackets, at)
                }
            case 0x29, 0x5D: try closeBracket(&brackets, at)
            default: break
            }
            at += 1
        }
        throw failUnclosedField(open, end)
    }

    private mutating func closeBracket(_ brackets: inout [UInt8], _ at: Int) throws(SyntaxFailure) {
        let closing = text[at]
        let opening: UInt8 = closing == 0x29 ? 0x28 : closing == 0x5D ? 0x5B : 0x7B
        guard brackets.last == opening else {
            throw failField(at, at + 1, "There is no open bracket for this '\(Unicode.Scalar(closing))'.")
        }
        brackets.removeLast()
    }

    /// Skips a string inside a field; escapes cannot occur there.
    private mutating func scanString(_ at: inout Int, _ end: Int) throws(SyntaxFailure) {
        let quote = text[at]
        let isTriple = at + 2 < end && text[at + 1] == quote && text[at + 2] == quote
        let start = at
        at += isTriple ? 3 : 1
        while at < end {
            let byte = text[at]
            if byte == 0x5C {
                throw failField(at, at + 1, "The expression in an f-string cannot hold a backslash.")
            }
            if byte == quote {
                if !isTriple {
                    at += 1
                    return
                }
                if at + 2 < end, text[at + 1] == quote, text[at + 2] == quote {
                    at += 3
                    return
                }
            }
            at += 1
        }
        throw failField(start, end, "This string inside an f-string is not ended.")
    }

    private mutating func failUnclosedField(_ open: Int, _ end: Int) -> SyntaxFailure {
        failField(open, end, "The '}' of this field is missing.", hint: "Write {{ for a brace.")
    }

    private mutating func failField(_ start: Int, _ end: Int, _ message: String, hint: String? = nil)
        -> SyntaxFailure
    {
        fail(.invalidField, at: SourceRange(start: UInt32(start), end: UInt32(end)), message, hint: hint)
    }

    /// Reads the expression of a field with a lexer and tokens of its own, as if it stood in parentheses.
    private mutating func parseField(_ range: Range<Int>) throws(SyntaxFailure) -> ExpressionID {
        guard range.contains(where: { !isSpace(text[$0]) || text[$0] == 0x0B }) else {
            throw failField(
                range.lowerBound - 1,
                range.upperBound + 1,
                "A field of an f-string needs an expression."
            )
        }
        if depth >= Parser.maximumDepth { throw failTooDeep() }
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: range.count + 16)
        copy.update(from: text + range.lowerBound, count: range.count)
        (copy + range.count).update(repeating: 0, count: 16)
        defer { copy.deallocate() }
        var table = NameTable(placeholder: ())
        swap(&table, &names)
        var lexer = Lexer(
            text: UnsafePointer(copy) - range.lowerBound,
            range: range,
            names: table,
            isReplacementField: true
        )
        lexer.run()
        swap(&names, &lexer.names)
        diagnostics.append(contentsOf: lexer.diagnostics)
        if !lexer.diagnostics.isEmpty { throw SyntaxFailure() }
        return try parseTokens(of: lexer, range)
    }

    private mutating func parseTokens(
        of lexer: borrowing Lexer,
        _ range: Range<Int>
    ) throws(SyntaxFailure) -> ExpressionID {
        let outer = (tokens: tokens, index: index, kind: kind)
        tokens = UnsafePointer(lexer.tokens.base)
        index = 0
        kind = tokens[0].kind
        depth += 1
        let result: Result<ExpressionID, SyntaxFailure>
        do {
            result = .success(
                try parseFieldExpression(UInt32(range.lowerBound - 1), UInt32(range.upperBound + 1))
            )
        } catch {
            result = .failure(error)
        }
        depth -= 1
        (tokens, index, kind) = outer
        return try result.get()
    }

    /// What may stand in a field: what may stand in parentheses. Tuples and generators cover the braces.
    private mutating func parseFieldExpression(_ open: UInt32, _ close: UInt32) throws(SyntaxFailure)
        -> ExpressionID
    {
        let value: ExpressionID
        if kind == .yield {
            value = try parseYield()
        } else {
            let first = try parseStarNamedExpression()
            if kind == .comma {
                let mark = scratch.count
                push(first)
                while take(.comma), kind != .end { push(try parseStarNamedExpression()) }
                value = tree.add(.tuple(list(from: mark, of: ExpressionID.self), .load), open, close)
            } else if kind == .for || kind == .async {
                value = tree.add(.generator(first, try parseComprehensionClauses()), open, close)
                if case .starred = tree[first] { refuseLoneStar(first) }
            } else {
                refuseLoneStar(first)
                value = first
            }
        }
        guard kind == .end else { throw failUnexpected("the end of the field") }
        return value
    }
}
