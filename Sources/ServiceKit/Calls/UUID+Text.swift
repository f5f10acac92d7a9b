public import FoundationEssentials

extension UUID {
    /// The ID as the API writes it.
    public var text: String {
        // `uuidString` goes by printf, which is a fifth of what a cached read costs.
        String(unsafeUninitializedCapacity: 36) { digits in
            withUnsafeBytes(of: uuid) { bytes in
                var place = 0
                for (index, byte) in bytes.enumerated() {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        digits[place] = UInt8(ascii: "-")
                        place += 1
                    }
                    digits[place] = Self.digit(byte >> 4)
                    digits[place + 1] = Self.digit(byte & 15)
                    place += 2
                }
            }
            return 36
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// The ID of 36 characters in ASCII; nil where they are none. As `UUID(uuidString:)`, which goes by scanf.
    public init?(text: String) {
        var text = text
        guard let id = text.withUTF8({ UUID(text: $0) }) else { return nil }
        self = id
    }

    /// The ID of 36 characters in ASCII, with capital or small letters; nil where they are none (RFC 9562, section 4).
    ///
    /// As `UUID(uuidString:)`, without a string.
    public init?(text: UnsafeBufferPointer<UInt8>) {
        guard text.count == 36, text[8] == Self.dash, text[13] == Self.dash, text[18] == Self.dash,
            text[23] == Self.dash
        else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        var areDigits = true
        Self.read(text, 0..<8, &halves.0, &areDigits)
        Self.read(text, 9..<13, &halves.0, &areDigits)
        Self.read(text, 14..<18, &halves.0, &areDigits)
        Self.read(text, 19..<23, &halves.1, &areDigits)
        Self.read(text, 24..<36, &halves.1, &areDigits)
        guard areDigits else { return nil }
        let bytes = (halves.0.bigEndian, halves.1.bigEndian)
        self.init(uuid: withUnsafeBytes(of: bytes) { $0.load(as: uuid_t.self) })
    }

    private static var dash: UInt8 { UInt8(ascii: "-") }

    /// Reads hexadecimal digits, without a branch for each kind: a digit's low four bits, and nine more for a letter.
    @inline(__always)
    private static func read(
        _ text: UnsafeBufferPointer<UInt8>,
        _ range: Range<Int>,
        _ value: inout UInt64,
        _ areDigits: inout Bool
    ) {
        for index in range {
            let byte = text[index]
            let isNumber = byte &- UInt8(ascii: "0") < 10
            let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 6
            areDigits = areDigits && (isNumber || isLetter)
            value = value << 4 | UInt64(byte & 0x0f &+ (byte >> 6) &* 9)
        }
    }
}
