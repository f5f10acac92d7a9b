internal import Glibc

/// Python's `statistics` on integers and floats: sums are exact and rounded once.
enum Statistics {
    static func error(_ message: String) -> EngineError {
        .raise("statistics.StatisticsError", message)
    }

    /// What a pass over the data found.
    private struct Sums {
        var count = 0
        var isFloat = false
        /// Infinities and NaNs, which leave nothing exact.
        var special: Double?
        /// Sums of numerators, and of their squares, by the power of two under them.
        var values: [Int: BigInteger] = [:]
        var squares: [Int: BigInteger] = [:]
    }

    private static func sums(_ data: [Number], squares: Bool, _ meter: Meter) throws(EngineError) -> Sums {
        var sums = Sums()
        for number in data {
            try meter.charge(steps: 4)
            sums.count += 1
            var (numerator, shift) = (BigInteger.zero, 0)
            switch number {
            case .integer(let value): numerator = value
            case .float(let value):
                sums.isFloat = true
                guard value.isFinite else {
                    sums.special = (sums.special ?? 0) + value
                    continue
                }
                let ratio = try FloatArithmetic.integerRatio(value)
                (numerator, shift) = (ratio.numerator, ratio.denominator.bitLength - 1)
            }
            sums.values[shift] = try (sums.values[shift] ?? .zero).adding(numerator, meter)
            guard squares else { continue }
            let square = try numerator.multiplied(by: numerator, meter)
            sums.squares[2 * shift] = try (sums.squares[2 * shift] ?? .zero).adding(square, meter)
        }
        return sums
    }

    private static func total(_ parts: [Int: BigInteger], _ meter: Meter) throws(EngineError) -> Fraction {
        let largest = parts.keys.max() ?? 0
        var sum = BigInteger.zero
        for (shift, part) in parts {
            sum = try sum.adding(part.shiftedLeft(by: largest - shift, meter), meter)
        }
        return try Fraction(sum, BigInteger.one.shiftedLeft(by: largest, meter), meter)
    }

    private static func converted(_ value: Fraction, isFloat: Bool, _ meter: Meter) throws(EngineError)
        -> Number
    {
        if !isFloat, value.denominator == .one { return .integer(value.numerator) }
        return .float(try value.toDouble(meter))
    }

    static func mean(_ data: [Number], _ meter: Meter) throws(EngineError) -> Number {
        guard !data.isEmpty else { throw error("mean requires at least one data point") }
        let sums = try sums(data, squares: false, meter)
        if let special = sums.special { return .float(special / Double(sums.count)) }
        let mean = try total(sums.values, meter).divided(by: BigInteger(sums.count), meter)
        return try converted(mean, isFloat: sums.isFloat, meter)
    }

    /// A count over the exact sum of numbers.
    static func quotient(of count: Int, bySumOf data: [Number], _ meter: Meter) throws(EngineError) -> Double
    {
        let sums = try sums(data, squares: false, meter)
        if let special = sums.special { return Double(count) / special }
        let sum = try total(sums.values, meter)
        let top = try sum.denominator.multiplied(by: BigInteger(count), meter)
        return try top.trueQuotient(by: sum.numerator, meter)
    }

    static func floatMean(_ data: [Double], _ meter: Meter) throws(EngineError) -> Double {
        guard !data.isEmpty else { throw error("fmean requires at least one data point") }
        return try FloatMath.exactSum(data, meter) / Double(data.count)
    }

    static func geometricMean(_ data: [Double], _ meter: Meter) throws(EngineError) -> Double {
        let message = "geometric mean requires a non-empty dataset containing positive numbers"
        guard !data.isEmpty, data.allSatisfy({ $0 > 0 || $0.isNaN }) else { throw error(message) }
        return exp(try floatMean(data.map { log($0) }, meter))
    }

    /// The sum of squared distances from the mean, or the special float that it degenerates to.
    private static func squaredDistances(
        _ data: [Number],
        _ meter: Meter
    ) throws(EngineError) -> (sum: Fraction, special: Double?, isFloat: Bool) {
        let sums = try sums(data, squares: true, meter)
        if let special = sums.special { return (.zero, special, sums.isFloat) }
        guard sums.count > 0 else { return (.zero, nil, false) }
        let count = BigInteger(sums.count)
        let plain = try total(sums.values, meter)
        let squares = try total(sums.squares, meter).multiplied(by: Fraction(count), meter)
        let sum = try squares.subtracting(plain.multiplied(by: plain, meter), meter).divided(by: count, meter)
        return (sum, nil, sums.isFloat)
    }

    /// `variance`, or `pvariance` for a whole population.
    static func variance(
        _ data: [Number],
        ofPopulation: Bool = false,
        _ meter: Meter
    ) throws(EngineError) -> Number {
        try checkCount(data.count, ofPopulation, "variance", "pvariance")
        let (sum, special, isFloat) = try squaredDistances(data, meter)
        let count = ofPopulation ? data.count : data.count - 1
        if let special { return .float(special / Double(count)) }
        return try converted(sum.divided(by: BigInteger(count), meter), isFloat: isFloat, meter)
    }

    /// `stdev`, or `pstdev` for a whole population.
    static func deviation(
        _ data: [Number],
        ofPopulation: Bool = false,
        _ meter: Meter
    ) throws(EngineError) -> Double {
        try checkCount(data.count, ofPopulation, "stdev", "pstdev")
        let (sum, special, _) = try squaredDistances(data, meter)
        let count = ofPopulation ? data.count : data.count - 1
        if special != nil {
            throw .raise("AttributeError", "'float' object has no attribute 'numerator'")
        }
        return try sum.divided(by: BigInteger(count), meter).squareRoot(meter)
    }

    private static func checkCount(
        _ count: Int,
        _ ofPopulation: Bool,
        _ sample: String,
        _ population: String
    ) throws(EngineError) {
        if ofPopulation, count < 1 { throw error("\(population) requires at least one data point") }
        if !ofPopulation, count < 2 { throw error("\(sample) requires at least two data points") }
    }

    /// `quantiles`: the points that cut the data into `count` groups of equal probability.
    static func quantiles(
        _ data: [Number],
        count: Int = 4,
        isInclusive: Bool = false,
        _ meter: Meter
    ) throws(EngineError) -> [Number] {
        guard count >= 1 else { throw error("n must be at least 1") }
        guard data.count >= 2 else { throw error("must have at least two data points") }
        try meter.charge(steps: count)
        let sorted = try sorted(data, meter)
        let spaces = isInclusive ? sorted.count - 1 : sorted.count + 1
        var cuts: [Number] = []
        for cut in 1..<max(count, 1) {
            var index = cut * spaces / count
            var weight = cut * spaces % count
            if !isInclusive {
                index = min(max(index, 1), sorted.count - 1)
                weight = cut * spaces - index * count
                index -= 1
            }
            let low = try sorted[index].multiplied(by: .integer(BigInteger(count - weight)), meter)
            let next = sorted[min(index + 1, sorted.count - 1)]
            let high = try next.multiplied(by: .integer(BigInteger(weight)), meter)
            cuts.append(.float(try low.adding(high, meter).divided(by: .integer(BigInteger(count)), meter)))
        }
        return cuts
    }

    private static func sorted(_ data: [Number], _ meter: Meter) throws(EngineError) -> [Number] {
        try meter.charge(steps: data.count * (Int.bitWidth - data.count.leadingZeroBitCount) / 4)
        try meter.charge(bytes: data.count * MemoryLayout<Number>.stride)
        return data.sorted(by: Number.isLess)
    }
}
