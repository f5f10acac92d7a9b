extension BigInteger {
    /// The nearest double, ties to even: Python's `float(int)`.
    func toDouble() throws(EngineError) -> Double {
        guard let value = rounded(shift: 0, sticky: false) else {
            throw .overflowError("int too large to convert to float")
        }
        return value
    }

    /// Truncates towards zero: Python's `int(float)`.
    init(_ value: Double) throws(EngineError) {
        guard !value.isNaN else { throw .valueError("cannot convert float NaN to integer") }
        guard !value.isInfinite else { throw .overflowError("cannot convert float infinity to integer") }
        self.init(truncating: value)
    }

    /// Truncates a finite double.
    init(truncating value: Double) {
        if let small = Int(exactly: value.rounded(.towardZero)) {
            self.init(small)
            return
        }
        let significand = [UInt(value.significandBitPattern | 1 << 52)]
        let shifted = Limbs.shiftLeft(significand, by: Int(value.exponent) - 52)
        self.init(isNegative: value < 0, magnitude: shifted)
    }

    /// `/`: the double nearest to the exact quotient, however large the operands are.
    func trueQuotient(by divisor: BigInteger, _ meter: Meter) throws(EngineError) -> Double {
        guard !divisor.isZero else { throw .zeroDivision("division by zero") }
        if isZero { return divisor.isNegative ? -0.0 : 0.0 }
        let sign: Double = isNegative != divisor.isNegative ? -1 : 1
        let difference = bitLength - divisor.bitLength
        if difference > 1024 { throw .overflowError("integer division result too large for a float") }
        if difference < -1076 { return sign * 0.0 }
        // Enough bits for 53 and two more, so that one sticky bit decides the rounding.
        let shift = difference - 55
        var (numerator, denominator) = (magnitude, divisor.magnitude)
        if shift < 0 {
            numerator = Limbs.shiftLeft(numerator, by: -shift)
        } else {
            denominator = Limbs.shiftLeft(denominator, by: shift)
        }
        let (quotient, rest) = try Limbs.divide(numerator, by: denominator, meter)
        let exact = BigInteger(isNegative: false, magnitude: quotient)
        guard let value = exact.rounded(shift: shift, sticky: !rest.isEmpty) else {
            throw .overflowError("integer division result too large for a float")
        }
        return sign * value
    }

    /// The value times `2 ** shift`, plus a little if `sticky`, as the nearest double; nothing when it is too large.
    private func rounded(shift: Int, sticky: Bool) -> Double? {
        if isZero { return 0 }
        let exponent = bitLength + shift
        if exponent > 1024 { return nil }
        // Below the smallest normal number a double has fewer bits.
        let kept = min(53, exponent + 1074)
        if kept < 0 { return isNegative ? -0.0 : 0.0 }
        let dropped = bitLength - kept
        var significand = Limbs.shiftRight(magnitude, by: max(dropped, 0)).first ?? 0
        if dropped > 0 {
            let half = Limbs.shiftRight(magnitude, by: dropped - 1).first ?? 0
            let isAboveHalf = sticky || Limbs.hasBits(magnitude, below: dropped - 1)
            if half & 1 == 1, isAboveHalf || significand & 1 == 1 { significand += 1 }
        }
        let value = Double(sign: .plus, exponent: max(dropped, 0) + shift, significand: Double(significand))
        if value.isInfinite { return nil }
        return isNegative ? -value : value
    }

    /// The value times a power of two as the nearest double; nothing when it is too large.
    func scaled(powerOfTwo shift: Int) -> Double? {
        if shift > 1 << 20 { return isZero ? 0 : nil }
        return rounded(shift: max(shift, -1 << 20), sticky: false)
    }

    /// Compares exactly with a double that is not NaN: negative, zero or positive as the integer is below or above.
    func compare(with value: Double) -> Int {
        if value.isInfinite { return value > 0 ? -1 : 1 }
        let floor = value.rounded(.down)
        let whole = BigInteger(truncating: floor)
        if self == whole { return floor == value ? 0 : -1 }
        return self < whole ? -1 : 1
    }
}
