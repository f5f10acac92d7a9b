internal import Glibc

extension FloatMath {
    /// `math.fsum`: the exact sum, rounded once. It keeps Shewchuk's partial sums, as CPython does, so that the same
    /// sums overflow on their way.
    static func exactSum(_ values: [Double], _ meter: Meter) throws(EngineError) -> Double {
        var partials: [Double] = []
        var (specials, infinities) = (0.0, 0.0)
        for value in values {
            try meter.charge(steps: partials.count / 4 + 1)
            var kept = 0
            var sum = value
            for partial in partials {
                var (high, low) = (sum, partial)
                if high.magnitude < low.magnitude { swap(&high, &low) }
                let total = high + low
                let rest = low - (total - high)
                if rest != 0 {
                    partials[kept] = rest
                    kept += 1
                }
                sum = total
            }
            partials.removeSubrange(kept...)
            guard sum != 0 else { continue }
            if sum.isFinite {
                partials.append(sum)
                continue
            }
            if value.isFinite { throw .overflowError("intermediate overflow in fsum") }
            if value.isInfinite { infinities += value }
            specials += value
            partials = []
        }
        if specials != 0 || specials.isNaN {
            if infinities.isNaN { throw .valueError("-inf + inf in fsum") }
            return specials
        }
        return rounded(partials)
    }

    private static func rounded(_ partials: [Double]) -> Double {
        var rest = partials
        guard var high = rest.popLast() else { return 0 }
        var low = 0.0
        while let next = rest.popLast() {
            let before = high
            high = before + next
            low = next - (high - before)
            if low != 0 { break }
        }
        // A tie is decided by what lies below it.
        if let below = rest.last, (low < 0 && below < 0) || (low > 0 && below > 0) {
            let doubled = low * 2
            let rounded = high + doubled
            if doubled == rounded - high { high = rounded }
        }
        return high
    }

    /// `math.hypot` of any number of coordinates, and of differences `math.dist`.
    static func hypotenuse(_ coordinates: [Double], _ meter: Meter) throws(EngineError) -> Double {
        try meter.charge(steps: coordinates.count / 4 + 1)
        let vector = coordinates.map(\.magnitude)
        if vector.contains(.infinity) { return .infinity }
        if vector.contains(where: \.isNaN) { return .nan }
        let largest = vector.max() ?? 0
        if largest == 0 || vector.count <= 1 { return largest }
        let exponent = fractionAndExponent(largest).exponent
        var sum = CompensatedSum()
        guard exponent >= -1_023 else {
            for value in vector { sum.add(value / largest * (value / largest), part: 0) }
            return largest * sqrt(sum.total)
        }
        let scale = ldexp(1, Int32(-exponent))
        for value in vector { sum.addSquare(of: value * scale, sign: 1) }
        let root = sqrt(sum.total)
        sum.addSquare(of: root, sign: -1)
        return (root + sum.total / (2 * root)) / scale
    }

    /// A sum of squares in more than double precision.
    private struct CompensatedSum {
        private var sum = 1.0
        private var parts = [0.0, 0.0, 0.0]

        var total: Double { sum - 1 + (parts[0] + parts[1] + parts[2]) }

        mutating func add(_ value: Double, part: Int) {
            let before = sum
            sum += value
            parts[part] += (before - sum) + value
        }

        /// Adds a square, or takes it away, from two halves of the value's bits.
        mutating func addSquare(of value: Double, sign: Double) {
            let split = value * 134_217_729
            let high = split - (split - value)
            let low = value - high
            add(sign * high * high, part: 0)
            add(sign * 2 * high * low, part: 1)
            if sign > 0 { parts[2] += low * low } else { add(-low * low, part: 2) }
        }
    }
}
