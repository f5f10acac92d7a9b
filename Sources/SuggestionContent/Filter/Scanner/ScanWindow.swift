/// The bytes that are known of a text, and whether a question went beyond them.
///
/// Beyond the end stand zeros. A decision that saw one of them while the text may go on is no decision yet;
/// one that saw none is the same whatever follows. That is all that streaming needs.
struct ScanWindow {
    let bytes: [UInt8]
    /// Whether the text ends where the bytes end.
    let isLast: Bool
    /// Whether something beyond the end was asked for and the text may go on.
    var wentBeyond = false

    init(_ bytes: [UInt8], isLast: Bool) {
        self.bytes = bytes
        self.isLast = isLast
    }

    /// The byte at a place, 0 beyond the end.
    subscript(index: Int) -> UInt8 {
        mutating get {
            if index < bytes.count { return bytes[index] }
            if !isLast { wentBeyond = true }
            return 0
        }
    }

    /// Where the bytes of a class end that begin at a place; at most a number of them are looked at.
    mutating func end(of kind: ByteKind, from start: Int, limit: Int) -> Int {
        var index = start
        while index - start < limit, self[index].isKind(kind) { index += 1 }
        return index
    }

    /// Whether a text stands at a place, letter by letter.
    mutating func has(_ text: StaticString, at start: Int) -> Bool {
        var index = start
        for offset in 0..<text.utf8CodeUnitCount {
            guard self[index] == text.utf8Start[offset] else { return false }
            index += 1
        }
        return true
    }

    /// Whether a text stands at a place.
    mutating func has(_ text: [UInt8], at start: Int) -> Bool {
        for offset in text.indices where self[start + offset] != text[offset] { return false }
        return true
    }

    /// Whether a text in small letters stands at a place, in letters of any case.
    mutating func hasAnyCase(_ text: StaticString, at start: Int) -> Bool {
        for offset in 0..<text.utf8CodeUnitCount
        where self[start + offset].lowercased != text.utf8Start[offset] { return false }
        return true
    }
}

/// Classes of bytes.
struct ByteKind: OptionSet, Sendable {
    let rawValue: UInt16

    static let upper = ByteKind(rawValue: 1)
    static let lower = ByteKind(rawValue: 2)
    static let digit = ByteKind(rawValue: 4)
    /// `_`
    static let underscore = ByteKind(rawValue: 8)
    /// `-`
    static let hyphen = ByteKind(rawValue: 16)
    /// `.`
    static let dot = ByteKind(rawValue: 32)
    /// `+ / =`
    static let base64 = ByteKind(rawValue: 64)
    /// Space and tab.
    static let blank = ByteKind(rawValue: 128)
    /// Line breaks.
    static let line = ByteKind(rawValue: 256)
    /// Bytes of characters beyond ASCII.
    static let other = ByteKind(rawValue: 512)
    /// `% +`, which e-mail addresses have beside what is named already.
    static let mail = ByteKind(rawValue: 1024)
    /// `A…F a…f` beside being letters.
    static let hexLetter = ByteKind(rawValue: 2048)

    static let letter: ByteKind = [.upper, .lower]
    static let alphanumeric: ByteKind = [.upper, .lower, .digit]
    static let word: ByteKind = [.upper, .lower, .digit, .underscore]
    static let hex: ByteKind = [.digit, .hexLetter]

    /// The classes of each byte.
    static let table: [ByteKind] = (0...255).map { value in
        switch UInt8(value) {
        case UInt8(ascii: "A")...UInt8(ascii: "F"): [.upper, .hexLetter]
        case UInt8(ascii: "G")...UInt8(ascii: "Z"): .upper
        case UInt8(ascii: "a")...UInt8(ascii: "f"): [.lower, .hexLetter]
        case UInt8(ascii: "g")...UInt8(ascii: "z"): .lower
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
        case UInt8(ascii: "_"): .underscore
        case UInt8(ascii: "-"): .hyphen
        case UInt8(ascii: "."): .dot
        case UInt8(ascii: "+"): [.base64, .mail]
        case UInt8(ascii: "/"), UInt8(ascii: "="): .base64
        case UInt8(ascii: "%"): .mail
        case 0x20, 0x09: .blank
        case 0x0A, 0x0D: .line
        case 0x80...: .other
        default: []
        }
    }
}

extension UInt8 {
    /// Whether the byte belongs to one of some classes.
    func isKind(_ kind: ByteKind) -> Bool { !ByteKind.table[Int(self)].isDisjoint(with: kind) }

    /// The small letter of a capital one, other bytes as they are.
    var lowercased: UInt8 { isKind(.upper) ? self | 0x20 : self }

    /// Whether the byte is that of a character.
    static func ~= (scalar: Unicode.Scalar, byte: UInt8) -> Bool { UInt32(byte) == scalar.value }

    /// Whether the byte is that of a character.
    static func == (byte: UInt8, scalar: Unicode.Scalar) -> Bool { UInt32(byte) == scalar.value }

    /// Whether the byte is not that of a character.
    static func != (byte: UInt8, scalar: Unicode.Scalar) -> Bool { UInt32(byte) != scalar.value }
}
