internal import Glibc

/// The gamma function by Lanczos' approximation with the coefficients that CPython took from Boost (g = 6.0247, n = 13),
/// as the C library's own differs in its last digits.
extension FloatMath {
    static func gamma(_ value: Double) throws(EngineError) -> Double {
        if value.isNaN || value == .infinity { return value }
        if value.isInfinite || value == 0 { throw domainError }
        if value == value.rounded(.down) {
            if value < 0 { throw domainError }
            if value <= 23 { return (1..<Int(value)).reduce(1.0) { $0 * Double($1) } }
        }
        let size = value.magnitude
        if size < 1e-20 {
            let result = 1 / value
            if result.isInfinite { throw rangeError }
            return result
        }
        if size > 200 {
            if value > 0 { throw rangeError }
            return 0 / sinPi(value)
        }
        let shifted = size + shift - 0.5
        let correction: Double
        if size > shift - 0.5 {
            correction = (shifted - size) - (shift - 0.5)
        } else {
            correction = (shifted - (shift - 0.5)) - size
        }
        let adjusted = correction * shift / shifted
        var result: Double
        if value < 0 {
            result = -Double.pi / sinPi(size) / size * exp(shifted) / lanczos(size)
            result -= adjusted * result
            if size < 140 {
                result /= pow(shifted, size - 0.5)
            } else {
                let root = pow(shifted, size / 2 - 0.25)
                result /= root
                result /= root
            }
        } else {
            result = lanczos(size) / exp(shifted)
            result += adjusted * result
            if size < 140 {
                result *= pow(shifted, size - 0.5)
            } else {
                let root = pow(shifted, size / 2 - 0.25)
                result *= root
                result *= root
            }
        }
        if result.isInfinite { throw rangeError }
        return result
    }

    /// `math.lgamma`.
    static func logGamma(_ value: Double) throws(EngineError) -> Double {
        if value.isNaN { return value }
        if value.isInfinite { return .infinity }
        if value == value.rounded(.down), value <= 2 {
            if value <= 0 { throw domainError }
            return 0
        }
        let size = value.magnitude
        if size < 1e-20 { return -log(size) }
        var result = log(lanczos(size)) - shift
        result += (size - 0.5) * (log(size + shift - 0.5) - 1)
        if value < 0 { result = log(Double.pi) - log(sinPi(size).magnitude) - log(size) - result }
        if result.isInfinite { throw rangeError }
        return result
    }

    private static let shift = 6.024680040776729583740234375

    private static let numerator = [
        23531376880.410759688572007674451636754734846804940,
        42919803642.649098768957899047001988850926355848959,
        35711959237.355668049440185451547166705960488635843,
        17921034426.037209699919755754458931112671403265390,
        6039542586.3520280050642916443072979210699388420708,
        1439720407.3117216736632230727949123939715485786372,
        248874557.86205415651146038641322942321632125127801,
        31426415.585400194380614231628318205362874684987640,
        2876370.6289353724412254090516208496135991145378768,
        186056.26539522349504029498971604569928220784236328,
        8071.6720023658162106380029022722506138218516325024,
        210.82427775157934587250973392071336271166969580291,
        2.5066282746310002701649081771338373386264310793408,
    ]

    private static let denominator = [
        0, 39916800.0, 120543840.0, 150917976.0, 105258076.0, 45995730.0, 13339535.0, 2637558.0, 357423.0,
        32670.0,
        1925.0, 66.0, 1.0,
    ]

    private static func lanczos(_ value: Double) -> Double {
        var (above, below) = (0.0, 0.0)
        if value < 5 {
            for index in stride(from: numerator.count - 1, through: 0, by: -1) {
                above = above * value + numerator[index]
                below = below * value + denominator[index]
            }
        } else {
            for index in numerator.indices {
                above = above / value + numerator[index]
                below = below / value + denominator[index]
            }
        }
        return above / below
    }

    private static func sinPi(_ value: Double) -> Double {
        let rest = fmod(value.magnitude, 2)
        let result: Double
        switch Int((2 * rest).rounded()) {
        case 0: result = sin(Double.pi * rest)
        case 1: result = cos(Double.pi * (rest - 0.5))
        case 2: result = sin(Double.pi * (1 - rest))
        case 3: result = -cos(Double.pi * (rest - 1.5))
        default: result = sin(Double.pi * (rest - 2))
        }
        return Double(signOf: value, magnitudeOf: 1) * result
    }
}
