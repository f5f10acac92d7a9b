extension Decimal {
    /// The order of two numbers, neither of them a NaN: negative, zero or positive.
    static func order(_ left: Decimal, _ right: Decimal, _ meter: Meter) throws(EngineError) -> Int {
        let (first, second) = (left.signum, right.signum)
        if first != second { return first < second ? -1 : 1 }
        if first == 0 { return 0 }
        if left.isInfinite || right.isInfinite {
            return left.isInfinite == right.isInfinite ? 0 : left.isInfinite ? first : -first
        }
        if left.adjusted != right.adjusted { return left.adjusted < right.adjusted ? -first : first }
        guard let (leftSize, leftExponent) = left.finite, let (rightSize, rightExponent) = right.finite else {
            return 0
        }
        let shift = leftExponent - rightExponent
        let one = try leftSize.multiplied(by: DecimalPowers.power(max(shift, 0), meter), meter)
        let two = try rightSize.multiplied(by: DecimalPowers.power(max(-shift, 0), meter), meter)
        return one == two ? 0 : (one < two ? -first : first)
    }

    /// `==`; a NaN equals nothing, and a signaling one is an invalid operation.
    func equals(_ other: Decimal, _ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Bool {
        if isSignalingNaN || other.isSignalingNaN { try context.check(.invalidOperation) }
        if isNaN || other.isNaN { return false }
        return try Self.order(self, other, meter) == 0
    }

    /// For `<`, `<=`, `>` and `>=`: the order, or nothing (all of them false) when one is a NaN and that is not trapped.
    func ordered(_ other: Decimal, _ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Int? {
        if isNaN || other.isNaN {
            try context.check(.invalidOperation)
            return nil
        }
        return try Self.order(self, other, meter)
    }

    /// `compare`: -1, 0 or 1 as a decimal.
    func compared(to other: Decimal, _ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Decimal
    {
        if let nan = try propagatedNaN(other, context) { return nan }
        return Decimal(BigInteger(try Self.order(self, other, meter)))
    }

    /// `max` and `min`, which prefer a number to a NaN.
    func extreme(
        _ other: Decimal,
        isLargest: Bool,
        _ context: DecimalContext,
        _ meter: Meter
    ) throws(EngineError) -> Decimal {
        if isNaN || other.isNaN {
            if isNaN, !isSignalingNaN, !other.isNaN { return try other.fitted(context, meter) }
            if other.isNaN, !other.isSignalingNaN, !isNaN { return try fitted(context, meter) }
            return try propagatedNaN(other, context) ?? .nan
        }
        var order = try Self.order(self, other, meter)
        if order == 0 { order = Self.tieOrder(self, other) }
        return try ((order > 0) == isLargest ? self : other).fitted(context, meter)
    }

    /// Equal numbers are told apart by sign, then by exponent.
    private static func tieOrder(_ left: Decimal, _ right: Decimal) -> Int {
        if left.isNegative != right.isNegative { return left.isNegative ? -1 : 1 }
        let (first, second) = (left.finite?.exponent ?? 0, right.finite?.exponent ?? 0)
        if first == second { return -1 }
        return (first < second) == left.isNegative ? 1 : -1
    }

    /// `hash`, equal to that of an equal int or float. A quiet NaN hashes to 0, where CPython takes its address.
    func pythonHash(_ meter: Meter) throws(EngineError) -> Int {
        switch kind {
        case .nan(_, let isSignaling):
            if isSignaling { throw .typeError("Cannot hash a signaling NaN value") }
            return 0
        case .infinity: return isNegative ? -NumericHash.infinity : NumericHash.infinity
        case .finite(let coefficient, let exponent):
            let power: UInt
            if exponent >= 0 {
                power = NumericHash.power(10, UInt(exponent))
            } else {
                // The inverse of ten, by Fermat.
                power = NumericHash.power(NumericHash.power(10, NumericHash.modulus - 2), exponent.magnitude)
            }
            let size = UInt(bitPattern: coefficient.pythonHash)
            return NumericHash.signed(
                NumericHash.multiply(size % NumericHash.modulus, power),
                isNegative: isNegative
            )
        }
    }
}
