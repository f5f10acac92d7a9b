/// The functions of Python's `math` on integers.
enum IntegerMath {
    /// `math.gcd` of two; the interpreter folds more.
    static func gcd(_ left: BigInteger, _ right: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger
    {
        var (first, second) = (left.absolute, right.absolute)
        while !second.isZero {
            if let small = first.asInt, let other = second.asInt {
                try meter.charge(steps: 4)
                return BigInteger(gcd(small, other))
            }
            (first, second) = (second, try first.modulo(second, meter))
            meter.refund(bytes: first.byteCount)
        }
        return first
    }

    private static func gcd(_ left: Int, _ right: Int) -> Int {
        var (first, second) = (left, right)
        while second != 0 { (first, second) = (second, first % second) }
        return first
    }

    /// `math.lcm` of two.
    static func lcm(_ left: BigInteger, _ right: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger
    {
        if left.isZero || right.isZero { return .zero }
        let divisor = try gcd(left, right, meter)
        return try left.floorQuotient(by: divisor, meter).multiplied(by: right, meter).absolute
    }

    /// `math.factorial`.
    static func factorial(_ value: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger {
        guard !value.isNegative else { throw .valueError("factorial() not defined for negative values") }
        guard let count = value.asInt else {
            throw .overflowError("factorial() argument should not exceed 9223372036854775807")
        }
        if count < 2 { return .one }
        return try product(from: 2, through: count, meter)
    }

    /// The product of a range, halved so that factors stay of one size.
    private static func product(from first: Int, through last: Int, _ meter: Meter) throws(EngineError)
        -> BigInteger
    {
        try meter.checkInteger(bits: last - first)
        if last - first < 8 {
            try meter.charge(steps: 2)
            var result = BigInteger(first)
            var factor = first + 1
            while factor <= last {
                result = try result.multiplied(by: BigInteger(factor), meter)
                factor += 1
            }
            return result
        }
        let middle = first + (last - first) / 2
        let low = try product(from: first, through: middle, meter)
        return try low.multiplied(by: product(from: middle + 1, through: last, meter), meter)
    }

    /// `math.perm(total, chosen)`.
    static func permutations(
        _ total: BigInteger,
        _ chosen: BigInteger,
        _ meter: Meter
    ) throws(EngineError) -> BigInteger {
        guard !total.isNegative else { throw .valueError("n must be a non-negative integer") }
        guard !chosen.isNegative else { throw .valueError("k must be a non-negative integer") }
        if total < chosen { return .zero }
        guard let factors = chosen.asInt else {
            throw .overflowError("k must not exceed 9223372036854775807")
        }
        return try fallingProduct(total, factors, meter)
    }

    /// `math.comb(total, chosen)`.
    static func combinations(
        _ total: BigInteger,
        _ chosen: BigInteger,
        _ meter: Meter
    ) throws(EngineError) -> BigInteger {
        guard !total.isNegative else { throw .valueError("n must be a non-negative integer") }
        guard !chosen.isNegative else { throw .valueError("k must be a non-negative integer") }
        if total < chosen { return .zero }
        let fewer = min(chosen, try total.subtracting(chosen, meter))
        guard let factors = fewer.asInt else {
            throw .overflowError("min(n - k, k) must not exceed 9223372036854775807")
        }
        if factors == 0 { return .one }
        try meter.checkInteger(bits: factors)
        return try fallingProduct(total, factors, meter).floorQuotient(
            by: product(from: 1, through: factors, meter),
            meter
        )
    }

    /// `total * (total - 1) * …`, so many factors.
    private static func fallingProduct(
        _ total: BigInteger,
        _ factors: Int,
        _ meter: Meter
    ) throws(EngineError) -> BigInteger {
        if factors == 0 { return .one }
        if let small = total.asInt { return try product(from: small - factors + 1, through: small, meter) }
        try meter.checkInteger(bits: factors)
        var result = total
        for step in 1..<max(factors, 1) {
            result = try result.multiplied(by: total.subtracting(BigInteger(step), meter), meter)
        }
        return result
    }

    /// `math.isqrt`.
    static func squareRoot(_ value: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger {
        guard !value.isNegative else { throw .valueError("isqrt() argument must be nonnegative") }
        if value.isZero { return .zero }
        // Newton's iteration from above, with a start that is right in its first bits.
        var root = try BigInteger.one.shiftedLeft(by: (value.bitLength + 1) / 2, meter)
        while true {
            let next = try root.adding(value.floorQuotient(by: root, meter), meter).shiftedRight(by: 1, meter)
            meter.refund(bytes: 4 * root.byteCount)
            if next >= root { return root }
            root = next
        }
    }
}
