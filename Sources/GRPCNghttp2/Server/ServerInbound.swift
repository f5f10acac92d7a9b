internal import EventLoop
internal import GRPCCore

/// What a handler reads: the request's metadata, then its messages.
struct ServerInbound: AsyncSequence, Sendable {
    typealias Element = RPCRequestPart<MessageBytes>
    typealias Failure = any Error

    let stream: ServerStream
    let metadata: Metadata

    func makeAsyncIterator() -> Iterator { Iterator(stream: stream, metadata: metadata) }

    struct Iterator: AsyncIteratorProtocol {
        let stream: ServerStream
        /// Nil once it has been handed over.
        var metadata: Metadata?

        mutating func next() async throws -> Element? { try await next(isolation: nil) }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> Element? {
            if let metadata {
                self.metadata = nil
                return .metadata(metadata)
            }
            // On the stream's own loop, where handlers most often are, this takes no detour.
            if stream.loop.isCurrent, let message = stream.takeMessage() {
                return .message(try await stream.decoded(message))
            }
            return try await stream.nextMessage().map { .message($0) }
        }
    }
}

extension ServerStream {
    /// The next message, from any thread.
    fileprivate func nextMessage() async throws -> MessageBytes? {
        guard loop.isCurrent else {
            return try await loop.hop { try await self.nextMessage() }
        }
        while true {
            if let message = takeMessage() { return try await decoded(message) }
            if let receiveError { throw receiveError.rpcError }
            if hasRemoteEnded {
                guard !deframer.hasPartialMessage else {
                    throw RPCError(
                        code: .internalError,
                        message: "The request ended in the middle of a message."
                    )
                }
                return nil
            }
            try Task.checkCancellation()
            await waitForInbound()
        }
    }

    /// A message as it was before compression.
    fileprivate func decoded(_ message: MessageBytes) async throws -> MessageBytes {
        guard message.isCompressed else { return message }
        guard call?.encoding == .gzip else {
            throw RPCError(
                code: .internalError,
                message: "A message is marked as compressed, but grpc-encoding names no compression."
            )
        }
        return try await GzipCodec.decompressed(
            message,
            maxMessageBytes: connection.session.limits.maxMessageBytes,
            offload: offload
        )
    }
}
