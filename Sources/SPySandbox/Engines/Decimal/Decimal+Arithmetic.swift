extension Decimal {
    /// `+`.
    func adding(_ other: Decimal, _ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Decimal {
        if let nan = try propagatedNaN(other, context) { return nan }
        if isInfinite {
            return other.isInfinite && isNegative != other.isNegative ? try context.invalid() : self
        }
        if other.isInfinite { return other }
        guard let left = finite, let right = other.finite else { return .nan }
        let exponent = min(left.exponent, right.exponent)
        let isFloor = context.rounding == .floor
        if left.coefficient.isZero || right.coefficient.isZero {
            return try addingZero(other, exponent, context, meter)
        }
        let (first, second) = try aligned(other, context, meter)
        guard let (leftSize, common) = first.finite, let (rightSize, _) = second.finite else { return .nan }
        let sum = try (isNegative ? leftSize.negated : leftSize)
            .adding(other.isNegative ? rightSize.negated : rightSize, meter)
        if sum.isZero { return try Decimal(isNegative: isFloor, .zero, common).fitted(context, meter) }
        return try Decimal(isNegative: sum.isNegative, sum.absolute, common).fitted(context, meter)
    }

    private func addingZero(
        _ other: Decimal,
        _ exponent: Int,
        _ context: DecimalContext,
        _ meter: Meter
    ) throws(EngineError) -> Decimal {
        if isZero, other.isZero {
            let isMinus = isNegative == other.isNegative ? isNegative : context.rounding == .floor
            return try Decimal(isNegative: isMinus, .zero, exponent).fitted(context, meter)
        }
        let value = isZero ? other : self
        guard let (_, old) = value.finite, old > exponent else { return try value.fitted(context, meter) }
        // The zero's exponent asks for more zeros, as many as the precision allows.
        let least = max(exponent, old - max(context.precision - value.digitCount, 0))
        return try value.rescaled(to: least, .down, meter).value.fitted(context, meter)
    }

    /// Both with one exponent. A number too small to matter becomes a single digit where it still makes the result
    /// inexact, so that far exponents cost nothing.
    private func aligned(
        _ other: Decimal,
        _ context: DecimalContext,
        _ meter: Meter
    ) throws(EngineError) -> (Decimal, Decimal) {
        let isLeftHigher = (finite?.exponent ?? 0) >= (other.finite?.exponent ?? 0)
        let (high, low) = isLeftHigher ? (self, other) : (other, self)
        guard let (_, highExponent) = high.finite, let (_, lowExponent) = low.finite else {
            return (self, other)
        }
        let limit = highExponent + min(-1, high.digitCount - context.precision - 2)
        var small = low
        if low.digitCount + lowExponent - 1 < limit {
            small = Decimal(isNegative: low.isNegative, .one, limit)
        }
        let large = try high.rescaled(to: small.finite?.exponent ?? 0, .down, meter).value
        return isLeftHigher ? (large, small) : (small, large)
    }

    /// `-`.
    func subtracting(_ other: Decimal, _ context: DecimalContext, _ meter: Meter) throws(EngineError)
        -> Decimal
    {
        try adding(other.isNaN ? other : other.negatedCopy, context, meter)
    }

    /// `*`.
    func multiplied(by other: Decimal, _ context: DecimalContext, _ meter: Meter) throws(EngineError)
        -> Decimal
    {
        if let nan = try propagatedNaN(other, context) { return nan }
        let sign = isNegative != other.isNegative
        if isInfinite || other.isInfinite {
            return isZero || other.isZero ? try context.invalid() : Decimal(isNegative: sign, kind: .infinity)
        }
        guard let left = finite, let right = other.finite else { return .nan }
        let product = try left.coefficient.multiplied(by: right.coefficient, meter)
        return try Decimal(isNegative: sign, product, left.exponent + right.exponent).fitted(context, meter)
    }

    /// `/`.
    func divided(by other: Decimal, _ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Decimal
    {
        if let nan = try propagatedNaN(other, context) { return nan }
        let sign = isNegative != other.isNegative
        if isInfinite {
            return other.isInfinite ? try context.invalid() : Decimal(isNegative: sign, kind: .infinity)
        }
        if other.isInfinite {
            return try Decimal(isNegative: sign, .zero, context.tiny).fitted(
                context,
                signals: .clamped,
                meter
            )
        }
        guard let left = finite, let right = other.finite else { return .nan }
        if right.coefficient.isZero {
            if left.coefficient.isZero { return try context.invalid(.divisionUndefined) }
            try context.check(.divisionByZero)
            return Decimal(isNegative: sign, kind: .infinity)
        }
        let ideal = left.exponent - right.exponent
        if left.coefficient.isZero {
            return try Decimal(isNegative: sign, .zero, ideal).fitted(context, meter)
        }
        let shift = other.digitCount - digitCount + context.precision + 1
        var exponent = ideal - shift
        let top = try left.coefficient.multiplied(by: DecimalPowers.power(max(shift, 0), meter), meter)
        let bottom = try right.coefficient.multiplied(by: DecimalPowers.power(max(-shift, 0), meter), meter)
        var (quotient, rest) = try top.dividedFloor(by: bottom, meter)
        if !rest.isZero {
            // A digit that is neither 0 nor 5 says that more follows.
            if try quotient.modulo(5, meter).isZero { quotient = try quotient.adding(.one, meter) }
        } else {
            while exponent < ideal {
                let (shorter, digit) = try quotient.dividedFloor(by: 10, meter)
                guard digit.isZero else { break }
                (quotient, exponent) = (shorter, exponent + 1)
            }
        }
        return try Decimal(isNegative: sign, quotient, exponent).fitted(context, meter)
    }

    /// `//`, cut towards zero.
    func integerQuotient(by other: Decimal, _ context: DecimalContext, _ meter: Meter) throws(EngineError)
        -> Decimal
    {
        if let nan = try propagatedNaN(other, context) { return nan }
        let sign = isNegative != other.isNegative
        if isInfinite {
            return other.isInfinite ? try context.invalid() : Decimal(isNegative: sign, kind: .infinity)
        }
        if other.isZero {
            if isZero { return try context.invalid(.divisionUndefined) }
            try context.check(.divisionByZero)
            return Decimal(isNegative: sign, kind: .infinity)
        }
        guard let parts = try wholeDivision(by: other, context, meter) else {
            return try context.invalid(.divisionImpossible)
        }
        return parts.quotient
    }

    /// `%`, with the sign of the dividend.
    func remainder(by other: Decimal, _ context: DecimalContext, _ meter: Meter) throws(EngineError)
        -> Decimal
    {
        if let nan = try propagatedNaN(other, context) { return nan }
        if isInfinite { return try context.invalid() }
        if other.isZero { return try context.invalid(isZero ? .divisionUndefined : .invalidOperation) }
        guard let parts = try wholeDivision(by: other, context, meter) else {
            return try context.invalid(.divisionImpossible)
        }
        return try parts.remainder.fitted(context, meter)
    }

    /// `divmod`.
    func divmod(
        _ other: Decimal,
        _ context: DecimalContext,
        _ meter: Meter
    ) throws(EngineError) -> (quotient: Decimal, remainder: Decimal) {
        if let nan = try propagatedNaN(other, context) { return (nan, nan) }
        let sign = isNegative != other.isNegative
        if isInfinite {
            let remainder = try context.invalid()
            return (other.isInfinite ? remainder : Decimal(isNegative: sign, kind: .infinity), remainder)
        }
        if other.isZero {
            if isZero {
                let nan = try context.invalid(.divisionUndefined)
                return (nan, nan)
            }
            try context.check([.divisionByZero, .invalidOperation])
            return (Decimal(isNegative: sign, kind: .infinity), .nan)
        }
        guard let parts = try wholeDivision(by: other, context, meter) else {
            let nan = try context.invalid(.divisionImpossible)
            return (nan, nan)
        }
        return (parts.quotient, try parts.remainder.fitted(context, meter))
    }

    /// The quotient cut to an integer and what remains; nothing if the quotient has more digits than the precision.
    private func wholeDivision(
        by other: Decimal,
        _ context: DecimalContext,
        _ meter: Meter
    ) throws(EngineError) -> (quotient: Decimal, remainder: Decimal)? {
        let sign = isNegative != other.isNegative
        guard let left = finite else { return nil }
        guard let right = other.finite else {
            return (Decimal(isNegative: sign, .zero, 0), self)
        }
        let ideal = min(left.exponent, right.exponent)
        let distance = adjusted - other.adjusted
        if isZero || distance <= -2 {
            let rest =
                try isZero
                ? Decimal(isNegative: isNegative, .zero, ideal) : rescaledForRemainder(ideal, context, meter)
            return (Decimal(isNegative: sign, .zero, 0), rest)
        }
        guard distance <= context.precision else { return nil }
        let top = try left.coefficient.multiplied(
            by: DecimalPowers.power(max(left.exponent - right.exponent, 0), meter),
            meter
        )
        let bottom = try right.coefficient.multiplied(
            by: DecimalPowers.power(max(right.exponent - left.exponent, 0), meter),
            meter
        )
        let (quotient, rest) = try top.dividedFloor(by: bottom, meter)
        guard quotient < (try DecimalPowers.power(context.precision, meter)) else { return nil }
        return (Decimal(isNegative: sign, quotient, 0), Decimal(isNegative: isNegative, rest, ideal))
    }

    /// A small dividend is its own remainder, with as many zeros as the divisor's exponent and the precision allow.
    private func rescaledForRemainder(
        _ ideal: Int,
        _ context: DecimalContext,
        _ meter: Meter
    ) throws(EngineError) -> Decimal {
        guard let (_, exponent) = finite, exponent > ideal else { return self }
        let least = max(ideal, exponent - max(context.precision - digitCount, 0))
        return try rescaled(to: least, .down, meter).value
    }

    /// Unary `-`, which rounds.
    func negated(_ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Decimal {
        if let nan = try propagatedNaN(self, context) { return nan }
        if isZero, context.rounding != .floor { return try absoluteCopy.fitted(context, meter) }
        return try negatedCopy.fitted(context, meter)
    }

    /// Unary `+`, which rounds.
    func plus(_ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Decimal {
        if let nan = try propagatedNaN(self, context) { return nan }
        if isZero, context.rounding != .floor { return try absoluteCopy.fitted(context, meter) }
        return try fitted(context, meter)
    }

    /// `abs`.
    func absolute(_ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Decimal {
        isNegative ? try negated(context, meter) : try plus(context, meter)
    }

    /// `sqrt`, the nearest number, ties to even.
    func squareRoot(_ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Decimal {
        if let nan = try propagatedNaN(self, context) { return nan }
        if isInfinite, !isNegative { return self }
        guard let (coefficient, exponent) = finite else { return try context.invalid() }
        var half = exponent >> 1
        if coefficient.isZero {
            return try Decimal(isNegative: isNegative, .zero, half).fitted(context, meter)
        }
        if isNegative { return try context.invalid() }
        let isOdd = exponent & 1 == 1
        var square = isOdd ? try coefficient.multiplied(by: 10, meter) : coefficient
        let shift = context.precision + 1 - ((digitCount + (isOdd ? 0 : 1)) >> 1) - (isOdd ? 1 : 0)
        var isExact = true
        if shift >= 0 {
            square = try square.multiplied(by: DecimalPowers.power(2 * shift, meter), meter)
        } else {
            let (quotient, rest) = try square.dividedFloor(by: DecimalPowers.power(-2 * shift, meter), meter)
            (square, isExact) = (quotient, rest.isZero)
        }
        half -= shift
        var root = try IntegerMath.squareRoot(square, meter)
        if isExact { isExact = try root.multiplied(by: root, meter) == square }
        if isExact {
            if shift >= 0 {
                root = try root.floorQuotient(by: DecimalPowers.power(shift, meter), meter)
            } else {
                root = try root.multiplied(by: DecimalPowers.power(-shift, meter), meter)
            }
            half += shift
        } else if try root.modulo(5, meter).isZero {
            root = try root.adding(.one, meter)
        }
        var rounding = context
        rounding.rounding = .halfEven
        return try Decimal(isNegative: false, root, half).fitted(rounding, meter)
    }
}
