internal import CNghttp2
internal import DequeModule
internal import EventLoop
internal import GRPCCore

/// One attempt at a call: a stream of one connection, and what the server said on it.
///
/// Confined to its connection's loop, hence the unchecked conformance.
final class ClientStream: HTTP2Stream, @unchecked Sendable {
    let connection: ClientConnection
    let http2: HTTP2Connection
    /// Who is told when something has changed; nil once it looks at another attempt or is done.
    weak var call: ClientCall?

    /// The server's initial metadata.
    private(set) var initialMetadata: Metadata?
    /// How the server ended the call.
    private(set) var status: (Status, Metadata)?
    /// Why the call ended without the server's word.
    private(set) var failure: RPCError?
    private var isCompressed = false

    init(connection: ClientConnection, http2: HTTP2Connection, maxMessageBytes: Int) {
        self.connection = connection
        self.http2 = http2
        super.init(id: 0, maxMessageBytes: maxMessageBytes)
    }

    private var session: HTTP2Session { http2.session }

    /// Whether the server has begun to answer, so that the call must not be made again.
    var hasResponse: Bool { initialMetadata != nil || status != nil }
    /// Whether nothing more comes.
    var isOver: Bool { status != nil || failure != nil }
    /// Whether messages are compressed as the server said.
    var encoding: RequestHead.Encoding { isCompressed ? .gzip : .identity }

    // MARK: What the server says

    func receivedHeaders(_ block: HeaderBlock, isEnd: Bool) {
        guard !isOver else { return }
        // Interim responses announce something that gRPC has no use for (RFC 9110, section 15.2).
        if initialMetadata == nil, !isEnd,
            block.withValue(of: ":status", { $0.first == UInt8(ascii: "1") }) == true
        {
            return
        }
        if block.isCutShort {
            fail(
                RPCError(code: .resourceExhausted, message: "The response's headers are too large."),
                resetting: NGHTTP2_CANCEL.rawValue
            )
        } else if initialMetadata == nil, !isEnd {
            begin(block)
        } else if isEnd {
            end(block)
        }
        call?.changed()
    }

    private func begin(_ block: HeaderBlock) {
        if let refusal = refusalByHTTP(block) { return fail(refusal, resetting: NGHTTP2_CANCEL.rawValue) }
        if let named = block.withValue(
            of: "grpc-encoding",
            { value in
                value.elementsEqual("gzip".utf8) ? true : value.elementsEqual("identity".utf8) ? false : nil
            }
        ) {
            guard let named else {
                return fail(
                    RPCError(
                        code: .internalError,
                        message: "The server compresses in a way that was not offered."
                    ),
                    resetting: NGHTTP2_CANCEL.rawValue
                )
            }
            isCompressed = named
        }
        do throws(TransportError) {
            initialMetadata = try block.metadata()
        } catch {
            fail(error.rpcError, resetting: NGHTTP2_CANCEL.rawValue)
        }
    }

    /// Trailers, or a response that is nothing but trailers.
    private func end(_ block: HeaderBlock) {
        guard let text = block.withValue(of: "grpc-status", { String(decoding: $0, as: UTF8.self) }) else {
            let message = "The server ended the call without a status."
            return fail(refusalByHTTP(block) ?? RPCError(code: .unknown, message: message))
        }
        let code = Int(text).flatMap(Status.Code.init(rawValue:)) ?? .unknown
        let message = block.withValue(of: "grpc-message", StatusMessage.decode) ?? ""
        // Trailers that cannot be read do not take the status away.
        let metadata = (try? block.metadata()) ?? [:]
        status = (Status(code: code, message: message), metadata)
    }

    /// What a response that is no gRPC means (gRPC's http-grpc-status-mapping.md); nil where it is gRPC.
    private func refusalByHTTP(_ block: HeaderBlock) -> RPCError? {
        if let text = block.withValue(of: ":status", { String(decoding: $0, as: UTF8.self) }), text != "200" {
            return RPCError(
                code: RPCError.Code(httpStatus: Int(text) ?? 0),
                message: "The server answered with HTTP status \(text) in place of gRPC."
            )
        }
        // Trailers have no content-type of their own.
        guard initialMetadata == nil else { return nil }
        let isGRPC = block.withValue(of: "content-type") { $0.starts(with: "application/grpc".utf8) } ?? false
        return isGRPC ? nil : RPCError(code: .unknown, message: "The server's answer is no gRPC.")
    }

    func receivedData(isEnd: Bool) {
        guard !isOver else { return giveBack(unconsumed) }
        if let receiveError {
            fail(receiveError.rpcError, resetting: NGHTTP2_CANCEL.rawValue)
        } else if initialMetadata == nil {
            fail(
                RPCError(code: .internalError, message: "The server sent a message before its metadata."),
                resetting: NGHTTP2_PROTOCOL_ERROR.rawValue
            )
        } else if isEnd {
            fail(RPCError(code: .internalError, message: "The server ended the call without a status."))
        } else if messages.isEmpty {
            // The beginning of a message that is longer than the window must not be held back by it.
            giveBack(unconsumed)
        }
        call?.changed()
    }

    /// HTTP/2 is done with the stream.
    func closed(errorCode: UInt32) {
        giveBack(unconsumed)
        defer { connection.assumeOnLoop { $0.streamClosed() } }
        guard !isOver else { return }
        let isUntouched = !isHeadSent || errorCode == NGHTTP2_REFUSED_STREAM.rawValue
        if isUntouched, !hasResponse, let call, call.retry(after: self) { return }
        fail(
            RPCError(
                code: RPCError.Code(http2ErrorCode: errorCode),
                message: "The stream was closed with HTTP/2 error code \(errorCode)."
            )
        )
        call?.changed()
    }

    /// The connection is gone.
    func connectionClosed(_ error: TransportError) {
        guard !isOver else { return }
        if !isHeadSent, !hasResponse, let call, call.retry(after: self) { return }
        fail(RPCError(code: .unavailable, message: error.message, cause: error))
        call?.changed()
    }

    func takeMessage() -> MessageBytes? {
        guard let message = messages.popFirst() else { return nil }
        giveBack(messages.isEmpty ? unconsumed : min(unconsumed, message.framed.count))
        return message
    }

    /// The call ends here, by our own doing.
    func fail(_ error: RPCError, resetting errorCode: UInt32? = nil) {
        guard !isOver else { return }
        failure = error
        if let errorCode { reset(errorCode: errorCode) }
    }

    func reset(errorCode: UInt32) {
        guard !http2.isClosed else { return }
        session.reset(self, errorCode: errorCode)
        http2.setNeedsFlush()
    }

    private func giveBack(_ count: Int) {
        guard count > 0, !http2.isClosed else { return }
        session.consume(count, of: self)
        http2.setNeedsFlush()
    }

    // MARK: What we say

    func submit(_ headers: HeaderList) throws(TransportError) {
        guard !http2.isClosed else {
            // The connection has gone since this place on it was given out.
            return connectionClosed(TransportError(.connectionLost, "The connection was closed."))
        }
        try session.submitRequest(self, headers)
        http2.setNeedsFlush()
    }

    /// - Returns: Whether the next message should wait.
    func send(_ message: MessageBytes) -> Bool {
        sendBuffer.append(message.framed)
        session.resume(self)
        http2.setNeedsFlush()
        return sendBuffer.count >= session.limits.sendBufferBytes
    }

    func finishSending() {
        guard !isSendFinished else { return }
        isSendFinished = true
        session.resume(self)
        http2.setNeedsFlush()
    }
}
