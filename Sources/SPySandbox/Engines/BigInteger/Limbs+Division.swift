extension Limbs {
    /// Quotient and remainder of magnitudes; the divisor is not zero.
    static func divide(
        _ dividend: Magnitude,
        by divisor: Magnitude,
        _ meter: Meter
    ) throws(EngineError) -> (quotient: Magnitude, remainder: Magnitude) {
        precondition(!divisor.isEmpty, "the caller raises ZeroDivisionError")
        if compare(dividend, divisor) < 0 { return ([], dividend) }
        if divisor.count == 1 {
            try meter.charge(steps: dividend.count / 16 + 1)
            var quotient = dividend
            let remainder = divide(&quotient, by: divisor[0])
            return (quotient, remainder == 0 ? [] : [remainder])
        }
        return try divideLong(dividend, by: divisor, meter)
    }

    /// Knuth, The Art of Computer Programming, volume 2, algorithm 4.3.1 D.
    private static func divideLong(
        _ dividend: Magnitude,
        by divisor: Magnitude,
        _ meter: Meter
    ) throws(EngineError) -> (quotient: Magnitude, remainder: Magnitude) {
        let shift = divisor[divisor.count - 1].leadingZeroBitCount
        let scaled = shiftLeft(divisor, by: shift)
        var rest = shiftLeft(dividend, by: shift)
        while rest.count <= dividend.count { rest.append(0) }
        let count = scaled.count
        let (top, next) = (scaled[count - 1], scaled[count - 2])
        var quotient = Magnitude(repeating: 0, count: rest.count - count)
        var position = quotient.count
        while position > 0 {
            position -= 1
            try meter.charge(steps: count / 8 + 1)
            let digit = estimate(
                (rest[position + count], rest[position + count - 1], rest[position + count - 2]),
                top: top,
                next: next
            )
            quotient[position] = subtract(scaled, times: digit, from: &rest, at: position)
        }
        trim(&rest)
        trim(&quotient)
        return (quotient, shiftRight(rest, by: shift))
    }

    /// A quotient digit that is right or one too large.
    private static func estimate(_ high: (UInt, UInt, UInt), top: UInt, next: UInt) -> UInt {
        var (digit, remainder): (UInt, UInt)
        if high.0 >= top {
            digit = .max
            let (sum, overflow) = high.1.addingReportingOverflow(top)
            if overflow { return digit }
            remainder = sum
        } else {
            (digit, remainder) = top.dividingFullWidth((high.0, high.1))
        }
        while true {
            let product = digit.multipliedFullWidth(by: next)
            guard product.high > remainder || (product.high == remainder && product.low > high.2) else {
                return digit
            }
            digit -= 1
            let (sum, overflow) = remainder.addingReportingOverflow(top)
            if overflow { return digit }
            remainder = sum
        }
    }

    /// Subtracts a multiple of the divisor at a position and returns the digit that was right.
    private static func subtract(
        _ divisor: Magnitude,
        times digit: UInt,
        from rest: inout Magnitude,
        at position: Int
    ) -> UInt {
        let count = divisor.count
        let isNegative = rest.withUnsafeMutableBufferPointer { rest in
            divisor.withUnsafeBufferPointer { divisor in
                var carry: UInt = 0
                for index in 0..<count {
                    let product = divisor[index].multipliedFullWidth(by: digit)
                    let (low, overflow) = product.low.addingReportingOverflow(carry)
                    let (difference, borrow) = rest[position + index].subtractingReportingOverflow(low)
                    rest[position + index] = difference
                    carry = product.high &+ (overflow ? 1 : 0) &+ (borrow ? 1 : 0)
                }
                let (difference, borrow) = rest[position + count].subtractingReportingOverflow(carry)
                rest[position + count] = difference
                return borrow
            }
        }
        guard isNegative else { return digit }
        var carry = false
        for index in 0..<count {
            let (sum, first) = rest[position + index].addingReportingOverflow(divisor[index])
            let (total, second) = sum.addingReportingOverflow(carry ? 1 : 0)
            rest[position + index] = total
            carry = first || second
        }
        rest[position + count] &+= carry ? 1 : 0
        return digit - 1
    }
}
