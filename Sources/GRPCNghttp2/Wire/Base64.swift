/// Base64 as gRPC's binary metadata uses it: the alphabet of RFC 4648, 4, sent without padding, taken with or without.
enum Base64 {
    private static let alphabet: StaticString =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    private static let padding = UInt8(ascii: "=")

    /// Adds the encoded form of `input` to `output`.
    static func append(encoding input: [UInt8], to output: inout [UInt8]) {
        let alphabet = Self.alphabet.utf8Start
        var accumulator: UInt32 = 0
        var bits = 0
        for byte in input {
            accumulator = accumulator << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                output.append(alphabet[Int(accumulator >> bits & 63)])
            }
        }
        if bits > 0 { output.append(alphabet[Int(accumulator << (6 - bits) & 63)]) }
    }

    /// The bytes that `text` stands for; nil where it is no base64. What is padded must be padded to a multiple of four.
    static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var digits = text
        while digits.last == padding { digits = UnsafeBufferPointer(rebasing: digits.dropLast()) }
        let paddingCount = text.count - digits.count
        guard digits.count % 4 != 1, paddingCount == 0 || paddingCount <= 2 && text.count % 4 == 0 else {
            return nil
        }
        var output: [UInt8] = []
        output.reserveCapacity(digits.count * 3 / 4)
        var accumulator: UInt32 = 0
        var bits = 0
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            accumulator = accumulator << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                output.append(UInt8(truncatingIfNeeded: accumulator >> bits))
            }
        }
        return output
    }

    private static func value(of digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
