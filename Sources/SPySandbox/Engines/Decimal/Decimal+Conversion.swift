extension Decimal {
    /// `int(decimal)`, cut towards zero.
    func integer(_ meter: Meter) throws(EngineError) -> BigInteger {
        if isNaN { throw .valueError("cannot convert NaN to integer") }
        if isInfinite { throw .overflowError("cannot convert Infinity to integer") }
        return try wholeValue(meter)
    }

    /// `float(decimal)`.
    func toDouble(_ meter: Meter) throws(EngineError) -> Double {
        switch kind {
        case .infinity: return isNegative ? -.infinity : .infinity
        case .nan(_, let isSignaling):
            if isSignaling { throw .valueError("cannot convert signaling NaN to float") }
            return isNegative ? -.nan : .nan
        case .finite:
            return FloatText.parse(try text(.standard, meter).utf8) ?? .nan
        }
    }

    /// `round(decimal)`: the nearest integer, ties to even.
    func rounded(_ meter: Meter) throws(EngineError) -> BigInteger {
        guard isFinite else { return try integer(meter) }
        return try rescaled(to: 0, .halfEven, meter).value.wholeValue(meter)
    }

    /// `round(decimal, digits)`, which rounds as the context says.
    func rounded(digits: Int, _ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Decimal {
        if let nan = try propagatedNaN(self, context) { return nan }
        if isInfinite { return try context.invalid() }
        return try quantized(to: -digits, context, meter)
    }

    /// `as_integer_ratio()`.
    func integerRatio(_ meter: Meter) throws(EngineError) -> Fraction {
        if isNaN { throw .valueError("cannot convert NaN to integer ratio") }
        guard let (coefficient, exponent) = finite else {
            throw .overflowError("cannot convert Infinity to integer ratio")
        }
        if exponent >= 0 { return Fraction(try wholeValue(meter)) }
        let signed = isNegative ? coefficient.negated : coefficient
        return try Fraction(signed, DecimalPowers.power(-exponent, meter), meter)
    }

    /// The digits of `as_tuple()`.
    func digits(_ meter: Meter) throws(EngineError) -> [Int] {
        let number: BigInteger
        switch kind {
        case .infinity: return [0]
        case .nan(let payload, _): number = payload
        case .finite(let coefficient, _): number = coefficient
        }
        if isNaN, number.isZero { return [] }
        return try number.unlimitedDecimalDigits(meter).utf8.map { Int($0) - 48 }
    }
}
