/// Writes the wire format of protocol buffers around messages that are encoded already.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// A field that holds a message or a text, of `count` bytes that follow.
    mutating func field(_ tag: UInt8, count: Int) {
        bytes.append(tag)
        varint(UInt64(count))
    }

    /// A field that holds a number.
    mutating func field(_ tag: UInt8, number: UInt64) {
        bytes.append(tag)
        varint(number)
    }

    private mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }

    /// Bytes as they are.
    mutating func append(_ content: UnsafeRawBufferPointer) { bytes.append(contentsOf: content) }

    /// Bytes as they are.
    mutating func append(_ content: some Sequence<UInt8>) { bytes.append(contentsOf: content) }

    /// How many bytes a number takes.
    static func length(of value: UInt64) -> Int {
        max(1, (64 - value.leadingZeroBitCount + 6) / 7)
    }
}
