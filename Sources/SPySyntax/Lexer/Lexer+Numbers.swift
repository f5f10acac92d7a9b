extension Lexer {
    /// Reads a number that begins with a digit, or with a dot before a digit.
    mutating func readNumber(_ start: Int) -> Int {
        if text[start] == 0x30 {
            switch text[start + 1] | 0x20 {
            case 0x78: return readRadix(start, 16, "hexadecimal")
            case 0x6F: return readRadix(start, 8, "octal")
            case 0x62: return readRadix(start, 2, "binary")
            default: break
            }
        }
        var at = start
        var kind = TokenKind.integer
        if text[at] != 0x2E {
            guard let end = readDigits(at) else { return failNumber(start, "decimal") }
            at = end
        }
        let integerEnd = at
        if text[at] == 0x2E {
            kind = .float
            at += 1
            if isDigit(at) {
                guard let end = readDigits(at) else { return failNumber(start, "decimal") }
                at = end
            }
        }
        if text[at] | 0x20 == 0x65 {
            let signed = text[at + 1] == 0x2B || text[at + 1] == 0x2D
            let digits = signed ? at + 2 : at + 1
            if isDigit(digits) {
                kind = .float
                guard let end = readDigits(digits) else { return failNumber(start, "decimal") }
                at = end
            } else if signed {
                return failNumber(start, "decimal")
            }
        }
        if text[at] | 0x20 == 0x6A {
            kind = .imaginary
            at += 1
        }
        if kind == .integer, text[start] == 0x30, hasNonZeroDigit(start, integerEnd) {
            fail(
                .invalidNumber,
                from: start,
                to: integerEnd,
                "A decimal number cannot begin with zeros.",
                hint: "Remove the zeros, or write 0o before an octal number."
            )
            return at
        }
        return finishNumber(start, at, kind, radix: 10, kind == .imaginary ? "imaginary" : "decimal")
    }

    private func isDigit(_ at: Int) -> Bool {
        classes[Int(text[at])] & ByteClass.digit != 0
    }

    private func hasNonZeroDigit(_ start: Int, _ end: Int) -> Bool {
        (start..<end).contains { text[$0] != 0x30 && text[$0] != 0x5F }
    }

    /// Digits with single underscores between them; nothing where an underscore has no digit after it.
    private func readDigits(_ start: Int) -> Int? {
        var at = start
        while true {
            while isDigit(at) { at += 1 }
            guard text[at] == 0x5F else { return at }
            guard isDigit(at + 1) else { return nil }
            at += 1
        }
    }

    private mutating func readRadix(_ start: Int, _ radix: UInt8, _ name: String) -> Int {
        var at = start + 2
        repeat {
            if text[at] == 0x5F { at += 1 }
            guard isDigit(at, radix) else {
                guard isDigit(at) else { return failNumber(start, name) }
                return failDigit(start, at, name)
            }
            while isDigit(at, radix) { at += 1 }
        } while text[at] == 0x5F
        if isDigit(at) { return failDigit(start, at, name) }
        return finishNumber(start, at, .integer, radix: UInt32(radix), name)
    }

    private func isDigit(_ at: Int, _ radix: UInt8) -> Bool {
        let byte = text[at]
        if radix == 16 { return classes[Int(byte)] & ByteClass.hexDigit != 0 }
        return byte >= 0x30 && byte < 0x30 + radix
    }

    /// A number may touch a following keyword, as in `1if x else 2`, but no other word.
    private mutating func finishNumber(
        _ start: Int,
        _ end: Int,
        _ kind: TokenKind,
        radix: UInt32,
        _ name: String
    ) -> Int {
        if classes[Int(text[end])] & ByteClass.identifierPart != 0, !beginsKeyword(end) {
            return failNumber(start, name)
        }
        emit(kind, from: start, to: end, value: radix)
        return end
    }

    private func beginsKeyword(_ at: Int) -> Bool {
        let second = text[at + 1]
        let third = text[at + 2]
        switch text[at] {
        case 0x61: return second == 0x6E && third == 0x64
        case 0x65: return second == 0x6C && third == 0x73 && text[at + 3] == 0x65
        case 0x66: return second == 0x6F && third == 0x72
        case 0x69: return second == 0x66 || second == 0x6E || second == 0x73
        case 0x6E: return second == 0x6F && third == 0x74
        case 0x6F: return second == 0x72
        default: return false
        }
    }

    private mutating func failDigit(_ start: Int, _ at: Int, _ name: String) -> Int {
        let digit = Unicode.Scalar(text[at])
        return failNumber(
            start,
            name,
            "The digit '\(digit)' cannot stand in \(article(name)) \(name) number."
        )
    }

    private mutating func failNumber(_ start: Int, _ name: String, _ message: String? = nil) -> Int {
        var end = start
        while classes[Int(text[end])] & ByteClass.identifierPart != 0 || text[end] == 0x2E { end += 1 }
        fail(
            .invalidNumber,
            from: start,
            to: end,
            message ?? "This is not \(article(name)) \(name) number.",
            hint: "Names cannot begin with a digit, and underscores stand only between digits."
        )
        return end
    }

    private func article(_ name: String) -> String {
        name == "octal" || name == "imaginary" ? "an" : "a"
    }
}
