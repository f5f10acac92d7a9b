internal import EventLoop
internal import GRPCCore

/// One loop's share of a server: a listening socket, and the connections that came by it.
actor ServerWorker {
    /// How many connections are accepted in one turn of the loop.
    private static let acceptsPerTurn = 64
    /// How long no connection is accepted once the process is out of descriptors.
    private static let exhaustionPause = Duration.milliseconds(100)

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let environment: ServerConnection.Environment
    private let maxConnections: Int
    private let buffers = LoopBuffers()
    private let ledger = CallLedger()
    private var listener: ListeningSocket?
    private var registration: Registration?
    private var connections: [ObjectIdentifier: ServerConnection] = [:]
    private var phase = Phase.serving
    private var waiters: [CheckedContinuation<Void, Never>] = []

    private enum Phase {
        /// Connections are accepted. Leaves to `draining`.
        case serving
        /// None is accepted; those there finish. Leaves to `ended` with the last connection and the last handler.
        case draining
        case ended
    }

    /// - Parameter maxConnections: This loop's share.
    init(loop: EventLoop, environment: ServerConnection.Environment, maxConnections: Int) {
        self.loop = loop
        self.environment = environment
        self.maxConnections = maxConnections
    }

    /// Begins to accept. The worker closes the socket.
    func start(_ listener: sending ListeningSocket) throws(TransportError) {
        self.listener = listener
        ledger.whenNone = { [weak self] in self?.assumeIsolated { $0.endIfDone() } }
        do {
            registration = try loop.register(listener.descriptor, interest: .readable) { [unowned self] _ in
                self.assumeIsolated { $0.accept() }
            }
        } catch {
            throw .system(error.message, error.errorNumber)
        }
    }

    /// How many connections are open.
    var connectionCount: Int { connections.count }
    /// How many handlers run.
    var callCount: Int { ledger.count }

    private func accept() {
        for _ in 0..<Self.acceptsPerTurn {
            guard phase == .serving, let listener else { return }
            switch listener.accept() {
            case .none: return
            case .exhausted: return pause()
            case .connection(let socket, let peer):
                // Over the limit the socket is closed at once: a client learns more from that than from a queue.
                if connections.count < maxConnections { serve(socket, peer, on: listener) }
            }
        }
    }

    private func pause() {
        registration?.interest = []
        _ = loop.schedule(after: Self.exhaustionPause) { [weak self] in
            self?.assumeIsolated { $0.registration?.interest = .readable }
        }
    }

    private func serve(_ socket: Socket, _ peer: SocketAddress?, on listener: ListeningSocket) {
        socket.disableNagle()
        let shared = ServerStream.Shared(
            remotePeer: peer?.description ?? "unknown",
            localPeer: listener.address.description,
            offload: environment.offload
        )
        let connection = ServerConnection(
            loop: loop,
            environment: environment,
            shared: shared,
            ledger: ledger,
            ended: { [unowned self] connection in self.assumeIsolated { $0.remove(connection) } }
        )
        connections[ObjectIdentifier(connection)] = connection
        let buffers = self.buffers
        let hasStarted = connection.assumeIsolated { (try? $0.start(socket, buffers: buffers)) != nil }
        if !hasStarted {
            socket.close()
            remove(connection)
        }
    }

    private func remove(_ connection: ServerConnection) {
        connections[ObjectIdentifier(connection)] = nil
        endIfDone()
    }

    // MARK: The end

    /// Accepts no more, and lets calls under way finish.
    func shutDown(grace: Duration) {
        guard phase == .serving else { return }
        phase = .draining
        stopListening()
        for connection in connections.values {
            connection.assumeIsolated { $0.shutDown(grace: grace) }
        }
        endIfDone()
    }

    /// Closes every connection; handlers are cancelled.
    func abort() {
        if phase == .serving { phase = .draining }
        stopListening()
        for connection in connections.values { connection.assumeIsolated { $0.abort() } }
        endIfDone()
    }

    /// Returns when no connection is open and no handler runs, after ``shutDown(grace:)`` or ``abort()``.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            // Looked at here and not before: taking a continuation may give others their turn.
            if phase == .ended { continuation.resume() } else { waiters.append(continuation) }
        }
    }

    private func stopListening() {
        registration?.cancel()
        registration = nil
        listener?.close()
        listener = nil
    }

    private func endIfDone() {
        guard phase == .draining, connections.isEmpty, ledger.count == 0 else { return }
        phase = .ended
        let waiters = self.waiters
        self.waiters = []
        for waiter in waiters { waiter.resume() }
    }
}
