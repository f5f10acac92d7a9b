internal import EventLoop
internal import GRPCCore

/// One loop's share of a server: a listening socket, and connections, those of its own and those that others handed over.
actor ServerWorker: LoopActor {
    /// How many connections are accepted in one turn of the loop.
    private static let acceptsPerTurn = 64
    /// How long no connection is accepted once the process is out of descriptors.
    private static let exhaustionPause = Duration.milliseconds(100)

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let environment: ServerConnection.Environment
    private let index: Int
    private let shares: ConnectionShares
    /// Takes a connection to the worker of that number.
    private let handOver: @Sendable (Int, AcceptedConnection) -> Void
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

    /// - Parameters:
    ///   - index: Its number among the workers of the server, as `shares` counts them.
    ///   - handOver: Takes a connection to the worker of that number.
    init(
        loop: EventLoop,
        index: Int,
        environment: ServerConnection.Environment,
        shares: ConnectionShares,
        handOver: @escaping @Sendable (Int, AcceptedConnection) -> Void
    ) {
        self.loop = loop
        self.index = index
        self.environment = environment
        self.shares = shares
        self.handOver = handOver
    }

    /// Begins to serve. The worker closes the socket; one without serves what others accept.
    func start(_ listener: sending ListeningSocket?) throws(TransportError) {
        self.listener = listener
        ledger.whenNone = { [weak self] in self?.assumeOnLoop { $0.endIfDone() } }
        guard let listener = self.listener else { return }
        do {
            registration = try loop.register(listener.descriptor, interest: .readable) { [unowned self] _ in
                self.assumeOnLoop { $0.accept() }
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
                guard let place = shares.place(acceptedBy: index) else { continue }
                let accepted = AcceptedConnection(socket: socket, peer: peer, local: listener.address)
                if place == index { serve(accepted) } else { handOver(place, accepted) }
            }
        }
    }

    private func pause() {
        registration?.interest = []
        _ = loop.schedule(after: Self.exhaustionPause) { [weak self] in
            self?.assumeOnLoop { $0.registration?.interest = .readable }
        }
    }

    /// Serves a connection for which ``ConnectionShares`` has given a place here.
    func serve(_ accepted: AcceptedConnection) {
        guard phase == .serving else { return shares.leave(index) }
        let socket = accepted.socket
        socket.disableNagle()
        let shared = ServerStream.Shared(
            remotePeer: accepted.peer?.description ?? "unknown",
            localPeer: accepted.local.description,
            offload: environment.offload
        )
        let connection = ServerConnection(
            loop: loop,
            environment: environment,
            shared: shared,
            ledger: ledger,
            ended: { [unowned self] connection in self.assumeOnLoop { $0.remove(connection) } }
        )
        connections[ObjectIdentifier(connection)] = connection
        let buffers = self.buffers
        let hasStarted = connection.assumeOnLoop { (try? $0.start(socket, buffers: buffers)) != nil }
        if !hasStarted {
            socket.close()
            remove(connection)
        }
    }

    private func remove(_ connection: ServerConnection) {
        if connections.removeValue(forKey: ObjectIdentifier(connection)) != nil { shares.leave(index) }
        endIfDone()
    }

    // MARK: The end

    /// Accepts no more, and lets calls under way finish.
    func shutDown(grace: Duration) {
        guard phase == .serving else { return }
        phase = .draining
        stopListening()
        for connection in connections.values {
            connection.assumeOnLoop { $0.shutDown(grace: grace) }
        }
        endIfDone()
    }

    /// Closes every connection; handlers are cancelled.
    func abort() {
        if phase == .serving { phase = .draining }
        stopListening()
        for connection in connections.values { connection.assumeOnLoop { $0.abort() } }
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

/// A connection on its way to the loop that serves it. Whoever lets go of it closes it.
struct AcceptedConnection: Sendable {
    let socket: Socket
    /// Nil where the kernel names none.
    let peer: SocketAddress?
    /// Where it was accepted.
    let local: SocketAddress
}
