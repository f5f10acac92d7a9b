extension Parser {
    /// CPython's limit for decimal literals, because reading them takes time that grows with the square.
    static let maximumDecimalDigits = 4300

    /// The value of a number.
    mutating func decodeNumber(_ token: Token) throws(SyntaxFailure) -> Constant {
        let bytes = UnsafeBufferPointer(start: text + Int(token.start), count: Int(token.end - token.start))
        switch token.kind {
        case .integer: return try decodeInteger(bytes, radix: UInt64(token.value), token)
        case .imaginary: return .imaginary(decodeDouble(UnsafeBufferPointer(rebasing: bytes.dropLast())))
        default: return .float(decodeDouble(bytes))
        }
    }

    private mutating func decodeInteger(
        _ bytes: UnsafeBufferPointer<UInt8>,
        radix: UInt64,
        _ token: Token
    ) throws(SyntaxFailure) -> Constant {
        var value: UInt64 = 0
        for index in (radix == 10 ? 0 : 2)..<bytes.count {
            let byte = bytes[index]
            if byte == 0x5F { continue }
            let digit = UInt64(byte < 0x3A ? byte - 0x30 : (byte | 0x20) - 0x57)
            let (product, overflow) = value.multipliedReportingOverflow(by: radix)
            let (sum, carry) = product.addingReportingOverflow(digit)
            if overflow || carry { return try decodeBigInteger(bytes, radix: radix, token) }
            value = sum
        }
        return value > UInt64(Int.max)
            ? try decodeBigInteger(bytes, radix: radix, token) : .integer(Int(value))
    }

    private mutating func decodeBigInteger(
        _ bytes: UnsafeBufferPointer<UInt8>,
        radix: UInt64,
        _ token: Token
    ) throws(SyntaxFailure) -> Constant {
        let digits = bytes.filter { $0 != 0x5F }.map { $0 < 0x40 ? $0 : $0 | 0x20 }
        if radix == 10, digits.count > Parser.maximumDecimalDigits {
            throw fail(
                .invalidNumber,
                at: token.range,
                "This number has \(digits.count) digits; \(Parser.maximumDecimalDigits) are allowed.",
                hint: "Write it in hexadecimal, which has no limit."
            )
        }
        return .bigInteger(digits.withUnsafeBufferPointer { tree.addText($0) })
    }

    /// Correctly rounded, as CPython's; what is too large is infinite.
    private func decodeDouble(_ bytes: UnsafeBufferPointer<UInt8>) -> Double {
        let digits = bytes.filter { $0 != 0x5F }
        return Double(String(decoding: digits, as: UTF8.self)) ?? 0
    }
}
