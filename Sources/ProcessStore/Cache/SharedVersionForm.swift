internal import ServiceKit

/// Versions and what is known of processes, as they lie in Redis behind a `SharedSeal`. The numbers are big-endian.
enum SharedVersionForm {
    /// The first byte of a version.
    private static let number: UInt8 = 1
    /// The first byte of what is known of a process.
    private static let headNumber: UInt8 = 2

    /// A version: where the code lies in it, twice four bytes, then the version as it is answered.
    static func encode(_ version: EncodedVersion) -> [UInt8] {
        var bytes: [UInt8] = [number]
        bytes.reserveCapacity(9 + version.writer.bytes.count)
        bytes.append(bigEndian: UInt32(version.code.lowerBound))
        bytes.append(bigEndian: UInt32(version.code.upperBound))
        bytes.append(contentsOf: version.writer.bytes)
        return bytes
    }

    static func version(_ bytes: ArraySlice<UInt8>, number: Int32) -> EncodedVersion? {
        guard bytes.count >= 9, bytes.first == Self.number else { return nil }
        let rest = bytes.dropFirst()
        let lower = Int(UInt32(bigEndian: rest.prefix(4)))
        let upper = Int(UInt32(bigEndian: rest.dropFirst(4).prefix(4)))
        let version = rest.dropFirst(8)
        guard lower <= upper, upper <= version.count else { return nil }
        return EncodedVersion(number: number, bytes: version, code: lower..<upper)
    }

    /// What is known of a process: when it was read, by Redis' clock, in microseconds since 1970 in eight bytes, then as it is
    /// answered.
    static func encode(_ head: EncodedHead, readAt: Int64) -> [UInt8] {
        var bytes: [UInt8] = [headNumber]
        bytes.reserveCapacity(9 + head.bytes.count)
        bytes.append(bigEndian: UInt64(bitPattern: readAt))
        bytes.append(contentsOf: head.bytes)
        return bytes
    }

    static func head(_ bytes: ArraySlice<UInt8>) -> (head: EncodedHead, readAt: Int64)? {
        guard bytes.count >= 9, bytes.first == headNumber else { return nil }
        let readAt = UInt64(bigEndian: bytes.dropFirst().prefix(8))
        return (EncodedHead(bytes: Array(bytes.dropFirst(9))), Int64(bitPattern: readAt))
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
}

extension FixedWidthInteger {
    fileprivate init(bigEndian bytes: ArraySlice<UInt8>) { self = bytes.reduce(0) { $0 << 8 | Self($1) } }
}
