internal import GRPCCore

/// Compression of single messages, of which GRPCCore has no notion: what a transport of ours offers beyond it.
///
/// Where the transport has nothing to offer, `flag` is nil and `writing` changes nothing.
enum MessageCompression {
    /// Whether the message that came as these bytes was marked as compressed; nil where the transport doesn't say.
    static func flag(of bytes: some GRPCContiguousBytes) -> Bool? {
        nil
    }

    /// Writes messages compressed or not, where the call has agreed on an encoding; nil: as the call does by default.
    static func writing(compressed: Bool?, _ write: () async throws -> Void) async throws {
        try await write()
    }
}
