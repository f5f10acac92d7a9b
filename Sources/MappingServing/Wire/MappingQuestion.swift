internal import FoundationEssentials
internal import ServiceKit

/// A `GetProcessMappingRequest` read from its bytes, where it is plain: what is not is left to the decoder of all messages.
struct MappingQuestion: Equatable {
    let process: UUID
    let version: Int32
    /// Where `if_content_hash` lies in the message; empty where it is absent.
    let contentHash: Range<Int>

    /// The request in a part of a message; nil where a field is unknown, repeated or not allowed.
    init?(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        var process: UUID?
        var version: Int32 = 0
        var hash = 0..<0
        var reader = ProtobufReader(bytes, range)
        while let tag = reader.tag() {
            switch tag {
            case 0x0a:
                guard process == nil, let text = reader.content(), let id = Self.uuid(bytes, text) else {
                    return nil
                }
                process = id
            case 0x10:
                guard let number = reader.varint(), let value = Int32(exactly: number) else { return nil }
                version = value
            case 0x1a:
                guard let text = reader.content() else { return nil }
                hash = text
            default: return nil
            }
        }
        guard reader.isAtEnd, let process else { return nil }
        self.process = process
        self.version = version
        contentHash = hash
    }

    private static func uuid(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> UUID? {
        UUID(text: UnsafeBufferPointer(rebasing: bytes.bindMemory(to: UInt8.self)[range]))
    }
}

/// Reads the wire format of protocol buffers, as far as hot requests need it. It never reads beyond its range.
struct ProtobufReader {
    private let bytes: UnsafeRawBufferPointer
    private var place: Int
    private let end: Int

    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        place = range.lowerBound
        end = range.upperBound
    }

    /// Whether everything has been read.
    var isAtEnd: Bool { place == end }

    /// The next field's number and type, if it takes one byte; nil at the end, and for a longer one.
    mutating func tag() -> UInt8? {
        guard place < end, bytes[place] < 0x80 else { return nil }
        defer { place += 1 }
        return bytes[place]
    }

    /// A number of variable length; nil where it is cut short or too long.
    mutating func varint() -> UInt64? {
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
    mutating func content() -> Range<Int>? {
        guard let count = varint(), count <= UInt64(end - place) else { return nil }
        let start = place
        place += Int(count)
        return start..<place
    }
}
