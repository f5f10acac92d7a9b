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
        guard text.count == 36 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for index in 0..<36 {
            let byte = text[index]
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte &- UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte &- UInt8(ascii: "a") &+ 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte &- UInt8(ascii: "A") &+ 10
            default: return nil
            }
            if digits < 16 {
                halves.0 = halves.0 << 4 | UInt64(digit)
            } else {
                halves.1 = halves.1 << 4 | UInt64(digit)
            }
            digits += 1
        }
        let bytes = (halves.0.bigEndian, halves.1.bigEndian)
        self.init(uuid: withUnsafeBytes(of: bytes) { $0.load(as: uuid_t.self) })
    }
}
