internal import GRPCCore
internal import GRPCNghttp2

/// Compression of single messages, of which GRPCCore has no notion: what our transport offers beyond it.
///
/// With grpc-swift-nio-transport, `flag` is nil and `writing` changes nothing.
enum SingleMessage {
    /// Whether the message that came as these bytes was marked as compressed; nil where the transport doesn't say.
    static func flag(of bytes: some GRPCContiguousBytes) -> Bool? {
        (bytes as? MessageBytes)?.wasCompressed
    }

    /// Writes messages compressed or not, where the call has agreed on an encoding; nil: as the call does by default.
    static func writing(compressed: Bool?, _ write: () async throws -> Void) async throws {
        guard let compressed else { return try await write() }
        try await MessageCompression.$current.withValue(
            compressed ? .gzip : CompressionAlgorithm.none,
            operation: write
        )
    }
}
