public import FoundationEssentials

extension UUID {
    /// The ID as the API writes it.
    public var text: String {
        // `uuidString` goes by printf, which is a fifth of what a cached read costs.
        String(unsafeUninitializedCapacity: Self.textBytes) { digits in
            writeText(to: digits)
            return Self.textBytes
        }
    }

    /// How long ``text`` is.
    static let textBytes = 36

    /// Writes ``text`` to the beginning of `digits`, which has room for it.
    func writeText(to digits: UnsafeMutableBufferPointer<UInt8>) {
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
        let digits = UnsafeRawBufferPointer(text)
        guard
            let first = HexDigits(digits.loadUnaligned(as: UInt64.self)).value,
            let second = HexDigits(digits.pair(9, 14)).value,
            let third = HexDigits(digits.pair(19, 24)).value,
            let fourth = HexDigits(digits.loadUnaligned(fromByteOffset: 28, as: UInt64.self)).value
        else { return nil }
        let bytes = (first, second, third, fourth)
        self.init(uuid: withUnsafeBytes(of: bytes) { $0.load(as: uuid_t.self) })
    }

    private static var dash: UInt8 { UInt8(ascii: "-") }
}

extension UnsafeRawBufferPointer {
    /// Four bytes from one place and four from another.
    fileprivate func pair(_ first: Int, _ second: Int) -> UInt64 {
        UInt64(UInt32(littleEndian: loadUnaligned(fromByteOffset: first, as: UInt32.self)))
            | UInt64(UInt32(littleEndian: loadUnaligned(fromByteOffset: second, as: UInt32.self))) << 32
    }
}

/// Eight hexadecimal digits in ASCII, dealt with all at once: each byte of a word is a lane.
private struct HexDigits {
    private let text: UInt64

    /// - Parameter text: The first digit in the lowest byte.
    init(_ text: UInt64) { self.text = UInt64(littleEndian: text) }

    /// The four bytes that they write, in their order in memory; nil where one of them is none.
    var value: UInt32? {
        guard text & Self.all(0x80) == 0 else { return nil }
        // The highest bit of a lane says whether its byte is at least the one that is taken from 0x80; none overflows.
        let isNumber = (text + Self.all(0x80 - 0x30)) & ~(text + Self.all(0x80 - 0x3a))
        let small = text | Self.all(0x20)
        let isLetter = (small + Self.all(0x80 - 0x61)) & ~(small + Self.all(0x80 - 0x67)) & Self.all(0x80)
        guard (isNumber | isLetter) & Self.all(0x80) == Self.all(0x80) else { return nil }
        let values = (text & Self.all(0x0f)) + (isLetter >> 7) * 9
        var bytes = (values << 4 | values >> 8) & 0x00ff_00ff_00ff_00ff
        bytes = (bytes | bytes >> 8) & 0x0000_ffff_0000_ffff
        return UInt32(truncatingIfNeeded: bytes | bytes >> 16).littleEndian
    }

    private static func all(_ byte: UInt64) -> UInt64 { byte &* 0x0101_0101_0101_0101 }
}
