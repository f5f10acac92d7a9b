/// `exp`, `ln`, `log10` and powers that are not whole, correctly rounded: computed as fixed-point integers with spare
/// digits, and again with more of them while the spare digits leave the rounding open.
extension Decimal {
    /// `exp`.
    func exponential(_ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Decimal {
        if let nan = try propagatedNaN(self, context) { return nan }
        if isInfinite { return isNegative ? .zero : self }
        if isZero { return .one }
        var rounding = context
        rounding.rounding = .halfEven
        if let extreme = try extremeExponential(rounding, meter) { return extreme }
        return try Self.rounded(rounding, meter) { digits throws(EngineError) in
            try FixedPoint.exponential(self, digits: digits, meter)
        }
    }

    private func extremeExponential(_ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Decimal?
    {
        let inexact: DecimalContext.Signals = [.inexact, .rounded]
        if adjusted > 8 {
            let extreme = Decimal(isNegative: false, .one, isNegative ? -4_000_000 : 2_000_000)
            return try extreme.fitted(context, signals: inexact, meter)
        }
        guard adjusted < -context.precision - 1 else { return nil }
        // So small that the result is 1 and a little, or a little less.
        let digits = context.precision + 2
        let one = try DecimalPowers.power(digits, meter)
        let value = isNegative ? try one.subtracting(.one, meter) : try one.adding(.one, meter)
        return try Decimal(isNegative: false, value, -digits).fitted(context, signals: inexact, meter)
    }

    /// `ln`.
    func naturalLogarithm(_ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Decimal {
        if let special = try specialLogarithm(context) { return special }
        if try Decimal.order(self, .one, meter) == 0 { return .zero }
        var rounding = context
        rounding.rounding = .halfEven
        return try Self.rounded(rounding, meter) { digits throws(EngineError) in
            try FixedPoint.logarithm(self, digits: digits, meter)
        }
    }

    /// `log10`.
    func decimalLogarithm(_ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Decimal {
        if let special = try specialLogarithm(context) { return special }
        var rounding = context
        rounding.rounding = .halfEven
        if let (coefficient, _) = finite, coefficient == (try DecimalPowers.power(digitCount - 1, meter)) {
            return try Decimal(BigInteger(adjusted)).fitted(rounding, meter)
        }
        return try Self.rounded(rounding, meter) { digits throws(EngineError) in
            let top = try FixedPoint.logarithm(self, digits: digits + 10, meter)
            let bottom = try FixedPoint.logarithm(Decimal(BigInteger(10)), digits: digits + 10, meter)
            let scale = try DecimalPowers.power(digits, meter)
            let scaled = try top.value.multiplied(by: scale, meter).floorQuotient(by: bottom.value, meter)
            // Both quotients are of values with the same number of decimals but for the first one's own.
            return FixedPoint(value: scaled, decimals: digits + top.decimals - bottom.decimals)
        }
    }

    private func specialLogarithm(_ context: DecimalContext) throws(EngineError) -> Decimal? {
        if let nan = try propagatedNaN(self, context) { return nan }
        if isZero { return Decimal(isNegative: true, kind: .infinity) }
        if isNegative { return try context.invalid() }
        return isInfinite ? self : nil
    }

    /// A positive base to a power that is not whole: `exp(ln(base) * exponent)` with 23 digits more than the result has,
    /// each step rounded, as libmpdec computes it. That shows where the result is next to one.
    func realPower(_ exponent: Decimal, _ context: DecimalContext, _ meter: Meter) throws(EngineError)
        -> Decimal
    {
        var work = DecimalContext.standard
        work.precision = max(context.precision, digitCount) + 23
        work.smallestExponent = -999_999_999_999_999_999
        work.largestExponent = 999_999_999_999_999_999
        work.traps = []
        let size = try naturalLogarithm(work, meter).multiplied(by: exponent, work, meter)
        // libmpdec looks at the size with the three digits more by which it rounds exactly.
        let least = Decimal(isNegative: false, 9, -work.precision - 4)
        if size.adjusted > 8 { return try size.extremeExponential(context, meter) ?? .one }
        if size.isZero { return try Self.paddedOne(context, meter) }
        if try Decimal.order(size.absoluteCopy, least, meter) <= 0 {
            return try Self.paddedOne(context, meter)
        }
        let result = try size.exponential(work, meter)
        if try Decimal.order(result, .one, meter) == 0 { return try Self.paddedOne(context, meter) }
        return try result.fitted(context, signals: [.inexact, .rounded], meter)
    }

    /// What is one to all digits is taken for exactly one, however it would be rounded.
    private static func paddedOne(_ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Decimal {
        let one = try DecimalPowers.power(context.precision - 1, meter)
        return try Decimal(isNegative: false, one, 1 - context.precision)
            .fitted(context, signals: [.inexact, .rounded], meter)
    }

    /// Rounds what `compute` gives with ever more digits, once its last digits do not leave the rounding open.
    private static func rounded(
        _ context: DecimalContext,
        _ meter: Meter,
        _ compute: (Int) throws(EngineError) -> FixedPoint
    ) throws(EngineError) -> Decimal {
        let isTie = [.halfEven, .halfUp, .halfDown].contains(context.rounding)
        var spare = 12
        while true {
            let result = try compute(context.precision + spare)
            let size = result.value.absolute
            let doubtful = DecimalPowers.digitCount(size) - context.precision
            if doubtful > 4 || size.isZero {
                let unit = try DecimalPowers.power(max(doubtful, 1), meter)
                // The values where the rounding turns: the middle, or else the ends.
                let turn = isTie ? try unit.floorQuotient(by: 2, meter) : .zero
                let rest = try size.modulo(unit, meter)
                let fromTurn = try rest.subtracting(turn, meter).absolute
                let distance = isTie ? fromTurn : min(fromTurn, try unit.subtracting(rest, meter))
                if distance > 1_000 || spare > 400 {
                    let value = Decimal(isNegative: result.value.isNegative, size, -result.decimals)
                    return try value.fitted(context, signals: [.inexact, .rounded], meter)
                }
            }
            spare += 24
        }
    }
}
