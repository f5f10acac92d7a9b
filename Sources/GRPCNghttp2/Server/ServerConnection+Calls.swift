internal import EventLoop
internal import GRPCCore

/// How a connection runs its calls: through GRPCCore, or past it for raw methods.
extension ServerConnection {
    func start(_ stream: ServerStream) {
        let metadata: Metadata
        do throws(TransportError) {
            metadata = try stream.received.metadata()
        } catch {
            return fail(stream, .invalidArgument, error.message)
        }
        ledger.begin()
        stream.task = Self.run(stream, metadata, environment.handler, ledger)
    }

    /// The task of an RPC. It has no parent: the stream keeps it and cancels it, and the ledger is waited for at the end.
    private nonisolated static func run(
        _ stream: ServerStream,
        _ metadata: Metadata,
        _ handler: @escaping Handler,
        _ ledger: CallLedger
    ) -> Task<Void, Never> {
        Task(executorPreference: stream.loop.taskExecutor) {
            await withServerContextRPCCancellationHandle { cancellation in
                stream.cancellation = cancellation
                if stream.failure != nil { cancellation.cancel() }
                await handler(
                    RPCStream(
                        descriptor: stream.descriptor,
                        inbound: RPCAsyncSequence(
                            wrapping: ServerInbound(stream: stream, metadata: metadata)
                        ),
                        outbound: RPCWriter.Closable(wrapping: ServerOutbound(stream: stream))
                    ),
                    stream.context(cancellation)
                )
            }
            stream.task = nil
            ledger.end()
        }
    }

    func startRaw(_ stream: ServerStream) {
        guard let raw = stream.call?.route.raw else { return }
        if raw.mayDecline { return startRaw(stream, orGenerated: raw) }
        guard stream.receiveError == nil else { return stream.inboundChanged() }
        guard var message = stream.takeMessage(), stream.messages.isEmpty, !stream.deframer.hasPartialMessage
        else {
            return fail(stream, .internalError, "A unary request carries exactly one message.")
        }
        if message.isCompressed {
            do throws(TransportError) {
                guard stream.call?.encoding == .gzip else {
                    throw TransportError(.protocolViolation, "grpc-encoding names no compression.")
                }
                message = try GzipCodec.decompress(message, maxMessageBytes: RawUnaryMethod.maxMessageBytes)
            } catch {
                return fail(stream, Status.Code(error.rpcError.code), error.message)
            }
        }
        guard message.count <= RawUnaryMethod.maxMessageBytes else {
            return fail(stream, .resourceExhausted, "The request is too large for this method.")
        }
        _ = raw.attempt(RawUnaryCall(stream: stream, message: message))
    }

    /// Has the method look at what is plain; everything else, and what it declines, the generated handler gets.
    private func startRaw(_ stream: ServerStream, orGenerated raw: RawUnaryMethod) {
        stream.isRaw = false
        guard stream.receiveError == nil, stream.messages.count == 1, !stream.deframer.hasPartialMessage,
            let message = stream.messages.first, !message.isCompressed,
            message.count <= RawUnaryMethod.maxMessageBytes
        else { return startGenerated(stream) }
        switch raw.attempt(RawUnaryCall(stream: stream, message: message)) {
        case .answered: _ = stream.takeMessage()
        case .declined: startGenerated(stream)
        case .later(let answer):
            ledger.begin()
            stream.task = Self.run(stream, answer, self)
        case .calledBack(let start):
            ledger.begin()
            start { isAnswered in
                self.assumeOnLoop { $0.endRaw(stream, isAnswered: isAnswered) }
            }
        }
    }

    /// A raw method that took its time has answered a call, or leaves it to the generated handler.
    private func endRaw(_ stream: ServerStream, isAnswered: Bool) {
        if isAnswered {
            _ = stream.takeMessage()
        } else if stream.failure == nil {
            startGenerated(stream)
        }
        ledger.end()
    }

    /// The task of a call that a raw method answers later, kept and waited for as an RPC's.
    private nonisolated static func run(
        _ stream: ServerStream,
        _ answer: @escaping @Sendable () async -> Bool,
        _ connection: ServerConnection
    ) -> Task<Void, Never> {
        Task(executorPreference: stream.loop.taskExecutor) {
            let isAnswered = await answer()
            stream.task = nil
            await connection.endRaw(stream, isAnswered: isAnswered)
        }
    }

    /// Hands a request that has come as a whole to its generated handler, unless its caller has left meanwhile.
    private func startGenerated(_ stream: ServerStream) {
        guard stream.failure == nil else { return }
        start(stream)
        stream.inboundChanged()
    }

    func fail(_ stream: ServerStream, _ code: Status.Code, _ message: String) {
        stream.refuse(Status(code: code, message: message))
        stream.inboundChanged()
    }

    func limit(_ stream: ServerStream, _ timeout: Duration) {
        stream.deadlineInstant = .now + timeout
        stream.deadline = loop.schedule(after: timeout) {
            stream.refuse(Status(code: .deadlineExceeded, message: "The call's time is over."))
            stream.cancel(TransportError(.timedOut, "The call's time is over."))
        }
    }
}

extension ServerStream {
    fileprivate var descriptor: MethodDescriptor {
        guard let call else { preconditionFailure("a handler's stream has a route") }
        return call.route.descriptor
    }

    fileprivate func context(_ cancellation: ServerContext.RPCCancellationHandle) -> ServerContext {
        var context = ServerContext(
            descriptor: descriptor,
            remotePeer: shared.remotePeer,
            localPeer: shared.localPeer,
            cancellation: cancellation
        )
        if let deadlineInstant { context.transportSpecific = CallDeadline(instant: deadlineInstant) }
        return context
    }
}
