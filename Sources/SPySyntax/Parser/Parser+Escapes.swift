extension Parser {
    /// Decodes the characters of a string literal into the pool of texts.
    mutating func decode(_ content: Range<Int>, _ token: Token) throws(SyntaxFailure) {
        let isRaw = StringPrefix(rawValue: token.value).contains(.raw)
        var at = content.lowerBound
        while at < content.upperBound {
            let byte = text[at]
            if byte == 0x0D {
                tree.textPool.append(0x0A)
                at += at + 1 < content.upperBound && text[at + 1] == 0x0A ? 2 : 1
            } else if byte == 0x5C, !isRaw {
                at = try decodeEscape(at, content.upperBound, token)
            } else {
                tree.textPool.append(byte)
                at += 1
            }
        }
    }

    /// Decodes a bytes literal into the pool of texts.
    mutating func decodeBytes(_ token: Token) throws(SyntaxFailure) {
        let content = contentRange(token)
        for at in content where text[at] >= 0x80 {
            throw fail(
                .invalidBytes,
                at: SourceRange(start: UInt32(at), end: UInt32(at + 1)),
                "A bytes literal holds only ASCII characters.",
                hint: "Write other bytes as \\x and two hexadecimal digits, or encode a string."
            )
        }
        let isRaw = StringPrefix(rawValue: token.value).contains(.raw)
        var at = content.lowerBound
        while at < content.upperBound {
            let byte = text[at]
            if byte == 0x0D {
                tree.textPool.append(0x0A)
                at += at + 1 < content.upperBound && text[at + 1] == 0x0A ? 2 : 1
            } else if byte == 0x5C, !isRaw {
                at = try decodeByteEscape(at, content.upperBound)
            } else {
                tree.textPool.append(byte)
                at += 1
            }
        }
    }

    /// Escapes that strings and bytes share; nothing where there is none.
    private mutating func decodeSimpleEscape(_ at: Int, _ end: Int, isBytes: Bool) -> Int? {
        let byte = text[at + 1]
        switch byte {
        case 0x0A: return at + 2
        case 0x0D: return at + 2 < end && text[at + 2] == 0x0A ? at + 3 : at + 2
        case 0x5C, 0x27, 0x22: tree.textPool.append(byte)
        case 0x61: tree.textPool.append(0x07)
        case 0x62: tree.textPool.append(0x08)
        case 0x66: tree.textPool.append(0x0C)
        case 0x6E: tree.textPool.append(0x0A)
        case 0x72: tree.textPool.append(0x0D)
        case 0x74: tree.textPool.append(0x09)
        case 0x76: tree.textPool.append(0x0B)
        case 0x30...0x37:
            var value: UInt32 = 0
            var next = at + 1
            while next < min(end, at + 4), (0x30...0x37).contains(text[next]) {
                value = value * 8 + UInt32(text[next] - 0x30)
                next += 1
            }
            if isBytes {
                tree.textPool.append(UInt8(truncatingIfNeeded: value))
            } else {
                appendCodePoint(value)
            }
            return next
        default: return nil
        }
        return at + 2
    }

    private mutating func decodeEscape(_ at: Int, _ end: Int, _ token: Token) throws(SyntaxFailure) -> Int {
        guard at + 1 < end else {
            // Only in an f-string, where a literal part can end in a backslash before a brace.
            tree.textPool.append(0x5C)
            return at + 1
        }
        if let next = decodeSimpleEscape(at, end, isBytes: false) { return next }
        switch text[at + 1] {
        case 0x78: return try decodeHexadecimal(at, end, digits: 2)
        case 0x75: return try decodeHexadecimal(at, end, digits: 4)
        case 0x55: return try decodeHexadecimal(at, end, digits: 8)
        case 0x4E: return try decodeNamed(at, end)
        default:
            tree.textPool.append(0x5C)
            return at + 1
        }
    }

    private mutating func decodeByteEscape(_ at: Int, _ end: Int) throws(SyntaxFailure) -> Int {
        if let next = decodeSimpleEscape(at, end, isBytes: true) { return next }
        guard text[at + 1] == 0x78 else {
            tree.textPool.append(0x5C)
            return at + 1
        }
        guard let value = hexadecimalValue(at + 2, end, digits: 2) else { throw failHexadecimal(at, end, 2) }
        tree.textPool.append(UInt8(value))
        return at + 4
    }

    private mutating func decodeHexadecimal(_ at: Int, _ end: Int, digits: Int) throws(SyntaxFailure) -> Int {
        guard let value = hexadecimalValue(at + 2, end, digits: digits) else {
            throw failHexadecimal(at, end, digits)
        }
        guard value <= 0x10FFFF else {
            throw fail(
                .invalidEscape,
                at: SourceRange(start: UInt32(at), end: UInt32(at + 2 + digits)),
                "There is no character with this number; the last is \\U0010FFFF."
            )
        }
        appendCodePoint(value)
        return at + 2 + digits
    }

    private func hexadecimalValue(_ start: Int, _ end: Int, digits: Int) -> UInt32? {
        guard start + digits <= end else { return nil }
        var value: UInt32 = 0
        for at in start..<start + digits {
            let byte = text[at]
            guard ByteClass.table[Int(byte)] & ByteClass.hexDigit != 0 else { return nil }
            value = value << 4 | UInt32(byte < 0x3A ? byte - 0x30 : (byte | 0x20) - 0x57)
        }
        return value
    }

    private mutating func failHexadecimal(_ at: Int, _ end: Int, _ digits: Int) -> SyntaxFailure {
        let letter = Unicode.Scalar(text[at + 1])
        return fail(
            .invalidEscape,
            at: SourceRange(start: UInt32(at), end: UInt32(min(at + 2 + digits, end))),
            "\\\(letter) needs \(digits) hexadecimal digits after it.",
            hint: "Write two backslashes for a backslash, or r before the quote."
        )
    }

    /// `\N{name}`
    private mutating func decodeNamed(_ at: Int, _ end: Int) throws(SyntaxFailure) -> Int {
        var close = at + 3
        let hasBrace = at + 2 < end && text[at + 2] == 0x7B
        while hasBrace, close < end, text[close] != 0x7D { close += 1 }
        guard hasBrace, close < end, close > at + 3 else {
            throw fail(
                .invalidEscape,
                at: SourceRange(start: UInt32(at), end: UInt32(min(at + 2, end))),
                "\\N needs the name of a character in braces after it.",
                hint: "Write \\N{EM DASH}, for instance; or two backslashes for a backslash."
            )
        }
        let bytes = UnsafeBufferPointer(start: text + at + 3, count: close - at - 3)
        guard let scalar = CharacterNames.scalar(named: String(decoding: bytes, as: UTF8.self)) else {
            throw fail(
                .invalidEscape,
                at: SourceRange(start: UInt32(at), end: UInt32(close + 1)),
                "There is no character with this name."
            )
        }
        appendCodePoint(scalar.value)
        return close + 1
    }

    /// Appends a code point in UTF-8; surrogates too, as three bytes.
    private mutating func appendCodePoint(_ value: UInt32) {
        func part(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: value >> shift & 0x3F | 0x80) }
        switch value {
        case 0..<0x80: tree.textPool.append(UInt8(value))
        case 0x80..<0x800:
            tree.textPool.append(UInt8(value >> 6 | 0xC0))
            tree.textPool.append(part(0))
        case 0x800..<0x10000:
            tree.textPool.append(UInt8(value >> 12 | 0xE0))
            tree.textPool.append(part(6))
            tree.textPool.append(part(0))
        default:
            tree.textPool.append(UInt8(value >> 18 | 0xF0))
            tree.textPool.append(part(12))
            tree.textPool.append(part(6))
            tree.textPool.append(part(0))
        }
    }
}
