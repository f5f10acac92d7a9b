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
