extension Decimal {
    /// `**`.
    func power(_ exponent: Decimal, _ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Decimal
    {
        if let nan = try propagatedNaN(exponent, context) { return nan }
        let isWhole = exponent.isWhole
        let isOdd = isWhole ? try exponent.isOddWhole(meter) : false
        let sign = isNegative && isOdd
        if isZero {
            if exponent.isZero { return try context.invalid() }
            return exponent.isNegative
                ? Decimal(isNegative: sign, kind: .infinity)
                : Decimal(isNegative: sign, .zero, 0)
        }
        if isNegative, !isWhole || exponent.isInfinite { return try context.invalid() }
        if exponent.isInfinite { return try powerOfInfinity(exponent, context, meter) }
        if isInfinite {
            if exponent.isZero { return .one }
            return exponent.isNegative
                ? try Decimal(isNegative: sign, .zero, 0).fitted(context, meter)
                : Decimal(isNegative: sign, kind: .infinity)
        }
        if exponent.isZero { return try Decimal.one.fitted(context, meter) }
        if let one = try powerOfOne(exponent, isWhole, sign, context, meter) { return one }
        if let extreme = try extremePower(exponent, sign, context, meter) { return extreme }
        guard isWhole else { return try realPower(exponent, context, meter) }
        return try wholePower(exponent, sign, context, meter)
    }

    /// Whether the value has no fraction.
    var isWhole: Bool {
        guard let (coefficient, exponent) = finite else { return isInfinite }
        if exponent >= 0 || coefficient.isZero { return true }
        guard adjusted >= 0, let power = try? DecimalPowers.power(-exponent, Meter()) else { return false }
        return (try? coefficient.modulo(power, Meter()).isZero) ?? false
    }

    private func isOddWhole(_ meter: Meter) throws(EngineError) -> Bool {
        guard let (coefficient, exponent) = finite, exponent <= 0 else { return false }
        return try coefficient.floorQuotient(by: DecimalPowers.power(-exponent, meter), meter).isOdd
    }

    private func powerOfInfinity(
        _ exponent: Decimal,
        _ context: DecimalContext,
        _ meter: Meter
    ) throws(EngineError) -> Decimal {
        let order = try Decimal.order(absoluteCopy, .one, meter)
        if order == 0 {
            let one = try DecimalPowers.power(context.precision - 1, meter)
            return try Decimal(isNegative: false, one, 1 - context.precision)
                .fitted(context, signals: [.inexact, .rounded], meter)
        }
        return (order > 0) == exponent.isNegative
            ? Decimal(isNegative: false, .zero, 0)
            : Decimal(isNegative: false, kind: .infinity)
    }

    /// One to any power is one, with zeros behind the point as a product would have them.
    private func powerOfOne(
        _ exponent: Decimal,
        _ isWhole: Bool,
        _ sign: Bool,
        _ context: DecimalContext,
        _ meter: Meter
    ) throws(EngineError) -> Decimal? {
        guard let (_, own) = finite, try Decimal.order(absoluteCopy, .one, meter) == 0 else { return nil }
        var signals: DecimalContext.Signals = []
        var zeros = context.precision - 1
        if isWhole {
            if exponent.isNegative { return Decimal(isNegative: sign, .one, 0) }
            // One has no zeros to add; an exponent with many digits asks for more than any precision.
            if own == 0 {
                zeros = 0
            } else if exponent.adjusted > 18 {
                signals = .rounded
            } else {
                let count = try exponent.wholeValue(meter).multiplied(by: BigInteger(-own), meter)
                if let count = count.asInt, count <= zeros { zeros = count } else { signals = .rounded }
            }
        } else {
            signals = [.inexact, .rounded]
        }
        try context.check(signals)
        return Decimal(isNegative: sign, try DecimalPowers.power(max(zeros, 0), meter), -max(zeros, 0))
    }

    /// The result where a glance at the exponents shows that it is too large or too small, with libmpdec's bounds.
    private func extremePower(
        _ exponent: Decimal,
        _ sign: Bool,
        _ context: DecimalContext,
        _ meter: Meter
    ) throws(EngineError) -> Decimal? {
        func digits(_ value: Int) -> Int { String(value.magnitude).utf8.count }
        // A lower bound of the exponent of |log10(base)|.
        let bound: Int
        switch adjusted {
        case 1...: bound = digits(adjusted) - 1
        case ..<(-1): bound = digits(adjusted + 1) - 1
        default:
            var exact = DecimalContext.standard
            exact.precision = digitCount + 2
            exact.traps = []
            bound = try absoluteCopy.subtracting(.one, exact, meter).adjusted - 1
        }
        let isSmall = (adjusted < 0) != exponent.isNegative
        let limit = digits(isSmall ? -context.tiny : context.largestExponent)
        guard limit < bound + exponent.adjusted else { return nil }
        let power = isSmall ? context.tiny - 1 : context.largestExponent + 1
        return try Decimal(isNegative: sign, .one, power).fitted(context, meter)
    }

    /// Squares and multiplies with a few digits more than the context has, as libmpdec does.
    private func wholePower(
        _ exponent: Decimal,
        _ sign: Bool,
        _ context: DecimalContext,
        _ meter: Meter
    ) throws(EngineError) -> Decimal {
        guard let parts = exponent.finite else { return .nan }
        let count = try exponent.absoluteCopy.wholeValue(meter)
        var work = context
        work.precision += exponent.digitCount + parts.exponent + 2
        work.rounding = .halfEven
        work.traps = []

        var base = self
        if exponent.isNegative {
            work.precision += 1
            base = try Decimal.one.divided(by: self, work, meter)
        }
        var result = base
        for bit in stride(from: count.bitLength - 2, through: 0, by: -1) {
            try meter.charge(steps: 2)
            result = try result.multiplied(by: result, work, meter)
            if count.magnitude[bit / 64] >> UInt(bit % 64) & 1 == 1 {
                result = try result.multiplied(by: base, work, meter)
            }
            if !result.isFinite || result.isZero { break }
        }
        result.isNegative = sign
        if result.isInfinite {
            return try Decimal(isNegative: sign, .one, context.largestExponent + 1).fitted(context, meter)
        }
        if result.isZero {
            let signals: DecimalContext.Signals = [.inexact, .rounded, .subnormal, .underflow]
            return try result.fitted(context, signals: signals, meter)
        }
        return try result.fitted(context, meter)
    }

    /// The integer that a whole number is.
    func wholeValue(_ meter: Meter) throws(EngineError) -> BigInteger {
        guard let (coefficient, exponent) = finite else { return .zero }
        let size: BigInteger
        if exponent >= 0 {
            let bits = exponent.multipliedReportingOverflow(by: 3)
            try meter.checkInteger(bits: bits.overflow ? .max : bits.partialValue)
            size = try coefficient.multiplied(by: DecimalPowers.power(exponent, meter), meter)
        } else if adjusted < 0 {
            size = .zero
        } else {
            size = try coefficient.floorQuotient(by: DecimalPowers.power(-exponent, meter), meter)
        }
        return isNegative ? size.negated : size
    }
}
