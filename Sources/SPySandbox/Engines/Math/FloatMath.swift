internal import Glibc

/// The functions of Python's `math` on floats, with its rules about what is an error.
enum FloatMath {
    static let domainError = EngineError.valueError("math domain error")
    static let rangeError = EngineError.overflowError("math range error")

    /// A function of one float by its name in `math`; nothing if there is none.
    static func function(named name: String) -> ((Double) throws(EngineError) -> Double)? {
        guard let function = table[name] else { return nil }
        return { value throws(EngineError) in try function.apply(value) }
    }

    /// The names that `function(named:)` knows.
    static var names: [String] { table.keys.sorted() }

    private struct Function: Sendable {
        var compute: @Sendable (Double) -> Double
        /// Whether an infinite result of a finite value means that it was too large, not that there is none.
        var overflows = false
        /// Whether any result stands as it is.
        var isPlain = false

        func apply(_ value: Double) throws(EngineError) -> Double {
            let result = compute(value)
            if isPlain { return result }
            if result.isNaN, !value.isNaN { throw FloatMath.domainError }
            if result.isInfinite, value.isFinite {
                throw overflows ? FloatMath.rangeError : FloatMath.domainError
            }
            return result
        }
    }

    private static let table: [String: Function] = [
        "acos": .init(compute: { acos($0) }), "acosh": .init(compute: { acosh($0) }),
        "asin": .init(compute: { asin($0) }), "asinh": .init(compute: { asinh($0) }),
        "atan": .init(compute: { atan($0) }), "atanh": .init(compute: { atanh($0) }),
        "cbrt": .init(compute: { cbrt($0) }), "cos": .init(compute: { cos($0) }),
        "cosh": .init(compute: { cosh($0) }, overflows: true), "erf": .init(compute: { erf($0) }),
        "erfc": .init(compute: { erfc($0) }), "exp": .init(compute: { exp($0) }, overflows: true),
        "exp2": .init(compute: { exp2($0) }, overflows: true),
        "expm1": .init(compute: { expm1($0) }, overflows: true), "fabs": .init(compute: { abs($0) }),
        "log1p": .init(compute: { log1p($0) }), "sin": .init(compute: { sin($0) }),
        "sinh": .init(compute: { sinh($0) }, overflows: true), "sqrt": .init(compute: { sqrt($0) }),
        "tan": .init(compute: { tan($0) }), "tanh": .init(compute: { tanh($0) }),
        "log": .init(compute: { log($0) }), "log2": .init(compute: { log2($0) }),
        "log10": .init(compute: { log10($0) }),
        "degrees": .init(compute: { $0 * (180 / Double.pi) }, isPlain: true),
        "radians": .init(compute: { $0 * (Double.pi / 180) }),
    ]

    /// `log`, `log2` or `log10` of an integer of any size.
    static func logarithm(
        named name: String,
        of value: BigInteger,
        _ meter: Meter
    ) throws(EngineError) -> Double {
        guard let function = table[name], !value.isNegative, !value.isZero else { throw domainError }
        if value.bitLength <= 1_023 { return try function.apply(value.toDouble()) }
        let exponent = value.bitLength
        // The fraction from one half to one that CPython takes for it, rounded once.
        let scaled = value.scaled(powerOfTwo: -exponent) ?? 1
        return function.compute(scaled) + function.compute(2) * Double(exponent)
    }

    static func power(_ base: Double, _ exponent: Double) throws(EngineError) -> Double {
        let result = pow(base, exponent)
        guard base.isFinite, exponent.isFinite else { return result }
        if result.isNaN { throw domainError }
        if result.isInfinite { throw base == 0 ? domainError : rangeError }
        return result
    }

    static func arcTangent(_ y: Double, _ x: Double) -> Double { atan2(y, x) }

    static func copySign(_ value: Double, _ sign: Double) -> Double { copysign(value, sign) }

    static func remainderOfTruncation(_ value: Double, _ divisor: Double) throws(EngineError) -> Double {
        if value.isNaN || divisor.isNaN { return .nan }
        if divisor.isInfinite, value.isFinite { return value }
        guard value.isFinite, divisor != 0 else { throw domainError }
        return fmod(value, divisor)
    }

    /// `math.remainder`, from the nearest multiple.
    static func remainder(_ value: Double, _ divisor: Double) throws(EngineError) -> Double {
        if value.isNaN || divisor.isNaN { return .nan }
        guard value.isFinite, divisor != 0 else { throw domainError }
        return Glibc.remainder(value, divisor)
    }

    /// `math.ldexp`; any exponent, as clamping does not change the result.
    static func scale(_ value: Double, _ exponent: BigInteger) throws(EngineError) -> Double {
        guard value.isFinite, value != 0 else { return value }
        let clamped =
            exponent.asInt.map { min(max($0, -5_000), 5_000) } ?? (exponent.isNegative ? -5_000 : 5_000)
        let result = ldexp(value, Int32(clamped))
        if result.isInfinite { throw rangeError }
        return result
    }

    /// `math.frexp`.
    static func fractionAndExponent(_ value: Double) -> (fraction: Double, exponent: Int) {
        guard value.isFinite, value != 0 else { return (value, 0) }
        return (
            Double(sign: value.sign, exponent: -1, significand: value.significand), Int(value.exponent) + 1
        )
    }

    /// `math.modf`.
    static func fractionAndWhole(_ value: Double) -> (fraction: Double, whole: Double) {
        if value.isInfinite { return (Double(signOf: value, magnitudeOf: 0), value) }
        let whole = value.rounded(.towardZero)
        return (Double(signOf: value, magnitudeOf: value - whole), whole)
    }

    static func floor(_ value: Double) throws(EngineError) -> BigInteger {
        try BigInteger(value.rounded(.down))
    }
    static func ceil(_ value: Double) throws(EngineError) -> BigInteger { try BigInteger(value.rounded(.up)) }
    static func trunc(_ value: Double) throws(EngineError) -> BigInteger { try BigInteger(value) }
    static func ulp(_ value: Double) -> Double { value.isFinite ? value.magnitude.ulp : value.magnitude }
    static func next(_ value: Double, towards other: Double) -> Double { nextafter(value, other) }

    /// `math.isclose`.
    static func isClose(
        _ left: Double,
        _ right: Double,
        relative: Double = 1e-9,
        absolute: Double = 0
    ) throws(EngineError) -> Bool {
        guard relative >= 0, absolute >= 0 else { throw .valueError("tolerances must be non-negative") }
        if left == right { return true }
        if left.isInfinite || right.isInfinite { return false }
        let difference = abs(right - left)
        return difference <= abs(relative * right) || difference <= abs(relative * left)
            || difference <= absolute
    }
}
