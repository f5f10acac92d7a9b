internal import EventLoop

extension GzipCodec {
    /// From this size on, in bytes, compression leaves the loop: it then takes longer than other calls should wait.
    private static let offloadThreshold = 32 * 1_024

    /// A message compressed; a large one on another thread.
    static func compressed(
        _ message: MessageBytes,
        offload: OffloadExecutor
    ) async throws -> MessageBytes {
        guard message.count >= offloadThreshold else { return try translated { try compress(message) } }
        return try await offload.run { try translated { try compress(message) } }
    }

    /// A message decompressed; a large one on another thread.
    static func decompressed(
        _ message: MessageBytes,
        maxMessageBytes: Int,
        offload: OffloadExecutor
    ) async throws -> MessageBytes {
        // A small message may be a large one compressed well: the limit then keeps it within some milliseconds.
        guard message.count >= offloadThreshold / 8 else {
            return try translated { try decompress(message, maxMessageBytes: maxMessageBytes) }
        }
        return try await offload.run {
            try translated { try decompress(message, maxMessageBytes: maxMessageBytes) }
        }
    }

    private static func translated(_ body: () throws -> MessageBytes) throws -> MessageBytes {
        do {
            return try body()
        } catch let error as TransportError {
            throw error.rpcError
        }
    }
}
