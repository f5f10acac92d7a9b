extension Decimal {
    /// A coefficient cut by so many digits, and whether it lost something.
    static func cut(
        _ coefficient: BigInteger,
        by count: Int,
        isNegative: Bool,
        _ rounding: DecimalContext.Rounding,
        _ meter: Meter
    ) throws(EngineError) -> (coefficient: BigInteger, isExact: Bool) {
        if count <= 0 { return (coefficient, true) }
        if coefficient.isZero { return (coefficient, true) }
        let digits = DecimalPowers.digitCount(coefficient)
        var (quotient, rest, half) = (BigInteger.zero, coefficient, -1)
        if count <= digits {
            let unit = try DecimalPowers.power(count, meter)
            (quotient, rest) = try coefficient.dividedFloor(by: unit, meter)
            let twice = try rest.shiftedLeft(by: 1, meter)
            half = twice < unit ? -1 : twice == unit ? 0 : 1
        }
        if rest.isZero { return (quotient, true) }
        let isUp: Bool
        switch rounding {
        case .up: isUp = true
        case .down: isUp = false
        case .ceiling: isUp = !isNegative
        case .floor: isUp = isNegative
        case .halfUp: isUp = half >= 0
        case .halfDown: isUp = half > 0
        case .halfEven: isUp = half > 0 || (half == 0 && quotient.isOdd)
        case .zeroFiveUp:
            let last = try quotient.modulo(10, meter)
            isUp = last.isZero || last == 5
        }
        return (isUp ? try quotient.adding(.one, meter) : quotient, false)
    }

    /// The value with another exponent, rounded if it has to lose digits.
    func rescaled(
        to exponent: Int,
        _ rounding: DecimalContext.Rounding,
        _ meter: Meter
    ) throws(EngineError) -> (value: Decimal, isExact: Bool) {
        guard let (coefficient, old) = finite else { return (self, true) }
        if coefficient.isZero { return (Decimal(isNegative: isNegative, .zero, exponent), true) }
        if old >= exponent {
            let scaled = try coefficient.multiplied(by: DecimalPowers.power(old - exponent, meter), meter)
            return (Decimal(isNegative: isNegative, scaled, exponent), true)
        }
        let (cut, isExact) = try Self.cut(
            coefficient,
            by: exponent - old,
            isNegative: isNegative,
            rounding,
            meter
        )
        return (Decimal(isNegative: isNegative, cut, exponent), isExact)
    }

    /// The exact result of an operation brought into a context: rounded, and within its exponents.
    func fitted(
        _ context: DecimalContext,
        signals: DecimalContext.Signals = [],
        _ meter: Meter
    ) throws(EngineError) -> Decimal {
        guard let (coefficient, exponent) = finite else {
            try context.check(signals)
            return self
        }
        var signals = signals
        if coefficient.isZero {
            let clamped = min(max(exponent, context.tiny), context.largestExponent)
            if clamped != exponent { signals.insert(.clamped) }
            try context.check(signals)
            return Decimal(isNegative: isNegative, .zero, clamped)
        }
        let digits = DecimalPowers.digitCount(coefficient)
        var least = digits + exponent - context.precision
        if exponent + digits - 1 > context.largestExponent { return try overflowed(context, signals) }
        let isSubnormal = exponent + digits - 1 < context.smallestExponent
        if isSubnormal { signals.insert(.subnormal) }
        least = max(least, context.tiny)
        guard exponent < least else {
            try context.check(signals)
            return self
        }
        var (result, isExact) = try rescaled(to: least, context.rounding, meter)
        if result.digitCount > context.precision {
            // Rounding up made a digit more, a zero at the end.
            (result, _) = try result.rescaled(to: least + 1, .down, meter)
        }
        signals.insert(.rounded)
        if !isExact {
            signals.insert(.inexact)
            if isSubnormal { signals.insert(.underflow) }
        }
        if result.isZero { signals.insert(.clamped) }
        if result.adjusted > context.largestExponent { return try result.overflowed(context, signals) }
        try context.check(signals)
        return result
    }

    private func overflowed(
        _ context: DecimalContext,
        _ signals: DecimalContext.Signals
    ) throws(EngineError) -> Decimal {
        try context.check(signals.union([.overflow, .inexact, .rounded]))
        let staysFinite: Bool
        switch context.rounding {
        case .down, .zeroFiveUp: staysFinite = true
        case .ceiling: staysFinite = isNegative
        case .floor: staysFinite = !isNegative
        default: staysFinite = false
        }
        guard staysFinite else { return Decimal(isNegative: isNegative, kind: .infinity) }
        let nines = try DecimalPowers.power(context.precision, Meter()).subtracting(.one, Meter())
        return Decimal(isNegative: isNegative, nines, context.largestExponent - context.precision + 1)
    }

    /// `quantize(pattern)`.
    func quantized(
        like pattern: Decimal,
        rounding: DecimalContext.Rounding? = nil,
        _ context: DecimalContext,
        _ meter: Meter
    ) throws(EngineError) -> Decimal {
        if let nan = try propagatedNaN(pattern, context) { return nan }
        if isInfinite || pattern.isInfinite {
            return isInfinite && pattern.isInfinite ? self : try context.invalid()
        }
        return try quantized(to: pattern.finite?.exponent ?? 0, rounding: rounding, context, meter)
    }

    /// `quantize` to an exponent.
    func quantized(
        to exponent: Int,
        rounding: DecimalContext.Rounding? = nil,
        _ context: DecimalContext,
        _ meter: Meter
    ) throws(EngineError) -> Decimal {
        guard exponent >= context.tiny, exponent <= context.largestExponent else {
            return try context.invalid()
        }
        if isZero { return try Decimal(isNegative: isNegative, .zero, exponent).fitted(context, meter) }
        guard adjusted <= context.largestExponent, adjusted - exponent + 1 <= context.precision else {
            return try context.invalid()
        }
        let (result, isExact) = try rescaled(to: exponent, rounding ?? context.rounding, meter)
        guard result.adjusted <= context.largestExponent, result.digitCount <= context.precision else {
            return try context.invalid()
        }
        var signals: DecimalContext.Signals = []
        if let old = finite?.exponent, exponent > old { signals.insert(.rounded) }
        if !isExact { signals.insert(.inexact) }
        return try result.fitted(context, signals: signals, meter)
    }

    /// `to_integral_value`.
    func integral(
        rounding: DecimalContext.Rounding? = nil,
        _ context: DecimalContext,
        _ meter: Meter
    ) throws(EngineError) -> Decimal {
        if let nan = try propagatedNaN(self, context) { return nan }
        guard let exponent = finite?.exponent, exponent < 0 else { return self }
        return try rescaled(to: 0, rounding ?? context.rounding, meter).value
    }

    /// `normalize`: without zeros at the end.
    func normalized(_ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Decimal {
        if let nan = try propagatedNaN(self, context) { return nan }
        let fitted = try fitted(context, meter)
        guard var (coefficient, exponent) = fitted.finite else { return fitted }
        if coefficient.isZero { return Decimal(isNegative: isNegative, .zero, 0) }
        while exponent < context.largestExponent {
            let (quotient, rest) = try coefficient.dividedFloor(by: 10, meter)
            guard rest.isZero else { break }
            (coefficient, exponent) = (quotient, exponent + 1)
        }
        return Decimal(isNegative: isNegative, coefficient, exponent)
    }

    /// The NaN that an operation gives when one of its operands is one; a signaling one is an invalid operation.
    func propagatedNaN(_ other: Decimal, _ context: DecimalContext) throws(EngineError) -> Decimal? {
        guard isNaN || other.isNaN else { return nil }
        let source = isSignalingNaN ? self : other.isSignalingNaN ? other : isNaN ? self : other
        guard case .nan(let payload, let isSignaling) = source.kind else { return nil }
        if isSignaling { try context.check(.invalidOperation) }
        return Decimal(isNegative: source.isNegative, kind: .nan(payload: payload, isSignaling: false))
    }
}
