/// Numbers read from text.
extension Text {
    /// `int(text, base)`, base 0 for the base that the literal names.
    func integer(base: Int = 10, _ meter: Meter) throws(EngineError) -> BigInteger {
        guard base == 0 || (2...36).contains(base) else {
            throw .valueError("int() base must be >= 2 and <= 36, or 0")
        }
        try meter.charge(steps: count / 16)
        guard let literal = IntegerLiteral(trimmedNumber(), base: base) else {
            let repr = try repr(meter)
            throw .valueError(
                "invalid literal for int() with base \(base): \(repr.slice(0..<min(repr.count, 200)).string)"
            )
        }
        if literal.base.nonzeroBitCount != 1, literal.digits.count > BigInteger.digitLimit {
            throw .valueError(
                "Exceeds the limit (4300 digits) for integer string conversion: value has \(literal.digits.count) "
                    + "digits; use sys.set_int_max_str_digits() to increase the limit"
            )
        }
        let value = try BigInteger(digits: literal.digits, radix: literal.base, meter)
        return literal.isNegative ? value.negated : value
    }

    /// `float(text)`.
    func float(_ meter: Meter) throws(EngineError) -> Double {
        try meter.charge(steps: count / 16)
        guard let value = FloatText.parse(trimmedNumber()) else {
            throw .valueError("could not convert string to float: \(try repr(meter).string)")
        }
        return value
    }

    /// `float.fromhex(text)`.
    func hexadecimalFloat(_ meter: Meter) throws(EngineError) -> Double {
        try meter.charge(steps: count / 16)
        return try FloatText.parseHex(trimmedNumber())
    }

    /// The text without surrounding space and with digits of all scripts made ASCII; other characters become `?`.
    private func trimmedNumber() -> ArraySlice<UInt8> {
        let bytes: [UInt8]
        switch storage {
        case .ascii(let units): bytes = units
        case .wide(let units):
            bytes = units.map { point in
                if point < 127 { return UInt8(point) }
                if UnicodeData.isSpace(point) { return 32 }
                return UnicodeData.decimalValue(point).map { $0 + 48 } ?? UInt8(ascii: "?")
            }
        }
        func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }
        let rest = bytes.drop(while: isSpace)
        return rest[..<(rest.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? rest.startIndex)]
    }
}

/// The parts of an integer literal: sign, base by its prefix, values of the digits.
struct IntegerLiteral {
    private(set) var isNegative = false
    private(set) var base: Int
    private(set) var digits: [UInt8] = []

    /// Nothing if the text is not a literal of this base.
    init?(_ text: ArraySlice<UInt8>, base wanted: Int) {
        var rest = text
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest.removeFirst()
        }
        base = wanted
        var mustBeZero = false
        let prefix = Self.prefixBase(rest)
        if wanted == 0 {
            base = prefix ?? 10
            mustBeZero = prefix == nil && rest.first == UInt8(ascii: "0")
        }
        if prefix == base {
            rest.removeFirst(2)
            if rest.first == UInt8(ascii: "_") { rest.removeFirst() }
        }
        guard readDigits(rest) else { return nil }
        if mustBeZero, digits.contains(where: { $0 != 0 }) { return nil }
    }

    private static func prefixBase(_ text: ArraySlice<UInt8>) -> Int? {
        guard text.count >= 2, text.first == UInt8(ascii: "0") else { return nil }
        switch text[text.startIndex + 1] | 0x20 {
        case UInt8(ascii: "x"): return 16
        case UInt8(ascii: "o"): return 8
        case UInt8(ascii: "b"): return 2
        default: return nil
        }
    }

    private mutating func readDigits(_ text: ArraySlice<UInt8>) -> Bool {
        var afterDigit = false
        for byte in text {
            if byte == UInt8(ascii: "_") {
                guard afterDigit else { return false }
                afterDigit = false
                continue
            }
            let value: UInt8
            switch byte {
            case 48...57: value = byte - 48
            case 65...90: value = byte - 55
            case 97...122: value = byte - 87
            default: return false
            }
            guard value < base else { return false }
            digits.append(value)
            afterDigit = true
        }
        return afterDigit
    }
}
