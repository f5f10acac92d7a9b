internal import CNghttp2
internal import EventLoop
internal import GRPCCore

/// What a handler writes: metadata, messages, a status.
///
/// Writing waits while the peer is slow: at most one message beyond the send buffer's limit is held per stream.
struct ServerOutbound: ClosableRPCWriterProtocol {
    typealias Element = RPCResponsePart<MessageBytes>

    let stream: ServerStream

    func write(_ element: Element) async throws {
        guard stream.loop.isCurrent else {
            let compression = MessageCompression.current
            return try await stream.loop.hop {
                try await MessageCompression.$current.withValue(compression) { try await write(element) }
            }
        }
        switch element {
        case .metadata(let metadata):
            try translated { () throws(TransportError) in try stream.send(metadata) }
        case .message(let message):
            let form = try await stream.encoded(message)
            if try translated({ () throws(TransportError) in try stream.send(form) }) {
                await stream.waitForDrain()
            }
        case .status(let status, let metadata):
            do {
                try stream.send(status, metadata)
            } catch  where error.code == .badMetadata {
                // The caller gets its status, even where the handler's metadata cannot be sent.
                try translated { () throws(TransportError) in
                    try stream.send(Status(code: .internalError, message: error.message), [:])
                }
            } catch {
                throw error.rpcError
            }
        }
    }

    func write(contentsOf elements: some Sequence<Element>) async throws {
        for element in elements { try await write(element) }
    }

    func finish() async {
        guard stream.loop.isCurrent else { return await stream.loop.hop { await finish() } }
        // GRPCCore ends every call with a status; a handler of another make may not.
        stream.refuse(Status(code: .unknown, message: "The handler ended without a status."))
    }

    func finish(throwing error: any Error) async {
        guard stream.loop.isCurrent else { return await stream.loop.hop { await finish(throwing: error) } }
        stream.refuse(Status(code: .unknown, message: "The handler failed."))
    }

    private func translated<Result>(_ body: () throws(TransportError) -> Result) throws -> Result {
        do throws(TransportError) {
            return try body()
        } catch {
            throw error.rpcError
        }
    }
}

extension ServerStream {
    /// A message as the answer's encoding has it.
    fileprivate func encoded(_ message: MessageBytes) async throws -> MessageBytes {
        // The task-local is looked at only where it can have a meaning.
        guard compresses, MessageCompression.current != CompressionAlgorithm.none else { return message }
        return try await GzipCodec.compressed(message, offload: offload)
    }
}
