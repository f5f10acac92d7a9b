internal import Glibc

/// Python's `random.Random`: the same seed gives the same numbers, in the same order of calls.
///
/// Sequences are chosen from by index, so that the interpreter keeps its values to itself.
struct RandomGenerator: Sendable {
    private var twister: MersenneTwister
    /// The second number of a pair that `gauss` made.
    private var spare: Double?

    init(seed: BigInteger) { twister = MersenneTwister(seed: seed) }
    init(seed: Text) { twister = MersenneTwister(seed: seed) }
    init(seed: Double) { twister = MersenneTwister(seed: seed) }

    /// `random()`.
    mutating func random() -> Double {
        let (high, low) = (twister.next() >> 5, twister.next() >> 6)
        return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
    }

    /// `getrandbits(count)`.
    mutating func bits(_ count: Int, _ meter: Meter) throws(EngineError) -> BigInteger {
        guard count >= 0 else { throw .valueError("number of bits must be non-negative") }
        try meter.checkInteger(bits: count)
        try meter.charge(steps: count / 256 + 1)
        try meter.charge(bytes: count / 8)
        var (limbs, left): ([UInt], Int) = ([], count)
        var isHigh = false
        while left > 0 {
            let word = UInt(left < 32 ? twister.next() >> UInt32(32 - left) : twister.next())
            if isHigh { limbs[limbs.count - 1] |= word << 32 } else { limbs.append(word) }
            isHigh.toggle()
            left -= 32
        }
        return BigInteger(isNegative: false, magnitude: limbs)
    }

    /// An integer from 0 up to a positive limit.
    mutating func below(_ limit: BigInteger, _ meter: Meter) throws(EngineError) -> BigInteger {
        while true {
            let candidate = try bits(limit.bitLength, meter)
            if candidate < limit { return candidate }
        }
    }

    /// An index below a positive limit.
    mutating func index(below limit: Int) -> Int {
        let count = Int.bitWidth - limit.leadingZeroBitCount
        while true {
            var candidate = UInt(count >= 32 ? twister.next() : twister.next() >> UInt32(32 - count))
            if count > 32 {
                let high = UInt(count >= 64 ? twister.next() : twister.next() >> UInt32(64 - count))
                candidate |= high << 32
            }
            if candidate < UInt(limit) { return Int(candidate) }
        }
    }

    /// `randrange(start, stop, step)`.
    mutating func range(
        _ start: BigInteger,
        _ stop: BigInteger,
        step: BigInteger = .one,
        _ meter: Meter
    ) throws(EngineError) -> BigInteger {
        let width = try stop.subtracting(start, meter)
        if step == .one, !width.isNegative, !width.isZero {
            return try start.adding(below(width, meter), meter)
        }
        if step == .one {
            let (first, last) = (try start.decimalText(meter), try stop.decimalText(meter))
            throw .valueError(
                "empty range for randrange() (\(first), \(last), \(try width.decimalText(meter)))"
            )
        }
        guard !step.isZero else { throw .valueError("zero step for randrange()") }
        let extent = try width.adding(
            step.isNegative ? try step.adding(.one, meter) : step.subtracting(.one, meter),
            meter
        )
        let count = try extent.floorQuotient(by: step, meter)
        guard !count.isNegative, !count.isZero else { throw .valueError("empty range for randrange()") }
        return try start.adding(step.multiplied(by: below(count, meter), meter), meter)
    }

    /// `randint(first, last)`.
    mutating func integer(
        _ first: BigInteger,
        _ last: BigInteger,
        _ meter: Meter
    ) throws(EngineError) -> BigInteger {
        try range(first, last.adding(.one, meter), meter)
    }

    /// `choice`: the index of an element.
    mutating func choice(of count: Int) throws(EngineError) -> Int {
        guard count > 0 else { throw .indexError("Cannot choose from an empty sequence") }
        return index(below: count)
    }

    /// `shuffle`: the elements' old indexes in their new order.
    mutating func shuffle(_ count: Int, _ meter: Meter) throws(EngineError) -> [Int] {
        try meter.charge(steps: count)
        try meter.charge(bytes: count * 8)
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, index(below: last + 1)) }
        return order
    }

    /// `sample`: indexes of `size` different elements.
    mutating func sample(_ size: Int, of count: Int, _ meter: Meter) throws(EngineError) -> [Int] {
        guard size >= 0, size <= count else {
            throw .valueError("Sample larger than population or is negative")
        }
        try meter.charge(steps: size)
        try meter.charge(bytes: size * 8)
        var setSize = 21.0
        if size > 5 { setSize += pow(4, ceil(log(Double(size * 3)) / log(4))) }
        if Double(count) <= setSize {
            try meter.charge(bytes: count * 8)
            var pool = Array(0..<count)
            return (0..<size).map { taken in
                let chosen = index(below: count - taken)
                defer { pool[chosen] = pool[count - taken - 1] }
                return pool[chosen]
            }
        }
        var selected: Set<Int> = []
        return (0..<size).map { _ in
            var chosen = index(below: count)
            while !selected.insert(chosen).inserted { chosen = index(below: count) }
            return chosen
        }
    }

    /// `choices` without weights: `size` indexes.
    mutating func choices(_ size: Int, of count: Int, _ meter: Meter) throws(EngineError) -> [Int] {
        guard size > 0 else { return [] }
        guard count > 0 else { throw .indexError("list index out of range") }
        try meter.charge(steps: size)
        try meter.charge(bytes: size * 8)
        return (0..<size).map { _ in Int((random() * Double(count)).rounded(.down)) }
    }

    /// `choices` with cumulative weights, one for each element.
    mutating func choices(_ size: Int, cumulative weights: [Double], _ meter: Meter) throws(EngineError)
        -> [Int]
    {
        let total = weights.last ?? 0
        guard total > 0 || total.isNaN else {
            throw .valueError("Total of weights must be greater than zero")
        }
        guard total.isFinite else { throw .valueError("Total of weights must be finite") }
        guard size > 0 else { return [] }
        try meter.charge(steps: size * 2)
        try meter.charge(bytes: size * 8)
        return (0..<size).map { _ in
            let wanted = random() * total
            var (low, high) = (0, weights.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if wanted < weights[middle] { high = middle } else { low = middle + 1 }
            }
            return low
        }
    }
}

/// The distributions.
extension RandomGenerator {
    mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * random() }

    /// `triangular`; no mode means the middle.
    mutating func triangular(_ low: Double = 0, _ high: Double = 1, mode: Double? = nil) -> Double {
        var (low, high, value) = (low, high, random())
        if high == low, mode != nil { return low }
        var middle = mode.map { ($0 - low) / (high - low) } ?? 0.5
        if high == low { return low }
        if value > middle {
            value = 1 - value
            middle = 1 - middle
            swap(&low, &high)
        }
        return low + (high - low) * sqrt(value * middle)
    }

    mutating func gauss(_ mean: Double = 0, _ deviation: Double = 1) -> Double {
        if let spare {
            self.spare = nil
            return mean + spare * deviation
        }
        let angle = random() * (2 * Double.pi)
        let radius = sqrt(-2 * log(1 - random()))
        spare = sin(angle) * radius
        return mean + cos(angle) * radius * deviation
    }

    mutating func normal(_ mean: Double = 0, _ deviation: Double = 1) -> Double {
        let constant = 4 * exp(-0.5) / sqrt(2)
        while true {
            let first = random()
            let second = 1 - random()
            let value = constant * (first - 0.5) / second
            if value * value / 4 <= -log(second) { return mean + value * deviation }
        }
    }

    mutating func logNormal(_ mean: Double, _ deviation: Double) -> Double { exp(normal(mean, deviation)) }

    mutating func exponential(_ rate: Double) throws(EngineError) -> Double {
        try FloatArithmetic.quotient(-log(1 - random()), rate)
    }

    mutating func gamma(_ alpha: Double, _ beta: Double, _ meter: Meter) throws(EngineError) -> Double {
        guard alpha > 0, beta > 0 else { throw .valueError("gammavariate: alpha and beta must be > 0.0") }
        if alpha == 1 { return -log(1 - random()) * beta }
        return try (alpha > 1 ? largeGamma(alpha, meter) : smallGamma(alpha, meter)) * beta
    }

    /// Cheng's method.
    private mutating func largeGamma(_ alpha: Double, _ meter: Meter) throws(EngineError) -> Double {
        let root = sqrt(2 * alpha - 1)
        let (low, high) = (alpha - log(4), alpha + root)
        while true {
            // Of an infinite alpha, no number is ever accepted.
            try meter.charge(steps: 2)
            let first = random()
            guard first > 1e-7, first < 0.9999999 else { continue }
            let second = 1 - random()
            let ratio = log(first / (1 - first)) / root
            let value = alpha * exp(ratio)
            let product = first * first * second
            let bound = low + high * ratio - value
            if bound + (1 + log(4.5)) - 4.5 * product >= 0 || bound >= log(product) { return value }
        }
    }

    /// Algorithm GS of Statistical Computing, Kennedy and Gentle.
    private mutating func smallGamma(_ alpha: Double, _ meter: Meter) throws(EngineError) -> Double {
        let scale = (M_E + alpha) / M_E
        while true {
            try meter.charge(steps: 2)
            let chance = scale * random()
            let value = chance <= 1 ? pow(chance, 1 / alpha) : -log((scale - chance) / alpha)
            let second = random()
            if chance > 1 ? second <= pow(value, alpha - 1) : second <= exp(-value) { return value }
        }
    }

    mutating func beta(_ alpha: Double, _ beta: Double, _ meter: Meter) throws(EngineError) -> Double {
        let first = try gamma(alpha, 1, meter)
        return first == 0 ? 0 : try first / (first + gamma(beta, 1, meter))
    }

    mutating func pareto(_ alpha: Double) -> Double { pow(1 - random(), -1 / alpha) }

    mutating func weibull(_ alpha: Double, _ beta: Double) -> Double {
        alpha * pow(-log(1 - random()), 1 / beta)
    }
}
