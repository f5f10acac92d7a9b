internal import EventLoop
internal import GRPCCore
internal import Glibc

/// One connection of a client to one server: made, used by many calls, and given up.
///
/// It owns its socket; its loop is its executor. Whoever made it hears of its changes through `observer`.
actor ClientConnection: LoopActor {
    /// Where it stands.
    enum State: Equatable {
        /// connect(2) is under way. Leaves to `handshaking` or `closed`.
        case connecting
        /// The server's SETTINGS are awaited. Leaves to `ready` or `closed`.
        case handshaking
        /// Calls may be made. Leaves to `leaving` or `closed`.
        case ready
        /// The server takes no more calls, or we make no more; those under way finish. Leaves to `closed`.
        case leaving
        case closed
    }

    /// What happened to a connection.
    enum Change: Sendable {
        case ready
        /// No more calls can be made; those under way finish.
        case leaving
        /// It could not be made, or is gone.
        case closed(TransportError)
        /// A call has ended: there is room for another.
        case hasRoom
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    nonisolated let address: SocketAddress

    private let configuration: ClientConfiguration
    private let buffers: LoopBuffers
    private let observer: @Sendable (ClientConnection, Change) -> Void
    private(set) var state = State.connecting
    private var socket: Socket?
    private var registration: Registration?
    private var timeout: Timer?
    private var http2: HTTP2Connection?
    private var keepalive: KeepaliveMachine?
    private var keepaliveTimer: (deadline: Int64, timer: Timer)?
    /// Calls that have a place here, those included whose stream has not begun.
    private(set) var callCount = 0
    private(set) var localPeer = "unknown"

    init(
        address: SocketAddress,
        loop: EventLoop,
        configuration: ClientConfiguration,
        buffers: LoopBuffers,
        observer: @escaping @Sendable (ClientConnection, Change) -> Void
    ) {
        self.address = address
        self.loop = loop
        self.configuration = configuration
        self.buffers = buffers
        self.observer = observer
    }

    // MARK: Connecting

    /// Begins to connect; `observer` is told how that ended, within `limit`.
    func connect(within limit: Duration) {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = Glibc.socket(address.family, kind, 0)
        guard descriptor >= 0 else { return close(.system("socket", errno)) }
        let socket = Socket(owning: descriptor)
        self.socket = socket
        socket.disableNagle()
        timeout = loop.schedule(after: limit) { [weak self] in
            self?.assumeOnLoop { connection in
                connection.close(
                    TransportError(.connectionRefused, "The server did not answer within \(limit).")
                )
            }
        }
        let result = address.withSockaddr { Glibc.connect(descriptor, $0, $1) }
        if result == 0 { return connected() }
        // EINTR leaves the connection to be made in the background too (connect(2)).
        guard errno == EINPROGRESS || errno == EINTR else { return refused(errno) }
        do {
            registration = try loop.register(descriptor, interest: .writable) { [unowned self] _ in
                self.assumeOnLoop { $0.socketReady() }
            }
        } catch {
            close(.system(error.message, error.errorNumber))
        }
    }

    private func socketReady() {
        registration?.cancel()
        registration = nil
        guard let socket else { return }
        let error = socket.pendingError
        if error == 0 { connected() } else { refused(error) }
    }

    private func refused(_ errorNumber: Int32) {
        let reason = String(cString: strerror(errorNumber))
        close(TransportError(.connectionRefused, "Connecting failed: \(reason).", rawCode: errorNumber))
    }

    private func connected() {
        guard let socket else { return }
        state = .handshaking
        localPeer = SocketAddress(localOf: socket.descriptor)?.description ?? "unknown"
        do throws(TransportError) {
            let http2 = HTTP2Connection(
                loop: loop,
                socket: socket,
                session: try HTTP2Session(role: .client, limits: configuration.http2),
                buffers: buffers,
                handle: { [unowned self] events in self.assumeOnLoop { $0.handle(&events) } },
                closed: { [unowned self] error in
                    let reason = error ?? TransportError(.connectionLost, "The connection was closed.")
                    self.assumeOnLoop { $0.closed(reason) }
                }
            )
            self.http2 = http2
            try http2.start()
        } catch {
            close(error)
        }
    }

    // MARK: Calls

    /// Whether another call may be made now.
    var hasRoom: Bool {
        guard state == .ready, let http2 else { return false }
        let limit = http2.session.peerMaxConcurrentStreams ?? configuration.assumedMaxConcurrentStreams
        return callCount < limit && http2.session.mayRequest
    }

    /// A place for a call, which is given back by ``release()`` where its stream never begins, and by HTTP/2 otherwise.
    func openStream(maxResponseBytes: Int) -> ClientStream {
        guard let http2 else { preconditionFailure("a connection with room is connected") }
        callCount += 1
        return ClientStream(connection: self, http2: http2, maxMessageBytes: maxResponseBytes)
    }

    func release() {
        callCount -= 1
        if state == .ready { observer(self, .hasRoom) }
        closeIfDone()
    }

    func streamClosed() { release() }

    private func handle(_ events: inout [HTTP2Event]) {
        for event in events {
            switch event {
            case .headers(let stream, let block, let isEnd):
                clientStream(stream).receivedHeaders(block, isEnd: isEnd)
            case .data(let stream, let isEnd): clientStream(stream).receivedData(isEnd: isEnd)
            case .closed(let stream, let errorCode): clientStream(stream).closed(errorCode: errorCode)
            case .drained(let stream): clientStream(stream).call?.wakeWriter()
            case .settings:
                if state == .handshaking {
                    becomeReady()
                } else if state == .ready {
                    observer(self, .hasRoom)
                }
            case .goAway: leave()
            case .pingAcknowledged:
                keepalive?.pingAcknowledged(now: loop.uptimeNanoseconds)
                rearmKeepalive()
            case .ping, .cheapFrame: break
            }
        }
    }

    private func clientStream(_ stream: HTTP2Stream) -> ClientStream {
        unsafeDowncast(stream, to: ClientStream.self)
    }

    private func becomeReady() {
        state = .ready
        timeout?.cancel()
        timeout = nil
        if let configuration = configuration.keepalive {
            keepalive = KeepaliveMachine(configuration: configuration, now: loop.uptimeNanoseconds)
            rearmKeepalive()
        }
        observer(self, .ready)
    }

    // MARK: Keepalive

    private func rearmKeepalive() {
        guard let keepalive, state == .ready || state == .leaving else { return }
        let deadline = keepalive.nextDeadline
        if let keepaliveTimer, keepaliveTimer.deadline <= deadline { return }
        keepaliveTimer?.timer.cancel()
        guard deadline != .max else { return keepaliveTimer = nil }
        let delay = Duration.nanoseconds(max(0, deadline - loop.uptimeNanoseconds))
        keepaliveTimer = (
            deadline,
            loop.schedule(after: delay) { [weak self] in self?.assumeOnLoop { $0.keepaliveDue() } }
        )
    }

    private func keepaliveDue() {
        keepaliveTimer = nil
        guard let http2, !http2.isClosed else { return }
        keepalive?.received(now: http2.lastReceived)
        switch keepalive?.timerDue(now: loop.uptimeNanoseconds, hasCalls: callCount > 0) {
        case .sendPing:
            try? http2.session.submitPing()
            http2.setNeedsFlush()
        case .close:
            close(TransportError(.connectionLost, "The server did not answer a PING in time."))
        case nil: break
        }
        rearmKeepalive()
    }

    // MARK: The end

    /// Makes no more calls; closes when those under way have ended.
    func leave() {
        guard state == .ready || state == .handshaking || state == .connecting else { return }
        let wasReady = state == .ready
        state = .leaving
        if wasReady { observer(self, .leaving) }
        closeIfDone()
    }

    private func closeIfDone() {
        guard state == .leaving, callCount == 0 else { return }
        close(TransportError(.shutDown, "The connection is not used any more."))
    }

    /// Closes now. Calls under way fail with `error`. Idempotent.
    func close(_ error: TransportError) {
        guard state != .closed else { return }
        if let http2, !http2.isClosed {
            try? http2.session.submitGoAway(errorCode: 0, debugData: "")
            http2.flush()
            http2.close(error)
        } else {
            closed(error)
        }
    }

    private func closed(_ error: TransportError) {
        guard state != .closed else { return }
        state = .closed
        timeout?.cancel()
        keepaliveTimer?.timer.cancel()
        registration?.cancel()
        registration = nil
        socket?.close()
        for stream in http2?.session.streams.elements ?? [] { clientStream(stream).connectionClosed(error) }
        observer(self, .closed(error))
    }
}
