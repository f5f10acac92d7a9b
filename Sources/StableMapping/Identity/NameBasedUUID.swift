/// UUIDs of version 5 (RFC 9562, section 5.5): SHA-1 of a namespace and a name.
enum NameBasedUUID {
    /// The UUID of a name, in lower case with hyphens.
    static func text(namespace: ProcessID, name: String) -> String {
        var bytes = Array(SHA1.hash(namespace.bytes + Array(name.utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x50
        bytes[8] = bytes[8] & 0x3F | 0x80
        return ProcessID.text(of: bytes)
    }
}

/// The UUID of a process: the namespace of the fact IDs derived for it.
public struct ProcessID: Hashable, Sendable, CustomStringConvertible {
    /// Its 16 bytes, the most significant first.
    public let bytes: [UInt8]

    /// An ID given by its bytes; nothing where they are not 16.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.bytes = Array(bytes)
    }

    /// An ID given as text, `8-4-4-4-12` digits; nothing where it is none.
    public init?(_ text: some StringProtocol) {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return nil }
        let digits = groups.flatMap { $0.utf8.map(ProcessID.value) }
        guard !digits.contains(0xFF) else { return nil }
        bytes = stride(from: 0, to: 32, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// The ID in lower case with hyphens.
    public var description: String { ProcessID.text(of: bytes) }

    static func text(of bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The value of a hexadecimal digit, 0xFF where it is none.
    private static func value(_ digit: UInt8) -> UInt8 {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: 0xFF
        }
    }
}
