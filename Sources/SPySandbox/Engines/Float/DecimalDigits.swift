/// A finite float as decimal digits: `0.d1d2d3… × 10 ** point`, exactly rounded where it was cut.
///
/// This is the one place where binary becomes decimal; `repr`, formatting and `round` all read from it.
struct DecimalDigits: Equatable, Sendable {
    /// Values from 0 to 9, the first of them not zero unless the number is zero.
    var digits: [UInt8]
    /// Where the decimal point stands, counted from before the first digit.
    var point: Int

    /// Beyond so many decimals every float has only zeros left.
    static let mostDecimals = 1_100

    /// The fewest digits that read back as the same float: those of `repr`.
    init(shortest value: Double) {
        digits = []
        point = 0
        var (exponent, exponentIsNegative, inExponent, seenPoint) = (0, false, false, false)
        // The standard library finds the shortest digits; only its layout differs from Python's.
        for byte in value.magnitude.description.utf8 {
            switch byte {
            case UInt8(ascii: "."): seenPoint = true
            case UInt8(ascii: "e"): inExponent = true
            case UInt8(ascii: "-"): exponentIsNegative = true
            case UInt8(ascii: "+"): break
            case _ where inExponent: exponent = exponent * 10 + Int(byte - 48)
            default:
                digits.append(byte - 48)
                if !seenPoint { point += 1 }
            }
        }
        point += exponentIsNegative ? -exponent : exponent
        normalize()
    }

    /// The value to `decimals` places after the point (before it, when negative), ties to even.
    init(fixed value: Double, decimals: Int) {
        let places = min(decimals, Self.mostDecimals)
        digits = places < -400 ? [] : Self.scaled(value.magnitude, by: places)
        point = digits.count - places
        if digits.isEmpty { point = 0 }
        trimZeros()
    }

    /// The value to `count` significant digits, ties to even.
    init(significant value: Double, count: Int) {
        let wanted = min(count, Self.mostDecimals)
        guard value != 0 else {
            self.digits = [0]
            self.point = 1
            return
        }
        var guess = DecimalDigits(shortest: value).point
        var digits = Self.scaled(value.magnitude, by: wanted - guess)
        while digits.count != wanted {
            // Rounding, here or in the shortest digits, may have crossed a power of ten.
            guess += digits.count > wanted ? 1 : -1
            digits = Self.scaled(value.magnitude, by: wanted - guess)
        }
        self.digits = digits
        self.point = guess
        trimZeros()
    }

    /// The digits of `value * 10 ** power` rounded to an integer, ties to even; none for zero.
    private static func scaled(_ value: Double, by power: Int) -> [UInt8] {
        if value == 0 { return [] }
        let isNormal = value.isNormal
        let significand = UInt(value.significandBitPattern) | (isNormal ? 1 << 52 : 0)
        let exponent = (isNormal ? Int(value.exponentBitPattern) : 1) - 1075
        if power >= 0, power <= 22, exponent < 0 {
            return digits(of: scaledQuickly(significand, exponent: exponent, power: power))
        }
        return digits(of: scaledExactly(significand, exponent: exponent, power: power))
    }

    /// 53 bits times `10 ** 22` fit 128 bits.
    private static func scaledQuickly(_ significand: UInt, exponent: Int, power: Int) -> UInt128 {
        var product = UInt128(significand)
        for _ in 0..<power { product *= 10 }
        if exponent < -127 { return 0 }
        let quotient = product >> UInt128(-exponent)
        let rest = product - quotient << UInt128(-exponent)
        let half = UInt128(1) << UInt128(-exponent - 1)
        return rest > half || (rest == half && quotient & 1 == 1) ? quotient + 1 : quotient
    }

    private static func scaledExactly(_ significand: UInt, exponent: Int, power: Int) -> [UInt] {
        var numerator = significand == 0 ? [] : [significand]
        var denominator: [UInt] = [1]
        if power > 0 { numerator = timesPowerOfTen(numerator, power) }
        if power < 0 { denominator = timesPowerOfTen(denominator, -power) }
        if exponent > 0 { numerator = Limbs.shiftLeft(numerator, by: exponent) }
        if exponent < 0 { denominator = Limbs.shiftLeft(denominator, by: -exponent) }
        guard let (quotient, rest) = try? Limbs.divide(numerator, by: denominator, Meter()) else { return [] }
        let order = Limbs.compare(Limbs.shiftLeft(rest, by: 1), denominator)
        let isOdd = (quotient.first ?? 0) & 1 == 1
        return order > 0 || (order == 0 && isOdd) ? Limbs.add(quotient, [1]) : quotient
    }

    private static func timesPowerOfTen(_ limbs: [UInt], _ power: Int) -> [UInt] {
        var (result, rest) = (limbs, power)
        while rest >= 18 {
            Limbs.multiplyAdd(&result, by: 1_000_000_000_000_000_000, adding: 0)
            rest -= 18
        }
        for _ in 0..<rest { Limbs.multiplyAdd(&result, by: 10, adding: 0) }
        return result
    }

    private static func digits(of number: UInt128) -> [UInt8] {
        var (digits, rest): ([UInt8], UInt128) = ([], number)
        while rest > UInt128(UInt64.max) {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            digits.append(UInt8(digit))
            rest = quotient
        }
        var small = UInt64(rest)
        while small > 0 {
            digits.append(UInt8(small % 10))
            small /= 10
        }
        digits.reverse()
        return digits
    }

    private static func digits(of number: [UInt]) -> [UInt8] {
        var (digits, rest): ([UInt8], [UInt]) = ([], number)
        while !rest.isEmpty {
            var group = Limbs.divide(&rest, by: 1_000_000_000_000_000_000)
            for _ in 0..<18 where group > 0 || !rest.isEmpty {
                digits.append(UInt8(group % 10))
                group /= 10
            }
        }
        digits.reverse()
        return digits
    }

    private mutating func normalize() {
        let zeros = digits.prefix { $0 == 0 }.count
        if zeros == digits.count {
            digits = [0]
            point = 1
            return
        }
        digits.removeFirst(zeros)
        point -= zeros
        trimZeros()
    }

    private mutating func trimZeros() {
        while digits.count > 1, digits.last == 0 { digits.removeLast() }
        if digits.isEmpty {
            digits = [0]
            point = 1
        }
    }
}
