/// A `uuid`: sixteen bytes, in the order in which they are written.
public struct PostgresUUID: Sendable, Hashable {
    private let high: UInt64
    private let low: UInt64

    /// From sixteen bytes; nil for any other number.
    public init?(bytes: [UInt8]) {
        guard let value = bytes.withUnsafeBytes({ Self(bytes: $0) }) else { return nil }
        self = value
    }

    /// From sixteen bytes; nil for any other number.
    public init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 16 else { return nil }
        high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// Sixteen of them.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        write(to: &bytes)
        return bytes
    }

    func write(to buffer: inout [UInt8]) {
        high.writeNetworkBytes(to: &buffer)
        low.writeNetworkBytes(to: &buffer)
    }
}

extension PostgresUUID: CustomStringConvertible {
    /// As PostgreSQL writes it: lower-case digits in groups of 8, 4, 4, 4 and 12.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension PostgresUUID: Comparable {
    /// In PostgreSQL's order, that of the bytes.
    public static func < (left: PostgresUUID, right: PostgresUUID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
