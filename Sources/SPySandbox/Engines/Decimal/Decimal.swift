/// Python's `decimal.Decimal`: a sign, an integer and a power of ten, or an infinity, or not a number.
///
/// Trailing zeros are part of the value (`1.10` is not written as `1.1`), so `==` here is Python's numeric equality and
/// `isIdentical` the equality of representation.
struct Decimal: Sendable {
    enum Kind: Equatable, Sendable {
        /// `coefficient * 10 ** exponent`, the coefficient not negative.
        case finite(coefficient: BigInteger, exponent: Int)
        case infinity
        /// The payload is zero unless one was given.
        case nan(payload: BigInteger, isSignaling: Bool)
    }

    var isNegative: Bool
    var kind: Kind

    static let zero = Decimal(.zero)
    static let one = Decimal(.one)
    static let nan = Decimal(isNegative: false, kind: .nan(payload: .zero, isSignaling: false))

    init(isNegative: Bool, kind: Kind) {
        self.isNegative = isNegative
        self.kind = kind
    }

    init(isNegative: Bool, _ coefficient: BigInteger, _ exponent: Int) {
        self.init(isNegative: isNegative, kind: .finite(coefficient: coefficient, exponent: exponent))
    }

    /// `Decimal(int)`, exactly.
    init(_ value: BigInteger) {
        self.init(isNegative: value.isNegative, value.absolute, 0)
    }

    /// `Decimal(float)`, exactly.
    init(_ value: Double, _ meter: Meter) throws(EngineError) {
        if value.isNaN {
            self = .nan
        } else if value.isInfinite {
            self.init(isNegative: value < 0, kind: .infinity)
        } else {
            let (numerator, denominator) = try FloatArithmetic.integerRatio(value)
            // A power of two below is a power of five above.
            let shift = denominator.bitLength - 1
            let coefficient = try numerator.absolute.multiplied(
                by: BigInteger(5).power(BigInteger(shift), meter),
                meter
            )
            self.init(isNegative: value.sign == .minus, coefficient, -shift)
        }
    }

    /// The parts, when it is a number.
    var finite: (coefficient: BigInteger, exponent: Int)? {
        if case .finite(let coefficient, let exponent) = kind { (coefficient, exponent) } else { nil }
    }

    var isNaN: Bool { if case .nan = kind { true } else { false } }
    var isSignalingNaN: Bool { if case .nan(_, true) = kind { true } else { false } }
    var isInfinite: Bool { kind == .infinity }
    var isFinite: Bool { finite != nil }
    var isZero: Bool { finite?.coefficient.isZero ?? false }
    /// -1, 0 or 1; a NaN has none.
    var signum: Int { isZero ? 0 : isNegative ? -1 : 1 }
    /// How many digits the coefficient has; zero has one.
    var digitCount: Int { finite.map { DecimalPowers.digitCount($0.coefficient) } ?? 0 }
    /// `adjusted()`: the exponent of the first digit; 0 for what is not finite.
    var adjusted: Int { finite.map { $0.exponent + DecimalPowers.digitCount($0.coefficient) - 1 } ?? 0 }
    /// Bytes that the digits take, for a meter.
    var byteCount: Int { finite?.coefficient.byteCount ?? 0 }

    var negatedCopy: Decimal { Decimal(isNegative: !isNegative, kind: kind) }
    var absoluteCopy: Decimal { Decimal(isNegative: false, kind: kind) }

    func isIdentical(to other: Decimal) -> Bool { isNegative == other.isNegative && kind == other.kind }
}

/// Powers of ten, and counts of digits.
enum DecimalPowers {
    private static let small: [BigInteger] = {
        var powers = [BigInteger.one]
        var limbs: [UInt] = [1]
        for _ in 0..<128 {
            Limbs.multiplyAdd(&limbs, by: 10, adding: 0)
            powers.append(BigInteger(isNegative: false, magnitude: limbs))
        }
        return powers
    }()

    static func power(_ exponent: Int, _ meter: Meter) throws(EngineError) -> BigInteger {
        if exponent < small.count { return small[exponent] }
        return try BigInteger(10).power(BigInteger(exponent), meter)
    }

    /// Digits of a number that is not negative; 1 for zero.
    static func digitCount(_ value: BigInteger) -> Int {
        if value.isZero { return 1 }
        // 2 ** (bits - 1) tells the count of digits up to one; a comparison tells the rest.
        let low = (value.bitLength - 1) * 3_010_299_956 / 10_000_000_000
        guard let limit = try? power(low + 1, unlimited()) else { return low + 1 }
        return value < limit ? low + 1 : low + 2
    }

    /// For powers no larger than a number that exists already.
    private static func unlimited() -> Meter {
        Meter(limits: .init(steps: .max, bytes: .max, integerBits: .max))
    }
}
