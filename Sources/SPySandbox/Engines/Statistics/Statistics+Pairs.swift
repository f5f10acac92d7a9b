internal import Glibc

/// Statistics of two lists of equal length, and the harmonic mean.
extension Statistics {
    static func harmonicMean(_ data: [Number], _ meter: Meter) throws(EngineError) -> Number {
        guard let first = data.first else { throw error("harmonic_mean requires at least one data point") }
        let negative = error("harmonic mean does not support negative values")
        if data.count == 1 {
            if Number.isLess(first, .integer(0)) { throw negative }
            return first
        }
        var inverses: [Number] = []
        var hasZero = false
        for number in data {
            try meter.charge(steps: 1)
            if Number.isLess(number, .integer(0)) { throw negative }
            if try number.toDouble() == 0 {
                hasZero = true
                break
            }
            inverses.append(.float(try Number.integer(1).divided(by: number, meter)))
        }
        if hasZero { return .integer(0) }
        let areZero = inverses.allSatisfy { if case .float(let inverse) = $0 { inverse == 0 } else { false } }
        if areZero { throw error("Weighted sum must be positive") }
        return .float(try quotient(of: data.count, bySumOf: inverses, meter))
    }

    static func covariance(_ x: [Double], _ y: [Double], _ meter: Meter) throws(EngineError) -> Double {
        let moments = try moments(x, y, "covariance", meter)
        return moments.xy / Double(x.count - 1)
    }

    static func correlation(_ x: [Double], _ y: [Double], _ meter: Meter) throws(EngineError) -> Double {
        let moments = try moments(x, y, "correlation", meter)
        let scale = sqrt(moments.xx * moments.yy)
        guard scale != 0 else { throw error("at least one of the inputs is constant") }
        return moments.xy / scale
    }

    /// `linear_regression`; a proportional one goes through the origin.
    static func linearRegression(
        _ x: [Double],
        _ y: [Double],
        isProportional: Bool = false,
        _ meter: Meter
    ) throws(EngineError) -> (slope: Double, intercept: Double) {
        let moments = try moments(x, y, "linear regression", isCentered: !isProportional, meter)
        guard moments.xx != 0 else { throw error("x is constant") }
        let slope = moments.xy / moments.xx
        return (slope, isProportional ? 0 : moments.yMean - slope * moments.xMean)
    }

    private struct Moments {
        var xMean = 0.0
        var yMean = 0.0
        var xx = 0.0
        var yy = 0.0
        var xy = 0.0
    }

    private static func moments(
        _ x: [Double],
        _ y: [Double],
        _ name: String,
        isCentered: Bool = true,
        _ meter: Meter
    ) throws(EngineError) -> Moments {
        guard x.count == y.count else {
            throw error("\(name) requires that both inputs have same number of data points")
        }
        guard x.count >= 2 else { throw error("\(name) requires at least two data points") }
        var moments = Moments()
        if isCentered {
            moments.xMean = try FloatMath.exactSum(x, meter) / Double(x.count)
            moments.yMean = try FloatMath.exactSum(y, meter) / Double(y.count)
        }
        let (left, right) = (x.map { $0 - moments.xMean }, y.map { $0 - moments.yMean })
        moments.xy = try FloatMath.exactSum(zip(left, right).map { $0 * $1 }, meter)
        moments.xx = try FloatMath.exactSum(left.map { $0 * $0 }, meter)
        moments.yy = try FloatMath.exactSum(right.map { $0 * $0 }, meter)
        return moments
    }
}
