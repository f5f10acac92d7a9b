/// An exact quotient of integers in lowest terms, the denominator positive.
struct Fraction: Equatable, Sendable {
    private(set) var numerator: BigInteger
    private(set) var denominator: BigInteger

    static let zero = Fraction(.zero)

    init(_ value: BigInteger) {
        numerator = value
        denominator = .one
    }

    /// Reduces a quotient whose denominator is not zero.
    init(_ numerator: BigInteger, _ denominator: BigInteger, _ meter: Meter) throws(EngineError) {
        let divisor = try IntegerMath.gcd(numerator, denominator, meter)
        let signed = denominator.isNegative ? divisor.negated : divisor
        if signed == .one {
            self.numerator = numerator
            self.denominator = denominator
        } else {
            self.numerator = try numerator.floorQuotient(by: signed, meter)
            self.denominator = try denominator.floorQuotient(by: signed, meter)
        }
    }

    func adding(_ other: Fraction, _ meter: Meter) throws(EngineError) -> Fraction {
        let left = try numerator.multiplied(by: other.denominator, meter)
        let right = try other.numerator.multiplied(by: denominator, meter)
        return try Fraction(
            left.adding(right, meter),
            denominator.multiplied(by: other.denominator, meter),
            meter
        )
    }

    func subtracting(_ other: Fraction, _ meter: Meter) throws(EngineError) -> Fraction {
        var negated = other
        negated.numerator = other.numerator.negated
        return try adding(negated, meter)
    }

    func multiplied(by other: Fraction, _ meter: Meter) throws(EngineError) -> Fraction {
        try Fraction(
            numerator.multiplied(by: other.numerator, meter),
            denominator.multiplied(by: other.denominator, meter),
            meter
        )
    }

    /// Divides by an integer that is not zero.
    func divided(by divisor: BigInteger, _ meter: Meter) throws(EngineError) -> Fraction {
        try Fraction(numerator, denominator.multiplied(by: divisor, meter), meter)
    }

    /// The nearest float.
    func toDouble(_ meter: Meter) throws(EngineError) -> Double {
        try numerator.trueQuotient(by: denominator, meter)
    }

    /// The float nearest to the square root.
    func squareRoot(_ meter: Meter) throws(EngineError) -> Double {
        if numerator.isZero { return 0 }
        // 109 bits of the root, the last of them sticky, round as the exact root would.
        var shift = numerator.bitLength - denominator.bitLength - 109
        shift = (shift >= 0 ? shift : shift - 1) / 2
        let top = shift < 0 ? try numerator.shiftedLeft(by: -2 * shift, meter) : numerator
        let bottom = shift >= 0 ? try denominator.shiftedLeft(by: 2 * shift, meter) : denominator
        var root = try IntegerMath.squareRoot(top.floorQuotient(by: bottom, meter), meter)
        if try root.multiplied(by: root, meter).multiplied(by: bottom, meter) != top {
            root = try root.or(.one, meter)
        }
        return shift >= 0
            ? try root.shiftedLeft(by: shift, meter).trueQuotient(by: .one, meter)
            : try root.trueQuotient(by: BigInteger.one.shiftedLeft(by: -shift, meter), meter)
    }
}
