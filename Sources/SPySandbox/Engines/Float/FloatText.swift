/// Floats as text and back, as Python's `float` does it.
enum FloatText {
    /// `repr(float)`: the shortest digits that read back as the same float.
    static func repr(_ value: Double) -> String {
        if let special = special(value) { return special }
        let digits = DecimalDigits(shortest: value)
        var text: [UInt8] = []
        text.reserveCapacity(24)
        if value.sign == .minus { text.append(UInt8(ascii: "-")) }
        if digits.point > 16 || digits.point < -3 {
            digits.exponentLayout(decimals: digits.digits.count - 1, into: &text)
        } else {
            let decimals = digits.isZero ? 1 : max(digits.digits.count - digits.point, 1)
            digits.fixedLayout(decimals: decimals, into: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// `inf`, `-inf` and `nan`, the values that have no digits.
    static func special(_ value: Double) -> String? {
        if value.isFinite { return nil }
        return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
    }

    /// The value of a Python float literal without surrounding space: digits with single underscores between them, a
    /// point, an exponent; or `inf`, `infinity`, `nan` in any case. Nothing if it is not one.
    static func parse(_ text: some Sequence<UInt8>) -> Double? {
        var scanner = Scanner(text)
        return scanner.number()
    }

    /// `float.hex()`.
    static func hex(_ value: Double) -> String {
        if let special = special(value) { return special }
        let sign = value.sign == .minus ? "-" : ""
        if value == 0 { return sign + "0x0.0p+0" }
        let fraction = String(value.significandBitPattern, radix: 16)
        let padded = String(repeating: "0", count: 13 - fraction.utf8.count) + fraction
        let exponent = value.isNormal ? Int(value.exponentBitPattern) - 1023 : -1022
        return "\(sign)0x\(value.isNormal ? 1 : 0).\(padded)p\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
    }
}

extension FloatText {
    /// Copies a literal without its underscores, and refuses what the C library would accept but Python does not.
    private struct Scanner {
        private let text: [UInt8]
        private var position = 0
        private var kept: [UInt8] = []

        init(_ text: some Sequence<UInt8>) {
            self.text = Array(text)
        }

        mutating func number() -> Double? {
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { keep() }
            switch text[position...].map({ $0 | 0x20 }) {
            case Array("inf".utf8), Array("infinity".utf8):
                return kept.first == UInt8(ascii: "-") ? -.infinity : .infinity
            case Array("nan".utf8): return .nan
            default: break
            }
            var count = digits()
            if peek == UInt8(ascii: ".") {
                keep()
                count += digits()
            }
            guard count > 0 else { return nil }
            if let marker = peek, marker | 0x20 == UInt8(ascii: "e") {
                keep()
                if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { keep() }
                guard digits() > 0 else { return nil }
            }
            guard position == text.count else { return nil }
            return FloatText.nearest(kept)
        }

        private var peek: UInt8? { position < text.count ? text[position] : nil }

        private mutating func keep() {
            kept.append(text[position])
            position += 1
        }

        /// Digits with single underscores between them.
        private mutating func digits() -> Int {
            let start = kept.count
            while let byte = peek {
                if byte == UInt8(ascii: "_") {
                    guard kept.count > start, position + 1 < text.count, isDigit(text[position + 1]) else {
                        break
                    }
                    position += 1
                } else if !isDigit(byte) {
                    break
                }
                keep()
            }
            return kept.count - start
        }

        private func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
    }

    /// The nearest float to a plain decimal literal; infinity when it is too large.
    static func nearest(_ literal: [UInt8]) -> Double? {
        Double(String(decoding: literal, as: UTF8.self))
    }
}
