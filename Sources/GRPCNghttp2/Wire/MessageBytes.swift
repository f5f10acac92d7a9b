public import GRPCCore

/// The bytes of one message, kept behind the prefix that gRPC puts before a message on the wire.
///
/// A message that a serializer has written into one goes to the socket as it is, and one that has come from the socket
/// goes to the deserializer as it is: neither is copied to gain or lose its prefix.
public struct MessageBytes: GRPCContiguousBytes, Hashable, Sendable {
    /// The flag and the length in four bytes, most significant first (gRPC's "Length-Prefixed-Message").
    @usableFromInline static let prefixLength = 5

    /// Prefix and message. The prefix is valid at all times, so whoever sets this keeps it so.
    @usableFromInline var framed: [UInt8]

    /// Whether the message came compressed over the wire. For a message that is to be sent it says nothing, and it is no
    /// part of equality.
    public internal(set) var wasCompressed = false

    /// A message of `count` bytes, all of them `byte`.
    @inlinable
    public init(repeating byte: UInt8, count: Int) {
        self.framed = Self.makeFramed(count: count) { message in
            message.initialize(repeating: byte)
        }
    }

    /// A message of the bytes of `sequence`.
    @inlinable
    public init<Bytes: Sequence>(_ sequence: Bytes) where Bytes.Element == UInt8 {
        let framed = sequence.withContiguousStorageIfAvailable { bytes in
            Self.makeFramed(count: bytes.count) { message in
                _ = message.initialize(from: bytes)
            }
        }
        if let framed {
            self.framed = framed
        } else {
            self.framed = Self.frameOneByOne(sequence)
        }
    }

    /// A message of `count` bytes, all of which `fill` writes.
    @inlinable
    public init(count: Int, fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
        framed = Self.makeFramed(count: count, fill)
    }

    /// Takes over a prefix and its message.
    init(framed: consuming [UInt8]) {
        self.framed = framed
        assert(self.framed.count >= Self.prefixLength && self.framed[0] <= 1)
        assert(self.framed[1..<5].reduce(0) { $0 << 8 | Int($1) } == count)
    }

    /// How long the message is, without its prefix.
    @inlinable
    public var count: Int { framed.count - Self.prefixLength }

    /// Whether the message is compressed in the way that the stream's `grpc-encoding` names.
    var isCompressed: Bool { framed[0] != 0 }

    /// Lends the message, without its prefix.
    @inlinable
    public func withUnsafeBytes<R>(_ body: (_ buffer: UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try framed.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[Self.prefixLength...])) }
    }

    /// Lends the message, without its prefix, to be changed in place.
    @inlinable
    public mutating func withUnsafeMutableBytes<R>(
        _ body: (_ buffer: UnsafeMutableRawBufferPointer) throws -> R
    ) rethrows -> R {
        try framed.withUnsafeMutableBytes {
            try body(UnsafeMutableRawBufferPointer(rebasing: $0[Self.prefixLength...]))
        }
    }

    /// Whether two messages have the same bytes.
    public static func == (left: MessageBytes, right: MessageBytes) -> Bool { left.framed == right.framed }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) { hasher.combine(framed) }

    @inlinable
    static func makeFramed(count: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: prefixLength + count) { buffer, initializedCount in
            writePrefix(count: count, to: buffer)
            fill(UnsafeMutableBufferPointer(rebasing: buffer[prefixLength..<(prefixLength + count)]))
            initializedCount = prefixLength + count
        }
    }

    @inlinable
    static func frameOneByOne(_ sequence: some Sequence<UInt8>) -> [UInt8] {
        var framed: [UInt8] = []
        framed.reserveCapacity(prefixLength + sequence.underestimatedCount)
        framed.append(contentsOf: [0, 0, 0, 0, 0])
        framed.append(contentsOf: sequence)
        let count = framed.count - prefixLength
        framed.withUnsafeMutableBufferPointer { writePrefix(count: count, to: $0) }
        return framed
    }

    @inlinable
    static func writePrefix(count: Int, to buffer: UnsafeMutableBufferPointer<UInt8>) {
        precondition(UInt32(exactly: count) != nil, "A message is longer than gRPC's prefix can say")
        buffer[0] = 0
        buffer[1] = UInt8(truncatingIfNeeded: count >> 24)
        buffer[2] = UInt8(truncatingIfNeeded: count >> 16)
        buffer[3] = UInt8(truncatingIfNeeded: count >> 8)
        buffer[4] = UInt8(truncatingIfNeeded: count)
    }
}
