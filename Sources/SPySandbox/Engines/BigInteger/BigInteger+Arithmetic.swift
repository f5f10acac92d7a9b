extension BigInteger {
    func adding(_ other: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger {
        let size = max(magnitude.count, other.magnitude.count) + 1
        try meter.charge(steps: size / 32 + 1)
        try meter.charge(bytes: size * 8)
        if isNegative == other.isNegative {
            let sum = BigInteger(isNegative: isNegative, magnitude: Limbs.add(magnitude, other.magnitude))
            try meter.checkInteger(bits: sum.bitLength)
            return sum
        }
        return Limbs.compare(magnitude, other.magnitude) >= 0
            ? BigInteger(isNegative: isNegative, magnitude: Limbs.subtract(magnitude, other.magnitude))
            : BigInteger(isNegative: other.isNegative, magnitude: Limbs.subtract(other.magnitude, magnitude))
    }

    func subtracting(_ other: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger {
        try adding(other.negated, meter)
    }

    func multiplied(by other: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger {
        try meter.checkInteger(bits: bitLength + other.bitLength - 1)
        try meter.charge(bytes: (magnitude.count + other.magnitude.count) * 8)
        return BigInteger(
            isNegative: isNegative != other.isNegative,
            magnitude: try Limbs.multiply(magnitude, other.magnitude, meter)
        )
    }

    /// `divmod`: the quotient rounded down, and a remainder with the sign of the divisor.
    func dividedFloor(
        by divisor: BigInteger,
        _ meter: Meter
    ) throws(EngineError) -> (quotient: BigInteger, remainder: BigInteger) {
        guard !divisor.isZero else { throw .zeroDivision("integer division or modulo by zero") }
        try meter.charge(bytes: (magnitude.count + 1) * 8)
        let (quotient, rest) = try Limbs.divide(magnitude, by: divisor.magnitude, meter)
        if rest.isEmpty || isNegative == divisor.isNegative {
            return (
                BigInteger(isNegative: isNegative != divisor.isNegative, magnitude: quotient),
                BigInteger(isNegative: divisor.isNegative, magnitude: rest)
            )
        }
        return (
            BigInteger(isNegative: true, magnitude: Limbs.add(quotient, [1])),
            BigInteger(isNegative: divisor.isNegative, magnitude: Limbs.subtract(divisor.magnitude, rest))
        )
    }

    /// `//`.
    func floorQuotient(by divisor: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger {
        try dividedFloor(by: divisor, meter).quotient
    }

    /// `%`.
    func modulo(_ divisor: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger {
        guard !divisor.isZero else { throw .zeroDivision("integer modulo by zero") }
        return try dividedFloor(by: divisor, meter).remainder
    }

    /// `**` with an exponent that is not negative; for a negative one Python computes with floats.
    func power(_ exponent: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger {
        precondition(!exponent.isNegative, "a negative exponent is a matter of floats")
        if exponent.isZero { return .one }
        if magnitude.isEmpty { return .zero }
        if magnitude == [1] { return isNegative && exponent.isOdd ? self : .one }
        guard let count = exponent.asInt, count <= meter.limits.integerBits else {
            try meter.checkInteger(bits: .max)
            return .zero
        }
        let (bits, overflow) = (bitLength - 1).multipliedReportingOverflow(by: count)
        try meter.checkInteger(bits: overflow ? .max : bits)
        var result = self
        var bit = Int.bitWidth - count.leadingZeroBitCount - 2
        while bit >= 0 {
            result = try result.multiplied(by: result, meter)
            meter.refund(bytes: result.byteCount)
            if count >> bit & 1 == 1 { result = try result.multiplied(by: self, meter) }
            bit -= 1
        }
        return result
    }

    /// `pow(self, exponent, modulus)`.
    func power(
        _ exponent: BigInteger,
        modulo modulus: BigInteger,
        _ meter: Meter
    ) throws(EngineError) -> BigInteger {
        guard !modulus.isZero else { throw .valueError("pow() 3rd argument cannot be 0") }
        let size = modulus.absolute
        if size == .one { return .zero }
        var base = self
        if exponent.isNegative { base = try inverse(modulo: size, meter) }
        base = try base.modulo(size, meter)
        var result = BigInteger.one
        for bit in stride(from: exponent.bitLength - 1, through: 0, by: -1) {
            result = try result.multiplied(by: result, meter).modulo(size, meter)
            if exponent.magnitude[bit / 64] >> UInt(bit % 64) & 1 == 1 {
                result = try result.multiplied(by: base, meter).modulo(size, meter)
            }
            meter.refund(bytes: size.byteCount * 6)
        }
        return modulus.isNegative && !result.isZero ? try result.adding(modulus, meter) : result
    }

    /// `round(int, digits)` for negative digits: to a multiple of a power of ten, ties to even.
    func rounded(toPowerOfTen power: Int, _ meter: Meter) throws(EngineError) -> BigInteger {
        if isZero { return .zero }
        // A power of ten with more bits than twice the value rounds it to zero.
        if power > bitLength { return .zero }
        let unit = try BigInteger(10).power(BigInteger(power), meter)
        let (quotient, rest) = try dividedFloor(by: unit, meter)
        let twice = try rest.shiftedLeft(by: 1, meter)
        let isUp = unit < twice || (unit == twice && quotient.isOdd)
        let whole = isUp ? try quotient.adding(.one, meter) : quotient
        return try whole.multiplied(by: unit, meter)
    }

    /// The number whose product with this one leaves 1.
    private func inverse(modulo modulus: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger {
        var (previous, current) = (modulus, try modulo(modulus, meter))
        var (previousFactor, factor) = (BigInteger.zero, BigInteger.one)
        while !current.isZero {
            let (quotient, rest) = try previous.dividedFloor(by: current, meter)
            let next = try previousFactor.subtracting(quotient.multiplied(by: factor, meter), meter)
            (previous, current) = (current, rest)
            (previousFactor, factor) = (factor, next)
        }
        guard previous == .one else { throw .valueError("base is not invertible for the given modulus") }
        return previousFactor
    }
}
