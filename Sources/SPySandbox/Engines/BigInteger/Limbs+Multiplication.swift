extension Limbs {
    /// Limbs below which splitting costs more than it saves.
    private static let karatsubaThreshold = 40
    /// Products of limbs that make one step of a meter.
    private static let productsPerStep = 8

    static func multiply(_ left: Magnitude, _ right: Magnitude, _ meter: Meter) throws(EngineError)
        -> Magnitude
    {
        let (long, short) = left.count >= right.count ? (left, right) : (right, left)
        if short.isEmpty { return [] }
        if short.count < karatsubaThreshold {
            try meter.charge(steps: long.count * short.count / productsPerStep + 1)
            return schoolbook(long, short)
        }
        return 2 * short.count <= long.count
            ? try multiplyInBlocks(long, short, meter)
            : try karatsuba(long, short, meter)
    }

    private static func schoolbook(_ left: Magnitude, _ right: Magnitude) -> Magnitude {
        var result = Magnitude(repeating: 0, count: left.count + right.count)
        result.withUnsafeMutableBufferPointer { result in
            left.withUnsafeBufferPointer { left in
                for (offset, factor) in right.enumerated() {
                    var carry: UInt = 0
                    for index in 0..<left.count {
                        let product = left[index].multipliedFullWidth(by: factor)
                        let (first, overflow) = product.low.addingReportingOverflow(carry)
                        let (second, again) = first.addingReportingOverflow(result[offset + index])
                        result[offset + index] = second
                        carry = product.high &+ (overflow ? 1 : 0) &+ (again ? 1 : 0)
                    }
                    result[offset + left.count] = carry
                }
            }
        }
        trim(&result)
        return result
    }

    /// Factors of very different lengths: the long one is cut into pieces as long as the short one.
    private static func multiplyInBlocks(
        _ long: Magnitude,
        _ short: Magnitude,
        _ meter: Meter
    ) throws(EngineError) -> Magnitude {
        var result = Magnitude(repeating: 0, count: long.count + short.count)
        var start = 0
        while start < long.count {
            let end = min(start + short.count, long.count)
            let product = try multiply(piece(long, start, end), short, meter)
            _ = add(product, into: &result, at: start)
            start = end
        }
        trim(&result)
        return result
    }

    private static func karatsuba(
        _ left: Magnitude,
        _ right: Magnitude,
        _ meter: Meter
    ) throws(EngineError) -> Magnitude {
        let half = (left.count + 1) / 2
        let (leftLow, leftHigh) = (piece(left, 0, half), piece(left, half, left.count))
        let (rightLow, rightHigh) = (piece(right, 0, half), piece(right, half, right.count))
        let low = try multiply(leftLow, rightLow, meter)
        let high = try multiply(leftHigh, rightHigh, meter)
        let cross = try multiply(add(leftLow, leftHigh), add(rightLow, rightHigh), meter)
        let middle = subtract(subtract(cross, low), high)
        var result = Magnitude(repeating: 0, count: left.count + right.count)
        _ = add(low, into: &result, at: 0)
        _ = add(high, into: &result, at: 2 * half)
        _ = add(middle, into: &result, at: half)
        trim(&result)
        return result
    }

    private static func piece(_ limbs: Magnitude, _ start: Int, _ end: Int) -> Magnitude {
        var piece = Magnitude(limbs[min(start, limbs.count)..<min(end, limbs.count)])
        trim(&piece)
        return piece
    }
}
