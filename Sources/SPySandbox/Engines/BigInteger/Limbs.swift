/// Arithmetic on magnitudes: arrays of 64-bit limbs from the least significant, without zeros at the top.
enum Limbs {
    typealias Magnitude = [UInt]

    @inline(__always)
    static func trim(_ limbs: inout Magnitude) {
        while limbs.last == 0 { limbs.removeLast() }
    }

    static func bitLength(_ limbs: Magnitude) -> Int {
        guard let top = limbs.last else { return 0 }
        return limbs.count * 64 - top.leadingZeroBitCount
    }

    static func compare(_ left: Magnitude, _ right: Magnitude) -> Int {
        if left.count != right.count { return left.count < right.count ? -1 : 1 }
        var index = left.count
        while index > 0 {
            index -= 1
            if left[index] != right[index] { return left[index] < right[index] ? -1 : 1 }
        }
        return 0
    }

    static func add(_ left: Magnitude, _ right: Magnitude) -> Magnitude {
        let (long, short) = left.count >= right.count ? (left, right) : (right, left)
        var result = long
        result.reserveCapacity(long.count + 1)
        if add(short, into: &result, at: 0) { result.append(1) }
        return result
    }

    /// Adds `addend` shifted up by `offset` limbs; true if a carry leaves the top.
    static func add(_ addend: Magnitude, into result: inout Magnitude, at offset: Int) -> Bool {
        var carry = false
        result.withUnsafeMutableBufferPointer { result in
            addend.withUnsafeBufferPointer { addend in
                for index in 0..<addend.count {
                    let (sum, first) = result[offset + index].addingReportingOverflow(addend[index])
                    let (total, second) = sum.addingReportingOverflow(carry ? 1 : 0)
                    result[offset + index] = total
                    carry = first || second
                }
            }
            var index = offset + addend.count
            while carry, index < result.count {
                (result[index], carry) = result[index].addingReportingOverflow(1)
                index += 1
            }
        }
        return carry
    }

    /// `left - right`, where `left` is not smaller.
    static func subtract(_ left: Magnitude, _ right: Magnitude) -> Magnitude {
        var result = left
        var borrow = false
        result.withUnsafeMutableBufferPointer { result in
            right.withUnsafeBufferPointer { right in
                for index in 0..<right.count {
                    let (difference, first) = result[index].subtractingReportingOverflow(right[index])
                    let (total, second) = difference.subtractingReportingOverflow(borrow ? 1 : 0)
                    result[index] = total
                    borrow = first || second
                }
            }
            var index = right.count
            while borrow, index < result.count {
                (result[index], borrow) = result[index].subtractingReportingOverflow(1)
                index += 1
            }
        }
        trim(&result)
        return result
    }

    /// Multiplies in place by one limb and adds one.
    static func multiplyAdd(_ limbs: inout Magnitude, by factor: UInt, adding addend: UInt) {
        var carry = addend
        limbs.withUnsafeMutableBufferPointer { limbs in
            for index in 0..<limbs.count {
                let product = limbs[index].multipliedFullWidth(by: factor)
                let (low, overflow) = product.low.addingReportingOverflow(carry)
                limbs[index] = low
                carry = product.high &+ (overflow ? 1 : 0)
            }
        }
        if carry != 0 { limbs.append(carry) }
    }

    /// Divides in place by one limb and returns the remainder.
    static func divide(_ limbs: inout Magnitude, by divisor: UInt) -> UInt {
        var remainder: UInt = 0
        limbs.withUnsafeMutableBufferPointer { limbs in
            var index = limbs.count
            while index > 0 {
                index -= 1
                (limbs[index], remainder) = divisor.dividingFullWidth((remainder, limbs[index]))
            }
        }
        trim(&limbs)
        return remainder
    }

    static func shiftLeft(_ limbs: Magnitude, by bits: Int) -> Magnitude {
        if limbs.isEmpty || bits == 0 { return limbs }
        let (whole, part) = bits.quotientAndRemainder(dividingBy: 64)
        var result = Magnitude(repeating: 0, count: whole + limbs.count + 1)
        for (index, limb) in limbs.enumerated() {
            result[whole + index] |= limb << UInt(part)
            if part > 0 { result[whole + index + 1] = limb >> UInt(64 - part) }
        }
        trim(&result)
        return result
    }

    /// Drops the lowest `bits` bits.
    static func shiftRight(_ limbs: Magnitude, by bits: Int) -> Magnitude {
        let (whole, part) = bits.quotientAndRemainder(dividingBy: 64)
        if whole >= limbs.count { return [] }
        var result = Magnitude(limbs[whole...])
        if part > 0 {
            for index in result.indices {
                let above = index + 1 < result.count ? result[index + 1] : 0
                result[index] = result[index] >> UInt(part) | above << UInt(64 - part)
            }
        }
        trim(&result)
        return result
    }

    /// Whether one of the lowest `bits` bits is set.
    static func hasBits(_ limbs: Magnitude, below bits: Int) -> Bool {
        let (whole, part) = bits.quotientAndRemainder(dividingBy: 64)
        if whole >= limbs.count { return !limbs.isEmpty }
        if limbs[..<whole].contains(where: { $0 != 0 }) { return true }
        return limbs[whole] & ((1 << UInt(part)) - 1) != 0
    }
}
