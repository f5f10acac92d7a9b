extension BigInteger {
    /// Digits that CPython converts between text and integer before it refuses.
    static let digitLimit = 4300

    /// `str(int)`, refused beyond `digitLimit` as CPython refuses it.
    func decimalText(_ meter: Meter) throws(EngineError) -> String {
        // 2 ** 14285 has 4301 digits; anything with fewer bits cannot be over the limit.
        let isSurelyTooLong = bitLength > 14_288
        let digits = isSurelyTooLong ? "" : try unlimitedDecimalDigits(meter)
        guard !isSurelyTooLong, digits.utf8.count <= Self.digitLimit else {
            throw .valueError(
                "Exceeds the limit (4300 digits) for integer string conversion; "
                    + "use sys.set_int_max_str_digits() to increase the limit"
            )
        }
        return isNegative ? "-" + digits : digits
    }

    /// The decimal digits of the absolute value, of any length.
    func unlimitedDecimalDigits(_ meter: Meter) throws(EngineError) -> String {
        if let limb = magnitude.first, magnitude.count == 1 { return String(limb) }
        if isZero { return "0" }
        let length = (bitLength * 1233) >> 12
        try meter.charge(bytes: length)
        var pieces: [[UInt8]] = []
        try Self.appendDigits(of: magnitude, to: &pieces, meter)
        var text: [UInt8] = []
        text.reserveCapacity(length + 1)
        for piece in pieces.reversed() { text += piece }
        return String(decoding: text.drop { $0 == UInt8(ascii: "0") }, as: UTF8.self)
    }

    private static func appendDigits(
        of magnitude: [UInt],
        to pieces: inout [[UInt8]],
        _ meter: Meter
    ) throws(EngineError) {
        var rest = magnitude
        while !rest.isEmpty {
            try meter.charge(steps: rest.count / 16 + 1)
            var group = Limbs.divide(&rest, by: 1_000_000_000_000_000_000)
            var digits = [UInt8](repeating: UInt8(ascii: "0"), count: 18)
            for index in stride(from: 17, through: 0, by: -1) {
                digits[index] += UInt8(group % 10)
                group /= 10
            }
            pieces.append(digits)
        }
    }

    /// Digits in a base from 2 to 36, lower case, with a sign and no prefix; no limit on powers of two.
    func text(radix: Int, _ meter: Meter) throws(EngineError) -> String {
        if radix == 10 { return try decimalText(meter) }
        if isZero { return "0" }
        try meter.charge(steps: bitLength / 64 + 1)
        try meter.charge(bytes: bitLength / (radix.trailingZeroBitCount + 1) + 1)
        var digits: [UInt8] = []
        if radix.nonzeroBitCount == 1 {
            let width = radix.trailingZeroBitCount
            for position in stride(from: 0, to: bitLength, by: width) {
                digits.append(Self.digit(bits(at: position) & UInt(radix - 1)))
            }
        } else {
            var rest = magnitude
            while !rest.isEmpty {
                try meter.charge(steps: rest.count / 16 + 1)
                digits.append(Self.digit(Limbs.divide(&rest, by: UInt(radix))))
            }
        }
        if isNegative { digits.append(UInt8(ascii: "-")) }
        return String(decoding: digits.reversed(), as: UTF8.self)
    }

    private func bits(at position: Int) -> UInt {
        let (index, part) = position.quotientAndRemainder(dividingBy: 64)
        let low = magnitude[index] >> UInt(part)
        guard part > 0, index + 1 < magnitude.count else { return low }
        return low | magnitude[index + 1] << UInt(64 - part)
    }

    private static func digit(_ value: UInt) -> UInt8 {
        UInt8(value) + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
    }

    /// The value of digits (numbers below `radix`, most significant first), without a limit on their count.
    init(digits: some Collection<UInt8>, radix: Int, _ meter: Meter) throws(EngineError) {
        try meter.checkInteger(bits: digits.count)
        if radix.nonzeroBitCount == 1 { try meter.charge(steps: digits.count / 16 + 1) }
        var (limbs, group, factor): ([UInt], UInt, UInt) = ([], 0, 1)
        let largest = UInt.max / UInt(radix) / UInt(radix)
        for digit in digits {
            group = group * UInt(radix) + UInt(digit)
            factor *= UInt(radix)
            if factor > largest {
                try meter.charge(steps: limbs.count / 32 + 1)
                Limbs.multiplyAdd(&limbs, by: factor, adding: group)
                (group, factor) = (0, 1)
            }
        }
        if factor > 1 { Limbs.multiplyAdd(&limbs, by: factor, adding: group) }
        self.init(isNegative: false, magnitude: limbs)
        try meter.charge(bytes: byteCount)
    }
}
