/// An integer that stands for a number with so many decimals, good to about its last three digits.
struct FixedPoint: Sendable {
    var value: BigInteger
    var decimals: Int

    /// `e` to a power, with about so many significant digits.
    static func exponential(_ power: Decimal, digits: Int, _ meter: Meter) throws(EngineError) -> FixedPoint {
        // e ** x = 10 ** n * e ** r with a small r, whose series then converges fast.
        let places = digits + max(power.adjusted, 0) + 8
        let scale = try DecimalPowers.power(places, meter)
        let x = try fixed(power, places: places, meter)
        let ten = try logarithmOfTen(places: places, meter)
        let (tens, rest) = try x.dividedFloor(by: ten, meter)
        let halvings = 8
        let reduced = try rest.shiftedRight(by: BigInteger(halvings), meter)
        var (sum, term, index) = (scale, scale, 1)
        while !term.isZero {
            try meter.charge(steps: 2)
            term = try term.multiplied(by: reduced, meter).floorQuotient(by: scale, meter)
                .floorQuotient(by: BigInteger(index), meter)
            sum = try sum.adding(term, meter)
            index += 1
        }
        for _ in 0..<halvings { sum = try sum.multiplied(by: sum, meter).floorQuotient(by: scale, meter) }
        // Eight squarings cost about three digits.
        let trimmed = try sum.floorQuotient(by: 10_000, meter)
        return FixedPoint(value: trimmed, decimals: places - 4 - (tens.asInt ?? 0))
    }

    /// The natural logarithm of a positive number, with about so many significant digits.
    static func logarithm(_ number: Decimal, digits: Int, _ meter: Meter) throws(EngineError) -> FixedPoint {
        guard let (coefficient, _) = number.finite else { return FixedPoint(value: .zero, decimals: 0) }
        // Near 1 the logarithm is small, and its first digits are zeros.
        let overLow = try Decimal.order(number, Decimal(isNegative: false, 9, -1), meter)
        let overHigh = try Decimal.order(number, Decimal(isNegative: false, 11, -1), meter)
        let isNearOne = overLow > 0 && overHigh < 0
        let zeros = isNearOne ? number.digitCount + 2 : 0
        let places = digits + min(zeros, digits) + 8
        let scale = try DecimalPowers.power(places, meter)
        // number = m * 10 ** shift with m from about 0.3 to 3, or the number itself when it is near 1.
        let leading = try coefficient.floorQuotient(
            by: DecimalPowers.power(number.digitCount - 1, meter),
            meter
        )
        let shift = isNearOne ? 0 : number.adjusted + (leading > 2 ? 1 : 0)
        let mantissa = Decimal(isNegative: false, coefficient, (number.finite?.exponent ?? 0) - shift)
        let value = try fixed(mantissa, places: places, meter)
        let small = try logarithm(ofFixed: value, scale, meter)
        let tens = try logarithmOfTen(places: places, meter).multiplied(by: BigInteger(shift), meter)
        return FixedPoint(value: try small.adding(tens, meter), decimals: places)
    }

    /// The logarithm of a fixed-point number near 1: roots bring it nearer, then the series of the inverse hyperbolic
    /// tangent.
    private static func logarithm(
        ofFixed value: BigInteger,
        _ scale: BigInteger,
        _ meter: Meter
    ) throws(EngineError) -> BigInteger {
        let roots = 6
        // More places for the digits that the roots cost.
        let guardPlaces: BigInteger = 1_000_000
        let wide = try scale.multiplied(by: guardPlaces, meter)
        var root = try value.multiplied(by: guardPlaces, meter)
        for _ in 0..<roots { root = try IntegerMath.squareRoot(root.multiplied(by: wide, meter), meter) }
        let ratio = try root.subtracting(wide, meter).multiplied(by: wide, meter)
            .floorQuotient(by: root.adding(wide, meter), meter)
        let square = try ratio.multiplied(by: ratio, meter).floorQuotient(by: wide, meter)
        var (sum, power, index) = (ratio, ratio, 3)
        while !power.isZero, power != -1 {
            try meter.charge(steps: 2)
            power = try power.multiplied(by: square, meter).floorQuotient(by: wide, meter)
            sum = try sum.adding(power.floorQuotient(by: BigInteger(index), meter), meter)
            index += 2
        }
        return try sum.shiftedLeft(by: roots + 1, meter).floorQuotient(by: guardPlaces, meter)
    }

    private static func logarithmOfTen(places: Int, _ meter: Meter) throws(EngineError) -> BigInteger {
        let scale = try DecimalPowers.power(places, meter)
        return try logarithm(ofFixed: scale.multiplied(by: 10, meter), scale, meter)
    }

    private static func fixed(_ number: Decimal, places: Int, _ meter: Meter) throws(EngineError)
        -> BigInteger
    {
        let rescaled = try number.rescaled(to: -places, .down, meter).value
        guard let (coefficient, _) = rescaled.finite else { return .zero }
        return rescaled.isNegative ? coefficient.negated : coefficient
    }
}
