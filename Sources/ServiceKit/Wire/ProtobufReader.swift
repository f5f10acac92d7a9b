/// Reads the wire format of protocol buffers, as far as hot requests need it. It never reads beyond its range.
public struct ProtobufReader {
    private let bytes: UnsafeRawBufferPointer
    private var place: Int
    private let end: Int

    /// A reader of a part of a message.
    public init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        place = range.lowerBound
        end = range.upperBound
    }

    /// Whether everything has been read.
    public var isAtEnd: Bool { place == end }

    /// The next field's number and type, if it takes one byte; nil at the end, and for a longer one.
    public mutating func tag() -> UInt8? {
        guard place < end, bytes[place] < 0x80 else { return nil }
        defer { place += 1 }
        return bytes[place]
    }

    /// A number of variable length; nil where it is cut short or too long.
    public mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while place < end, shift < 64 {
            let byte = bytes[place]
            place += 1
            guard shift < 63 || byte <= 1 else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    /// Where the bytes of a field with a length lie.
    public mutating func content() -> Range<Int>? {
        guard let count = varint(), count <= UInt64(end - place) else { return nil }
        let start = place
        place += Int(count)
        return start..<place
    }
}
