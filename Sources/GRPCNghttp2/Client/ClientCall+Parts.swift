internal import EventLoop
internal import GRPCCore

/// What a caller reads: the server's metadata, its messages, its status.
struct ClientInbound: AsyncSequence, Sendable {
    typealias Element = RPCResponsePart<MessageBytes>
    typealias Failure = any Error

    let call: ClientCall

    func makeAsyncIterator() -> Iterator { Iterator(call: call) }

    struct Iterator: AsyncIteratorProtocol {
        let call: ClientCall
        private var stage = Stage.metadata

        private enum Stage { case metadata, messages, end }

        init(call: ClientCall) { self.call = call }

        mutating func next() async throws -> Element? { try await next(isolation: nil) }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> Element? {
            guard stage != .end else { return nil }
            let part = try await call.nextPart(wantsMetadata: stage == .metadata)
            switch part {
            case .metadata: stage = .messages
            case .message: break
            case .status: stage = .end
            }
            return part
        }
    }
}

extension ClientCall {
    /// From any thread.
    fileprivate func nextPart(wantsMetadata: Bool) async throws -> RPCResponsePart<MessageBytes> {
        guard loop.isCurrent else {
            return try await loop.hop { try await self.nextPart(wantsMetadata: wantsMetadata) }
        }
        while true {
            if wantsMetadata {
                if let metadata = stream.initialMetadata { return .metadata(metadata) }
            } else if let message = stream.takeMessage() {
                return .message(try await decoded(message))
            }
            if let failure = stream.failure { throw failure }
            if let (status, metadata) = stream.status {
                guard !stream.deframer.hasPartialMessage else {
                    throw RPCError(
                        code: .internalError,
                        message: "The response ended in the middle of a message."
                    )
                }
                return .status(status, metadata)
            }
            guard !Task.isCancelled else {
                cancel()
                throw RPCError(code: .cancelled, message: "The caller gave the call up.")
            }
            await waitForResponse()
        }
    }

    private func decoded(_ message: MessageBytes) async throws -> MessageBytes {
        guard message.isCompressed else { return message }
        guard stream.encoding == .gzip else {
            throw RPCError(
                code: .internalError,
                message: "A message is marked as compressed, but grpc-encoding names no compression."
            )
        }
        return try await GzipCodec.decompressed(message, maxMessageBytes: maxResponseBytes, offload: offload)
    }

    /// A message as the request's encoding has it.
    fileprivate func encoded(_ message: MessageBytes) async throws -> MessageBytes {
        guard compresses, MessageCompression.current != CompressionAlgorithm.none else { return message }
        return try await GzipCodec.compressed(message, offload: offload)
    }
}

/// What a caller writes: metadata, messages, the end.
struct ClientOutbound: ClosableRPCWriterProtocol {
    typealias Element = RPCRequestPart<MessageBytes>

    let call: ClientCall

    func write(_ element: Element) async throws {
        guard call.loop.isCurrent else {
            let compression = MessageCompression.current
            return try await call.loop.hop {
                try await MessageCompression.$current.withValue(compression) { try await write(element) }
            }
        }
        switch element {
        case .metadata(let metadata):
            do throws(TransportError) {
                try call.send(metadata)
            } catch {
                throw error.rpcError
            }
        case .message(let message):
            if try call.send(try await call.encoded(message)) { await call.waitForDrain() }
        }
    }

    func write(contentsOf elements: some Sequence<Element>) async throws {
        for element in elements { try await write(element) }
    }

    func finish() async {
        guard call.loop.isCurrent else { return await call.loop.hop { await finish() } }
        call.finish()
    }

    func finish(throwing error: any Error) async {
        guard call.loop.isCurrent else { return await call.loop.hop { await finish(throwing: error) } }
        call.abandon(error)
    }
}
