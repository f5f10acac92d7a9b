internal import CNghttp2
internal import EventLoop
internal import GRPCCore

/// One client's connection: takes its requests, starts their handlers, and ends in time.
///
/// It owns the connection; its loop is its executor. What it does over time, `ConnectionLifecycle` and the machines for
/// keepalive, PINGs and floods decide; it carries that out.
actor ServerConnection {
    /// What GRPCCore hands the transport to run an RPC with.
    typealias Handler =
        @Sendable (
            RPCStream<Nghttp2ServerTransport.Inbound, Nghttp2ServerTransport.Outbound>, ServerContext
        ) async -> Void

    /// What all connections of a loop have in common.
    final class Environment: Sendable {
        let configuration: ServerConfiguration
        let routes: RouteTable
        let handler: Handler
        let offload: OffloadExecutor

        init(
            configuration: ServerConfiguration,
            routes: RouteTable,
            handler: @escaping Handler,
            offload: OffloadExecutor
        ) {
            self.configuration = configuration
            self.routes = routes
            self.handler = handler
            self.offload = offload
        }
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let environment: Environment
    private let shared: ServerStream.Shared
    private let ledger: CallLedger
    private let ended: @Sendable (ServerConnection) -> Void
    private var http2: HTTP2Connection?
    private var lifecycle: ConnectionLifecycle
    private var keepalive: KeepaliveMachine
    private var pings: PingAbuseMachine
    private var floods: FloodMachine
    private var timer: (deadline: Int64, timer: Timer)?
    private var lastRoute: RouteTable.Route?

    /// - Parameter ended: Called once on the loop, when the connection is closed.
    init(
        loop: EventLoop,
        environment: Environment,
        shared: ServerStream.Shared,
        ledger: CallLedger,
        ended: @escaping @Sendable (ServerConnection) -> Void
    ) {
        self.loop = loop
        self.environment = environment
        self.shared = shared
        self.ledger = ledger
        self.ended = ended
        let configuration = environment.configuration
        let now = loop.uptimeNanoseconds
        lifecycle = ConnectionLifecycle(
            limits: ConnectionLifecycle.Limits(
                handshake: configuration.handshakeTimeout.wholeNanoseconds,
                idle: configuration.maxConnectionIdle?.wholeNanoseconds ?? .max,
                age: configuration.maxConnectionAge?.wholeNanoseconds ?? .max,
                ageGrace: configuration.maxConnectionAgeGrace.wholeNanoseconds
            ),
            now: now,
            jitter: Double.random(in: 0..<1)
        )
        keepalive = KeepaliveMachine(configuration: configuration.keepalive, now: now)
        floods = FloodMachine(limits: configuration.floods)
        pings = PingAbuseMachine(policy: configuration.pingPolicy)
    }

    /// Begins to serve what comes over `socket`.
    func start(_ socket: Socket, buffers: LoopBuffers) throws(TransportError) {
        let session = try HTTP2Session(
            role: .server { [unowned self] id in self.assumeIsolated { $0.makeStream(id) } },
            limits: environment.configuration.http2
        )
        let http2 = HTTP2Connection(
            loop: loop,
            socket: socket,
            session: session,
            buffers: buffers,
            handle: { [unowned self] events in self.assumeIsolated { $0.handle(&events) } },
            closed: { [unowned self] error in self.assumeIsolated { $0.closed(error) } }
        )
        self.http2 = http2
        try http2.start()
        rearm()
    }

    // MARK: Requests

    private func makeStream(_ id: Int32) -> ServerStream {
        guard let http2 else { preconditionFailure("a connection reads after its start only") }
        lifecycle.streamOpened()
        return ServerStream(id: id, connection: http2, shared: shared)
    }

    private func handle(_ events: inout [HTTP2Event]) {
        noteWhatWasSent()
        for event in events {
            switch event {
            case .headers(let stream, let block, let isEnd):
                headers(of: serverStream(stream), block, isEnd: isEnd)
            case .data(let stream, let isEnd): data(of: serverStream(stream), isEnd: isEnd)
            case .closed(let stream, let errorCode): closed(serverStream(stream), errorCode)
            case .drained(let stream): serverStream(stream).drained()
            case .settings:
                lifecycle.settingsReceived(now: loop.uptimeNanoseconds)
                rearm()
            case .ping: judgePing()
            case .pingAcknowledged:
                keepalive.pingAcknowledged(now: loop.uptimeNanoseconds)
                perform(lifecycle.pingAcknowledged(now: loop.uptimeNanoseconds))
            case .cheapFrame(let kind):
                if !floods.spend(kind, now: loop.uptimeNanoseconds) {
                    giveUp(NGHTTP2_ENHANCE_YOUR_CALM.rawValue, "too_many_frames")
                }
            case .goAway: break
            }
        }
    }

    private func serverStream(_ stream: HTTP2Stream) -> ServerStream {
        unsafeDowncast(stream, to: ServerStream.self)
    }

    private func headers(of stream: ServerStream, _ block: HeaderBlock, isEnd: Bool) {
        guard stream.call == nil, stream.receiveError == nil else {
            // A second block is the request's trailers, in which gRPC sends nothing.
            return data(of: stream, isEnd: isEnd)
        }
        floods.productive()
        stream.received = block
        guard !block.isCutShort else {
            return stream.refuse(
                RequestHead.Refusal(
                    httpStatus: 431,
                    code: .resourceExhausted,
                    message:
                        "The request's headers exceed \(environment.configuration.http2.maxHeaderListBytes) bytes."
                )
            )
        }
        switch RequestHead.read(block, routes: environment.routes, last: lastRoute) {
        case .refusal(let refusal): stream.refuse(refusal)
        case .call(let call):
            lastRoute = call.route
            stream.call = call
            if let timeout = call.timeout { limit(stream, timeout) }
            if call.route.raw != nil {
                if isEnd { startRaw(stream) }
            } else {
                start(stream)
            }
        }
    }

    private func data(of stream: ServerStream, isEnd: Bool) {
        floods.productive()
        if let route = stream.call?.route, route.raw != nil, stream.receiveError == nil {
            if isEnd { return startRaw(stream) }
            if stream.messages.count > 1 || stream.deframer.partialByteCount > RawUnaryMethod.maxMessageBytes
            {
                return fail(stream, .resourceExhausted, "The request is too large for this method.")
            }
        }
        if let error = stream.receiveError, error.code != .cancelled, !stream.isSendFinished {
            // The message that broke the rules is this call's last; the connection serves on.
            stream.refuse(Status(error.rpcError), [:])
            stream.cancel(error)
        }
        stream.inboundChanged()
    }

    private func fail(_ stream: ServerStream, _ code: Status.Code, _ message: String) {
        stream.refuse(Status(code: code, message: message))
        stream.inboundChanged()
    }

    private func limit(_ stream: ServerStream, _ timeout: Duration) {
        stream.deadlineInstant = .now + timeout
        stream.deadline = loop.schedule(after: timeout) {
            stream.refuse(Status(code: .deadlineExceeded, message: "The call's time is over."))
            stream.cancel(TransportError(.timedOut, "The call's time is over."))
        }
    }

    // MARK: Handlers

    private func start(_ stream: ServerStream) {
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
        Task(executorPreference: stream.loop) {
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

    private func startRaw(_ stream: ServerStream) {
        guard let raw = stream.call?.route.raw else { return }
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
        raw.handler(RawUnaryCall(stream: stream, message: message))
    }

    private func closed(_ stream: ServerStream, _ errorCode: UInt32) {
        // A handler was started for nothing: this costs us more than it costs the client.
        if errorCode != NGHTTP2_NO_ERROR.rawValue, !stream.hasBegun, !stream.isSendFinished,
            !floods.spend(.abandonedRequest, now: loop.uptimeNanoseconds)
        {
            giveUp(NGHTTP2_ENHANCE_YOUR_CALM.rawValue, "too_many_resets")
        }
        stream.closed(errorCode: errorCode)
        if http2?.session.streams.isEmpty == true {
            lifecycle.lastStreamClosed(now: loop.uptimeNanoseconds)
            rearm()
        }
    }

    // MARK: Time and manners

    /// Lets calls under way finish within `grace`, takes no more, and closes.
    func shutDown(grace: Duration) {
        perform(lifecycle.shutDown(now: loop.uptimeNanoseconds, grace: grace.wholeNanoseconds))
    }

    /// Closes now, and cancels what is under way.
    func abort() {
        http2?.close(TransportError(.shutDown, "The server has been stopped."))
    }

    /// Peers answer what they are sent with PINGs and window updates, which are no flood then.
    private func noteWhatWasSent() {
        guard let session = http2?.session, session.headersSent + session.dataSent > 0 else { return }
        pings.dataOrHeadersSent()
        floods.dataSent(session.dataSent)
        session.headersSent = 0
        session.dataSent = 0
    }

    private func judgePing() {
        switch pings.pingReceived(
            now: loop.uptimeNanoseconds,
            hasCalls: http2?.session.streams.isEmpty == false
        ) {
        case .allowed, .strike: break
        case .goAway: giveUp(NGHTTP2_ENHANCE_YOUR_CALM.rawValue, "too_many_pings")
        }
    }

    private func giveUp(_ errorCode: UInt32, _ reason: String) {
        guard let http2, !http2.isClosed else { return }
        try? http2.session.submitGoAway(errorCode: errorCode, debugData: reason)
        http2.closeAfterFlush()
    }

    private func perform(_ action: ConnectionLifecycle.Action?) {
        defer { rearm() }
        guard let action, let http2, !http2.isClosed else { return }
        do throws(TransportError) {
            switch action {
            case .notify:
                try http2.session.submitShutdownNotice()
                try http2.session.submitPing()
            case .drain: try http2.session.submitGoAway(errorCode: NGHTTP2_NO_ERROR.rawValue, debugData: "")
            case .close(let error): return http2.close(error)
            }
            http2.setNeedsFlush()
        } catch {
            http2.close(error)
        }
    }

    /// One timer serves all deadlines. One that is too early asks again when it fires, so that it is rarely moved.
    private func rearm() {
        guard let http2, !http2.isClosed else { return }
        let deadline = min(lifecycle.nextDeadline, keepalive.nextDeadline)
        if let timer, timer.deadline <= deadline { return }
        timer?.timer.cancel()
        guard deadline != .max else { return timer = nil }
        let delay = Duration.nanoseconds(max(0, deadline - loop.uptimeNanoseconds))
        timer = (
            deadline,
            loop.schedule(after: delay) { [weak self] in self?.assumeIsolated { $0.timerDue() } }
        )
    }

    private func timerDue() {
        timer = nil
        guard let http2, !http2.isClosed else { return }
        let now = loop.uptimeNanoseconds
        keepalive.received(now: http2.lastReceived)
        switch keepalive.timerDue(now: now, hasCalls: !http2.session.streams.isEmpty) {
        case .none: break
        case .sendPing:
            try? http2.session.submitPing()
            http2.setNeedsFlush()
        case .close:
            return http2.close(TransportError(.connectionLost, "The peer did not answer a PING in time."))
        }
        perform(lifecycle.timerDue(now: now))
    }

    private func closed(_ error: TransportError?) {
        timer?.timer.cancel()
        timer = nil
        let reason = error ?? TransportError(.cancelled, "The caller closed the connection.")
        for stream in http2?.session.streams.elements ?? [] {
            serverStream(stream).cancel(reason)
        }
        ended(self)
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

    /// Answers a request whose head is not one of a call.
    fileprivate func refuse(_ refusal: RequestHead.Refusal) {
        if receiveError == nil { receiveError = TransportError(.cancelled, "The request has been refused.") }
        defer { inboundChanged() }
        guard !connection.isClosed, sending == .unsubmitted else { return }
        var headers = HeaderList()
        headers.append(":status", String(refusal.httpStatus))
        headers.append("content-type", "application/grpc")
        if refusal.listsEncodings { headers.append("grpc-accept-encoding", "identity,gzip") }
        if refusal.allowsOnlyPost { headers.append("allow", "POST") }
        headers.append("grpc-status", ServerStream.statusText(refusal.code))
        headers.append("grpc-message", StatusMessage.encode(refusal.message))
        isSendFinished = true
        do throws(TransportError) {
            try connection.session.submitOnlyHeaders(self, headers)
        } catch {
            reset(errorCode: NGHTTP2_INTERNAL_ERROR.rawValue)
        }
        connection.setNeedsFlush()
    }
}

extension Status {
    fileprivate init(_ error: RPCError) {
        self.init(code: Code(error.code), message: error.message)
    }
}
