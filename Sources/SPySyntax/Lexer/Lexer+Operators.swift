extension Lexer {
    /// Reads an operator or delimiter, the longest that fits; gives the offset after it.
    mutating func readOperator(_ at: Int, _ byte: UInt8) -> Int {
        let next = text[at + 1]
        let withEqual = next == 0x3D
        switch byte {
        case 0x2C: return one(.comma, at)
        case 0x3A: return withEqual ? two(.colonEqual, at) : one(.colon, at)
        case 0x3B: return one(.semicolon, at)
        case 0x3D: return withEqual ? two(.doubleEqual, at) : one(.equal, at)
        case 0x2E:
            guard next == 0x2E, text[at + 2] == 0x2E else { return one(.dot, at) }
            emit(.ellipsis, from: at, to: at + 3)
            return at + 3
        case 0x2B: return withEqual ? two(.plusEqual, at) : one(.plus, at)
        case 0x2D:
            if next == 0x3E { return two(.arrow, at) }
            return withEqual ? two(.minusEqual, at) : one(.minus, at)
        case 0x2A: return doubled(at, .star, .starEqual, .doubleStar, .doubleStarEqual)
        case 0x2F: return doubled(at, .slash, .slashEqual, .doubleSlash, .doubleSlashEqual)
        case 0x3C:
            if next == 0x3E { return two(.diamond, at) }
            return doubled(at, .less, .lessEqual, .leftShift, .leftShiftEqual)
        case 0x3E: return doubled(at, .greater, .greaterEqual, .rightShift, .rightShiftEqual)
        case 0x25: return withEqual ? two(.percentEqual, at) : one(.percent, at)
        case 0x40: return withEqual ? two(.atEqual, at) : one(.at, at)
        case 0x26: return withEqual ? two(.ampersandEqual, at) : one(.ampersand, at)
        case 0x7C: return withEqual ? two(.barEqual, at) : one(.bar, at)
        case 0x5E: return withEqual ? two(.caretEqual, at) : one(.caret, at)
        case 0x7E: return one(.tilde, at)
        case 0x21 where withEqual: return two(.notEqual, at)
        default: return unknown(at, byte)
        }
    }

    private mutating func one(_ kind: TokenKind, _ at: Int) -> Int {
        emit(kind, from: at, to: at + 1)
        return at + 1
    }

    private mutating func two(_ kind: TokenKind, _ at: Int) -> Int {
        emit(kind, from: at, to: at + 2)
        return at + 2
    }

    /// Operators that can be doubled, followed by `=`, or both.
    private mutating func doubled(
        _ at: Int,
        _ single: TokenKind,
        _ singleEqual: TokenKind,
        _ double: TokenKind,
        _ doubleEqual: TokenKind
    ) -> Int {
        let next = text[at + 1]
        if next == 0x3D { return two(singleEqual, at) }
        guard next == text[at] else { return one(single, at) }
        guard text[at + 2] == 0x3D else { return two(double, at) }
        emit(doubleEqual, from: at, to: at + 3)
        return at + 3
    }

    private mutating func unknown(_ at: Int, _ byte: UInt8) -> Int {
        let hint: String? =
            switch byte {
            case 0x21: "Write 'not' for negation and '!=' for inequality."
            case 0x24, 0x3F, 0x60: "Python has no such operator."
            default: nil
            }
        let isPrintable = byte >= 0x20 && byte < 0x7F
        let shown = isPrintable ? "'\(Unicode.Scalar(byte))'" : "U+\(hexadecimal(UInt32(byte), digits: 4))"
        let kind = isPrintable ? "character" : "non-printable character"
        fail(.invalidCharacter, from: at, to: at + 1, "The \(kind) \(shown) cannot stand here.", hint: hint)
        return at + 1
    }
}

/// A number in upper-case hexadecimal with at least so many digits.
func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
