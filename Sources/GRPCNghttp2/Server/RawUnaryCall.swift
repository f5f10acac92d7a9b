internal import EventLoop
public import GRPCCore

/// A call of a ``RawUnaryMethod``. Everything may be used from any thread; on the connection's loop it costs no detour.
public struct RawUnaryCall: Sendable {
    let stream: ServerStream
    /// The request's message, decompressed.
    public let message: MessageBytes

    /// The method, the peers and, where the caller gave a time, until when it waits.
    public var deadline: ContinuousClock.Instant? { stream.deadlineInstant }
    /// The caller's address as gRPC writes it, `ipv4:127.0.0.1:31415`.
    public var remotePeer: String { stream.shared.remotePeer }
    /// The method.
    public var descriptor: MethodDescriptor {
        guard let call = stream.call else { preconditionFailure("a raw call has a route") }
        return call.route.descriptor
    }

    /// Lends the bytes of the first header field of this name; nil where there is none. Cheap, no string is made.
    ///
    /// - Parameter name: In lower case.
    public func withHeader<Result>(
        _ name: StaticString,
        _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result? {
        stream.received.withValue(of: name, body)
    }

    /// As ``withHeader(_:_:)``, but nil also where there are several of this name.
    public func withOnlyHeader<Result>(
        _ name: StaticString,
        _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result? {
        stream.received.withOnlyValue(of: name, body)
    }

    /// How long ago the request's head came. Exact to a turn of the loop.
    public var age: Duration { .nanoseconds(stream.loop.uptimeNanoseconds - stream.startedAt) }

    /// All metadata of the request.
    ///
    /// - Throws: `TransportError` (badMetadata) where a `-bin` value is no Base64.
    public func metadata() throws(TransportError) -> Metadata { try stream.received.metadata() }

    /// Whether the caller has gone.
    public var isCancelled: Bool { stream.connection.isClosed || stream.failure != nil }

    /// Answers with a message. What comes after the first answer is ignored, as is one for a caller who has gone.
    ///
    /// - Parameters:
    ///   - message: May be kept and sent any number of times: it is not copied.
    ///   - metadata: Before the message.
    ///   - trailing: After the message.
    public func respond(_ message: MessageBytes, metadata: Metadata = [:], trailing: Metadata = [:]) {
        onLoop { stream in stream.respond(message, metadata: metadata, trailing: trailing) }
    }

    /// Answers with an error.
    public func fail(_ error: RPCError) {
        onLoop { stream in
            stream.refuse(Status(code: Status.Code(error.code), message: error.message), error.metadata)
            stream.completed(Status.Code(error.code))
        }
    }

    /// Has `body` called on the loop once the call is answered or the caller is gone: with the status and the time since
    /// the request's head came. To be set before the call is answered.
    public func onCompletion(_ body: @escaping @Sendable (Status.Code, Duration) -> Void) {
        onLoop { stream in stream.completions.append(body) }
    }

    private func onLoop(_ body: @escaping @Sendable (ServerStream) -> Void) {
        if stream.loop.isCurrent {
            body(stream)
        } else {
            stream.loop.execute { [stream] in body(stream) }
        }
    }
}

extension ServerStream {
    fileprivate func respond(_ message: MessageBytes, metadata: Metadata, trailing: Metadata) {
        guard failure == nil, !isSendFinished else { return }
        do throws(TransportError) {
            try send(metadata)
            _ = try send(message)
            try send(.ok, trailing)
            completed(.ok)
        } catch {
            refuse(Status(code: .internalError, message: error.message))
            completed(.internalError)
        }
    }

    /// Tells whoever asked for it how a raw call ended.
    func completed(_ code: Status.Code) {
        guard !completions.isEmpty else { return }
        let bodies = completions
        completions = []
        let duration = Duration.nanoseconds(loop.uptimeNanoseconds - startedAt)
        for body in bodies { body(code, duration) }
    }
}

extension Status {
    static let ok = Status(code: .ok, message: "")
}
