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
    init(digits: some BidirectionalCollection<UInt8>, radix: Int, _ meter: Meter) throws(EngineError) {
        let digits = digits.drop { $0 == 0 }
        // The bits that each digit brings at least.
        let width = Int.bitWidth - 1 - radix.leadingZeroBitCount
        try meter.checkInteger(bits: max(digits.count - 1, 0) * width)
        let limbs =
            radix.nonzeroBitCount == 1
            ? try Self.limbs(ofBits: digits, width, meter) : try Self.limbs(of: digits, UInt(radix), meter)
        self.init(isNegative: false, magnitude: limbs)
        try meter.charge(bytes: byteCount)
    }

    /// Digits of a power of two are bits, which only have to be put side by side.
    private static func limbs(
        ofBits digits: some BidirectionalCollection<UInt8>,
        _ width: Int,
        _ meter: Meter
    ) throws(EngineError) -> [UInt] {
        try meter.charge(steps: digits.count / 16 + 1)
        var limbs: [UInt] = []
        limbs.reserveCapacity(digits.count * width / 64 + 1)
        var (limb, filled): (UInt, Int) = (0, 0)
        for digit in digits.reversed() {
            limb |= UInt(digit) << UInt(filled)
            filled += width
            guard filled >= 64 else { continue }
            limbs.append(limb)
            filled -= 64
            limb = UInt(digit) >> UInt(width - filled)
        }
        return limbs + [limb]
    }

    private static func limbs(
        of digits: some BidirectionalCollection<UInt8>,
        _ radix: UInt,
        _ meter: Meter
    ) throws(EngineError) -> [UInt] {
        var (limbs, group, factor): ([UInt], UInt, UInt) = ([], 0, 1)
        let largest = UInt.max / radix / radix
        for digit in digits {
            group = group * radix + UInt(digit)
            factor *= radix
            if factor > largest {
                try meter.charge(steps: limbs.count / 32 + 1)
                Limbs.multiplyAdd(&limbs, by: factor, adding: group)
                (group, factor) = (0, 1)
            }
        }
        if factor > 1 { Limbs.multiplyAdd(&limbs, by: factor, adding: group) }
        return limbs
    }
}
