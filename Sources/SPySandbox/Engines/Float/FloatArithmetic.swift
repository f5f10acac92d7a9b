internal import Glibc

/// The operations of Python's `float` that differ from the hardware's.
enum FloatArithmetic {
    /// `/`.
    @inline(__always)
    static func quotient(_ left: Double, _ right: Double) throws(EngineError) -> Double {
        guard right != 0 else { throw .zeroDivision("float division by zero") }
        return left / right
    }

    /// `//`.
    static func floorQuotient(_ left: Double, _ right: Double) throws(EngineError) -> Double {
        guard right != 0 else { throw .zeroDivision("float floor division by zero") }
        return divided(left, right).quotient
    }

    /// `%`.
    static func modulo(_ left: Double, _ right: Double) throws(EngineError) -> Double {
        guard right != 0 else { throw .zeroDivision("float modulo") }
        return divided(left, right).remainder
    }

    /// `divmod`.
    static func divmod(
        _ left: Double,
        _ right: Double
    ) throws(EngineError) -> (quotient: Double, remainder: Double) {
        guard right != 0 else { throw .zeroDivision("float divmod()") }
        return divided(left, right)
    }

    private static func divided(_ left: Double, _ right: Double) -> (quotient: Double, remainder: Double) {
        var remainder = left.truncatingRemainder(dividingBy: right)
        var quotient = (left - remainder) / right
        if remainder == 0 {
            remainder = Double(signOf: right, magnitudeOf: 0)
        } else if (right < 0) != (remainder < 0) {
            remainder += right
            quotient -= 1
        }
        guard quotient != 0 else { return (Double(signOf: left / right, magnitudeOf: 0), remainder) }
        var floor = quotient.rounded(.down)
        if quotient - floor > 0.5 { floor += 1 }
        return (floor, remainder)
    }

    /// `**`; nothing where Python answers with a complex number, which the subset does not have.
    static func power(_ base: Double, _ exponent: Double) throws(EngineError) -> Double? {
        if exponent == 0 || base == 1 { return 1 }
        if base.isNaN || exponent.isNaN { return .nan }
        if base == 0, exponent < 0 { throw .zeroDivision("0.0 cannot be raised to a negative power") }
        if base < 0, base.isFinite, exponent.isFinite, exponent.rounded(.down) != exponent { return nil }
        let result = pow(base, exponent)
        if result.isInfinite, base.isFinite, exponent.isFinite {
            throw .overflowError("(34, 'Numerical result out of range')")
        }
        return result
    }

    /// `round(float)`: the nearest integer, ties to even.
    static func rounded(_ value: Double) throws(EngineError) -> BigInteger {
        try BigInteger(value.rounded(.toNearestOrEven))
    }

    /// `round(float, digits)`: rounds the exact decimal value, ties to even.
    static func rounded(_ value: Double, digits: Int) throws(EngineError) -> Double {
        guard value.isFinite, value != 0 else { return value }
        if digits > 323 { return value }
        if digits < -308 { return Double(signOf: value, magnitudeOf: 0) }
        let decimal = DecimalDigits(fixed: value, decimals: digits)
        var literal = decimal.digits.map { $0 + 48 }
        literal += "e\(decimal.point - decimal.digits.count)".utf8
        guard let rounded = FloatText.nearest(literal), rounded.isFinite else {
            throw .overflowError("rounded value too large to represent")
        }
        return Double(signOf: value, magnitudeOf: rounded)
    }

    /// `float.as_integer_ratio()`: in lowest terms, the denominator a power of two.
    static func integerRatio(
        _ value: Double
    ) throws(EngineError) -> (numerator: BigInteger, denominator: BigInteger) {
        guard !value.isNaN else { throw .valueError("cannot convert NaN to integer ratio") }
        guard value.isFinite else { throw .overflowError("cannot convert Infinity to integer ratio") }
        if value == 0 { return (.zero, .one) }
        let isNormal = value.isNormal
        let significand = UInt(value.significandBitPattern) | (isNormal ? 1 << 52 : 0)
        let zeros = significand.trailingZeroBitCount
        let exponent = (isNormal ? Int(value.exponentBitPattern) : 1) - 1075 + zeros
        let odd = [significand >> UInt(zeros)]
        return (
            BigInteger(isNegative: value < 0, magnitude: Limbs.shiftLeft(odd, by: max(exponent, 0))),
            BigInteger(isNegative: false, magnitude: Limbs.shiftLeft([1], by: max(-exponent, 0)))
        )
    }

    /// `hash(float)`: that of the equal integer or fraction. A NaN hashes to 0, where CPython takes its address.
    static func hash(_ value: Double) -> Int {
        if value.isNaN { return 0 }
        if value.isInfinite { return value > 0 ? NumericHash.infinity : -NumericHash.infinity }
        if let small = Int(exactly: value) { return NumericHash.of(small) }
        let significand = UInt(value.significandBitPattern) | (value.isNormal ? 1 << 52 : 0)
        let exponent = (value.isNormal ? Int(value.exponentBitPattern) : 1) - 1075
        // Doubling is a rotation modulo 2**61 - 1, so any power of two is one of 61 factors.
        let turns = ((exponent % 61) + 61) % 61
        let hash = NumericHash.multiply(significand % NumericHash.modulus, 1 << UInt(turns))
        return NumericHash.signed(hash, isNegative: value < 0)
    }
}
