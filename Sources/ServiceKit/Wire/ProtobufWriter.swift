/// Writes the wire format of protocol buffers around messages that are encoded already.
public struct ProtobufWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    /// Nothing has been written yet.
    public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// A field that holds a message or a text, of `count` bytes that follow.
    public mutating func field(_ tag: UInt8, count: Int) {
        bytes.append(tag)
        varint(UInt64(count))
    }

    /// A field that holds a number.
    public mutating func field(_ tag: UInt8, number: UInt64) {
        bytes.append(tag)
        varint(number)
    }

    /// Forgets what has been written, and keeps its memory.
    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// Forgets all but the first `count` bytes.
    public mutating func truncate(to count: Int) { bytes.removeLast(bytes.count - count) }

    private mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }

    /// A field that holds a text or bytes, even where there are none.
    public mutating func field(_ tag: UInt8, _ content: UnsafeRawBufferPointer) {
        field(tag, count: content.count)
        append(content)
    }

    /// A field that holds a text, unless it is empty.
    public mutating func field(_ tag: UInt8, text: String) {
        var text = text
        guard !text.isEmpty else { return }
        text.withUTF8 { field(tag, UnsafeRawBufferPointer($0)) }
    }

    /// Bytes as they are.
    public mutating func append(_ content: UnsafeRawBufferPointer) { bytes.append(contentsOf: content) }

    /// Bytes as they are.
    public mutating func append(_ content: some Sequence<UInt8>) { bytes.append(contentsOf: content) }

    /// How many bytes a number takes.
    public static func length(of value: UInt64) -> Int {
        max(1, (64 - value.leadingZeroBitCount + 6) / 7)
    }
}
