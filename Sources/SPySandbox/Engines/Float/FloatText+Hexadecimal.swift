extension FloatText {
    /// `float.fromhex(text)`, where `text` is without surrounding space.
    static func parseHex(_ text: some Sequence<UInt8>) throws(EngineError) -> Double {
        var rest = Array(text)[...]
        var isNegative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest.removeFirst()
        }
        let lowered = rest.map { $0 | 0x20 }
        let value: Double
        switch lowered {
        case Array("inf".utf8), Array("infinity".utf8): value = .infinity
        case Array("nan".utf8): value = .nan
        default: value = try hexMagnitude(rest)
        }
        return isNegative ? -value : value
    }

    private static func hexMagnitude(_ text: ArraySlice<UInt8>) throws(EngineError) -> Double {
        var rest = text
        let invalid = EngineError.valueError("invalid hexadecimal floating-point string")
        if rest.count >= 2, rest[rest.startIndex] == 48, rest[rest.startIndex + 1] | 0x20 == UInt8(ascii: "x")
        {
            rest.removeFirst(2)
        }
        var digits: [UInt8] = []
        var (decimals, seenPoint) = (0, false)
        while let byte = rest.first {
            if byte == UInt8(ascii: "."), !seenPoint {
                seenPoint = true
            } else if let digit = hexDigit(byte) {
                digits.append(digit)
                if seenPoint { decimals += 1 }
            } else {
                break
            }
            rest.removeFirst()
        }
        guard !digits.isEmpty else { throw invalid }
        var exponent = 0
        if let marker = rest.first, marker | 0x20 == UInt8(ascii: "p") {
            guard let parsed = decimalExponent(rest.dropFirst()) else { throw invalid }
            exponent = parsed
        } else if !rest.isEmpty {
            throw invalid
        }
        let significand = Array(digits.drop { $0 == 0 })
        if significand.isEmpty { return 0 }
        // Sixteen digits and a sticky one say as much as all of them.
        let extra = max(significand.count - 17, 0)
        var kept = Array(significand.prefix(17))
        if significand.dropFirst(17).contains(where: { $0 != 0 }) { kept[16] |= 1 }
        let shift = exponent.addingClamped(4 * (extra - decimals))
        let limbs = kept.reduce(UInt128(0)) { $0 << 4 | UInt128($1) }
        let number = BigInteger(
            isNegative: false,
            magnitude: [UInt(truncatingIfNeeded: limbs), UInt(limbs >> 64)]
        )
        guard let value = number.scaled(powerOfTwo: shift) else {
            throw .overflowError("hexadecimal value too large to represent as a float")
        }
        return value
    }

    private static func decimalExponent(_ text: ArraySlice<UInt8>) -> Int? {
        var digits = text
        var isNegative = false
        if let sign = digits.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            digits.removeFirst()
        }
        guard !digits.isEmpty, digits.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        // Far beyond any float, yet safe to add to.
        let value = digits.reduce(0) { min($0 * 10 + Int($1 - 48), 1 << 40) }
        return isNegative ? -value : value
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: return byte - 48
        case 65...70: return byte - 55
        case 97...102: return byte - 87
        default: return nil
        }
    }
}

extension Int {
    fileprivate func addingClamped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
}
