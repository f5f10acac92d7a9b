internal import GRPCCore
internal import GRPCProtobuf
internal import SwiftProtobuf
internal import Synchronization

/// A message and how it came.
struct ReceivedMessage<Content: Sendable>: Sendable {
    var content: Content
    /// Whether it was marked as compressed; nil where the transport doesn't say.
    var isCompressed: Bool?
}

/// Reads a message together with its compressed flag.
struct ReceivedMessageDeserializer<Content: SwiftProtobuf.Message>: MessageDeserializer {
    func deserialize(_ bytes: some GRPCContiguousBytes) throws -> ReceivedMessage<Content> {
        ReceivedMessage(
            content: try ProtobufDeserializer<Content>().deserialize(bytes),
            isCompressed: SingleMessage.flag(of: bytes)
        )
    }
}

/// Reads messages and notes their compressed flags, in order.
final class FlagNotingDeserializer<Content: SwiftProtobuf.Message>: MessageDeserializer {
    private let noted = Mutex<[Bool?]>([])

    /// A flag for each message read so far; nil where the transport doesn't say.
    var flags: [Bool?] { noted.withLock { $0 } }

    func deserialize(_ bytes: some GRPCContiguousBytes) throws -> Content {
        let flag = SingleMessage.flag(of: bytes)
        noted.withLock { $0.append(flag) }
        return try ProtobufDeserializer<Content>().deserialize(bytes)
    }
}
