/// Shifts and bit operations as on an endless two's complement.
extension BigInteger {
    /// `<<`.
    func shiftedLeft(by count: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger {
        guard !count.isNegative else { throw .valueError("negative shift count") }
        if isZero { return .zero }
        guard let bits = count.asInt, bits <= meter.limits.integerBits else {
            try meter.checkInteger(bits: .max)
            return .zero
        }
        return try shiftedLeft(by: bits, meter)
    }

    func shiftedLeft(by bits: Int, _ meter: Meter) throws(EngineError) -> BigInteger {
        try meter.checkInteger(bits: bitLength + bits)
        try meter.charge(steps: (magnitude.count + bits / 64) / 32 + 1)
        try meter.charge(bytes: (magnitude.count + bits / 64 + 1) * 8)
        return BigInteger(isNegative: isNegative, magnitude: Limbs.shiftLeft(magnitude, by: bits))
    }

    /// `>>`, which rounds down.
    func shiftedRight(by count: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger {
        guard !count.isNegative else { throw .valueError("negative shift count") }
        let bits = min(count.asInt ?? .max, bitLength)
        try meter.charge(steps: magnitude.count / 32 + 1)
        try meter.charge(bytes: magnitude.count * 8)
        let shifted = Limbs.shiftRight(magnitude, by: bits)
        let roundsAway = isNegative && Limbs.hasBits(magnitude, below: bits)
        return BigInteger(isNegative: isNegative, magnitude: roundsAway ? Limbs.add(shifted, [1]) : shifted)
    }

    /// `~`.
    func inverted(_ meter: Meter) throws(EngineError) -> BigInteger {
        try adding(.one, meter).negated
    }

    /// `&`.
    func and(_ other: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger {
        try combined(with: other, meter) { $0 & $1 }
    }

    /// `|`.
    func or(_ other: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger {
        try combined(with: other, meter) { $0 | $1 }
    }

    /// `^`.
    func xor(_ other: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger {
        try combined(with: other, meter) { $0 ^ $1 }
    }

    private func combined(
        with other: BigInteger,
        _ meter: Meter,
        _ operation: (UInt, UInt) -> UInt
    ) throws(EngineError) -> BigInteger {
        let count = max(magnitude.count, other.magnitude.count) + 1
        try meter.charge(steps: count / 16 + 1)
        try meter.charge(bytes: count * 8)
        let (left, right) = (complement(limbs: count), other.complement(limbs: count))
        var result = [UInt](repeating: 0, count: count)
        for index in 0..<count { result[index] = operation(left[index], right[index]) }
        guard result[count - 1] >> 63 == 1 else { return BigInteger(isNegative: false, magnitude: result) }
        Self.negate(&result)
        return BigInteger(isNegative: true, magnitude: result)
    }

    /// The two's complement in `count` limbs, more than the magnitude has.
    private func complement(limbs count: Int) -> [UInt] {
        var limbs = magnitude + [UInt](repeating: 0, count: count - magnitude.count)
        if isNegative { Self.negate(&limbs) }
        return limbs
    }

    private static func negate(_ limbs: inout [UInt]) {
        var carry = true
        for index in limbs.indices {
            (limbs[index], carry) = (~limbs[index]).addingReportingOverflow(carry ? 1 : 0)
        }
    }
}
