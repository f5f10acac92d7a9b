internal import CNghttp2
internal import EventLoop
internal import GRPCCore

/// One client's connection: takes its requests, starts their handlers, and ends in time.
///
/// It owns the connection; its loop is its executor. What it does over time, `ConnectionLifecycle` and the machines for
/// keepalive, PINGs and floods decide; it carries that out.
actor ServerConnection: LoopActor {
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

    let environment: Environment
    private let shared: ServerStream.Shared
    let ledger: CallLedger
    private let ended: @Sendable (ServerConnection) -> Void
    var http2: HTTP2Connection?
    var lifecycle: ConnectionLifecycle
    var keepalive: KeepaliveMachine
    var pings: PingAbuseMachine
    var floods: FloodMachine
    var timer: (deadline: Int64, timer: Timer)?
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
            role: .server { [unowned self] id in self.assumeOnLoop { $0.makeStream(id) } },
            limits: environment.configuration.http2
        )
        let http2 = HTTP2Connection(
            loop: loop,
            socket: socket,
            session: session,
            buffers: buffers,
            handle: { [unowned self] events in self.assumeOnLoop { $0.handle(&events) } },
            closed: { [unowned self] error in self.assumeOnLoop { $0.closed(error) } }
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
        // What came together with the last straw is not begun any more.
        guard http2?.isClosing == false else { return }
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
                stream.isRaw = true
                if isEnd { startRaw(stream) }
            } else {
                start(stream)
            }
        }
    }

    private func data(of stream: ServerStream, isEnd: Bool) {
        floods.productive()
        if stream.isRaw, stream.receiveError == nil {
            if isEnd { return startRaw(stream) }
            if stream.messages.count > 1 || stream.deframer.partialByteCount > RawUnaryMethod.maxMessageBytes
            {
                guard stream.call?.route.raw?.mayDecline == true else {
                    return fail(stream, .resourceExhausted, "The request is too large for this method.")
                }
                stream.isRaw = false
                start(stream)
            }
        }
        if let error = stream.receiveError, error.code != .cancelled, !stream.isSendFinished {
            // The message that broke the rules is this call's last; the connection serves on.
            stream.refuse(Status(error.rpcError), [:])
            stream.cancel(error)
        }
        stream.inboundChanged()
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
