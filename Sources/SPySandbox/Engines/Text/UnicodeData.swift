/// The properties of code points as Unicode 14 has them, the version of CPython 3.11.
///
/// Swift's tables are newer. A code point that came after version 14 counts as unassigned here, and the few old ones
/// that changed since are listed; a test compares every code point with CPython.
enum UnicodeData {
    /// Python's `str.isspace` for one character.
    static func isSpace(_ point: UInt32) -> Bool {
        if point < 128 { return point == 32 || (point >= 9 && point <= 13) || (point >= 28 && point <= 31) }
        return scalar(point)?.properties.isWhitespace ?? false
    }

    static func isAlpha(_ point: UInt32) -> Bool {
        if point < 128 { return (point | 0x20) &- 97 < 26 }
        switch category(point) {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        default: return false
        }
    }

    static func isDecimal(_ point: UInt32) -> Bool {
        if point < 128 { return point &- 48 < 10 }
        return scalar(point)?.properties.numericType == .decimal
    }

    static func isDigit(_ point: UInt32) -> Bool {
        if point < 128 { return point &- 48 < 10 }
        let type = scalar(point)?.properties.numericType
        return type == .decimal || type == .digit
    }

    static func isNumeric(_ point: UInt32) -> Bool {
        if point < 128 { return point &- 48 < 10 }
        return scalar(point)?.properties.numericType != nil && !numericSince14.contains(point)
    }

    static func isAlphanumeric(_ point: UInt32) -> Bool {
        isAlpha(point) || isNumeric(point)
    }

    /// The value of a decimal digit of any script.
    static func decimalValue(_ point: UInt32) -> UInt8? {
        if point < 128 { return point &- 48 < 10 ? UInt8(point - 48) : nil }
        guard isDecimal(point), let value = scalar(point)?.properties.numericValue else { return nil }
        return UInt8(value)
    }

    static func isUpper(_ point: UInt32) -> Bool {
        if point < 128 { return point &- 65 < 26 }
        return scalar(point)?.properties.isUppercase ?? false
    }

    static func isLower(_ point: UInt32) -> Bool {
        if point < 128 { return point &- 97 < 26 }
        if point == 0x295 { return true }
        return (scalar(point)?.properties.isLowercase ?? false) && !lowercaseSince14.contains(point)
    }

    static func isTitle(_ point: UInt32) -> Bool {
        point >= 128 && category(point) == .titlecaseLetter
    }

    static func isCased(_ point: UInt32) -> Bool {
        if point < 128 { return (point | 0x20) &- 97 < 26 }
        return point == 0x295 || (scalar(point)?.properties.isCased ?? false)
    }

    /// Characters that stand between letters without breaking a word, for the final sigma.
    static func isCaseIgnorable(_ point: UInt32) -> Bool {
        point == 0x1171E || (scalar(point)?.properties.isCaseIgnorable ?? false)
    }

    /// Whether `repr` shows the character as it is.
    static func isPrintable(_ point: UInt32) -> Bool {
        if point < 128 { return point >= 32 && point != 127 }
        switch category(point) {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
            .paragraphSeparator:
            return false
        default: return true
        }
    }

    static func isIdentifierStart(_ point: UInt32) -> Bool {
        if point < 128 { return point == 95 || (point | 0x20) &- 97 < 26 }
        return scalar(point)?.properties.isXIDStart ?? false
    }

    static func isIdentifierPart(_ point: UInt32) -> Bool {
        if point < 128 { return isIdentifierStart(point) || point &- 48 < 10 }
        return (scalar(point)?.properties.isXIDContinue ?? false) && !identifierPartSince14.contains(point)
    }

    static func category(_ point: UInt32) -> Unicode.GeneralCategory {
        guard let scalar = scalar(point) else {
            return point & 0xFFFF_F800 == 0xD800 ? .surrogate : .unassigned
        }
        if point == 0x295 { return .lowercaseLetter }
        return scalar.properties.generalCategory
    }

    /// The scalar if version 14 has it: private use and unassigned ones have no age and no properties either.
    @inline(__always)
    static func scalar(_ point: UInt32) -> Unicode.Scalar? {
        guard let scalar = Unicode.Scalar(point) else { return nil }
        if point < 0x370 { return scalar }
        guard let age = scalar.properties.age, age.major <= 14 else { return nil }
        return scalar
    }

    private static let lowercaseSince14: Set<UInt32> = [0x10FC, 0xA7F2, 0xA7F3, 0xA7F4, 0xAB69]
    private static let identifierPartSince14: Set<UInt32> = [0x200C, 0x200D, 0x30FB, 0xFF65]
    private static let numericSince14: Set<UInt32> = [
        0x4E24, 0x4EAC, 0x4FE9, 0x5006, 0x62D0, 0x6D1E, 0x7695, 0x79ED, 0x920E, 0x94A9, 0x12038, 0x12039,
        0x12079,
        0x12226, 0x1222B, 0x1230B, 0x1230D, 0x12399,
    ]
}
