internal import DequeModule
internal import EventLoop
internal import GRPCCore

/// One loop's share of a client: its connections to the target's servers, and the calls that wait for one.
///
/// `LoadBalancer` decides; this carries out: looks names up, connects, keeps timers, and hands each call its stream. Only
/// calls of this loop come here, so finding a stream for a call takes no lock and no hop.
actor ClientChannel {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Who waits for a stream.
    private struct Waiter {
        let id: UInt64
        let maxResponseBytes: Int
        let waitsForReady: Bool
        let deliver: (Result<ClientStream, TransportError>) -> Void
    }

    private enum Phase {
        /// Calls wait. Leaves to `open` or `ended`.
        case idle
        case open
        /// No new calls; those under way finish. Leaves to `ended` with the last connection.
        case draining
        case ended
    }

    private let target: Target
    private let offload: OffloadExecutor
    private let configuration: ClientConfiguration
    private let buffers = LoopBuffers()
    private var phase = Phase.idle
    private var balancer: LoadBalancer
    /// Those that the balancer knows.
    private var connections: [LoadBalancer.SubchannelID: ClientConnection] = [:]
    /// Those that only finish their calls.
    private var leaving: [ObjectIdentifier: ClientConnection] = [:]
    private var retryTimers: [LoadBalancer.SubchannelID: Timer] = [:]
    private var waiters = Deque<Waiter>()
    private var nextWaiter: UInt64 = 0
    private var lastError = TransportError(.connectionRefused, "No server has been reached.")
    private var resolution: Task<Void, Never>?
    private var resolutionTimer: Timer?
    private var lastResolution: Int64 = .min
    private var resolverBackoff: ConnectionBackoff
    private var idleTimer: Timer?
    private var lastActivity: Int64
    private var endWaiters: [CheckedContinuation<Void, Never>] = []

    init(
        target: Target,
        policy: LoadBalancer.Policy,
        loop: EventLoop,
        offload: OffloadExecutor,
        configuration: ClientConfiguration
    ) {
        self.target = target
        self.loop = loop
        self.offload = offload
        self.configuration = configuration
        balancer = LoadBalancer(
            policy: policy,
            backoff: configuration.backoff,
            seed: UInt64.random(in: .min ... .max)
        )
        resolverBackoff = ConnectionBackoff(configuration: configuration.backoff)
        lastActivity = loop.uptimeNanoseconds
    }

    // MARK: Calls

    /// A call with a stream, as soon as there is one.
    ///
    /// - Throws: `RPCError`.
    func call(_ descriptor: MethodDescriptor, _ options: ClientCall.Options) async throws -> ClientCall {
        let stream: ClientStream
        switch tryPlace(options.maxResponseBytes) {
        case .stream(let found): stream = found
        case .refused(let error) where !options.waitsForReady || phase != .open: throw rpcError(error)
        case .refused, .later: stream = try await waitForStream(options)
        }
        return ClientCall(descriptor: descriptor, channel: self, options: options, stream: stream)
    }

    private func waitForStream(_ options: ClientCall.Options) async throws -> ClientStream {
        nextWaiter += 1
        let id = nextWaiter
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                enqueue(
                    Waiter(
                        id: id,
                        maxResponseBytes: options.maxResponseBytes,
                        waitsForReady: options.waitsForReady
                    ) { [self] result in
                        continuation.resume(with: result.mapError { rpcError($0) })
                    }
                )
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.giveUp(id) } }
        }
    }

    /// A stream for a call that is made again: told at once or later.
    func openStream(
        maxResponseBytes: Int,
        waitsForReady: Bool,
        deliver: @escaping (Result<ClientStream, TransportError>) -> Void
    ) {
        nextWaiter += 1
        let waiter = Waiter(
            id: nextWaiter,
            maxResponseBytes: maxResponseBytes,
            waitsForReady: waitsForReady,
            deliver: deliver
        )
        switch tryPlace(maxResponseBytes) {
        case .stream(let stream): deliver(.success(stream))
        case .refused(let error) where !waitsForReady || phase != .open: deliver(.failure(error))
        case .refused, .later: enqueue(waiter)
        }
    }

    private enum Placement {
        case stream(ClientStream)
        case later
        case refused(TransportError)
    }

    private func tryPlace(_ maxResponseBytes: Int) -> Placement {
        switch phase {
        case .idle: return .later
        case .draining, .ended:
            return .refused(TransportError(.shutDown, "The client has been shut down."))
        case .open: break
        }
        lastActivity = loop.uptimeNanoseconds
        let (first, actions) = balancer.pick(now: lastActivity)
        perform(actions)
        var pick = first
        // A connection may be full while its neighbour is not.
        for _ in 0..<max(1, balancer.ready.count) {
            switch pick {
            case .wait: return .later
            case .fail: return .refused(lastError)
            case .use(let id):
                if let connection = connections[id],
                    let stream = connection.assumeIsolated({ connection -> ClientStream? in
                        connection.hasRoom ? connection.openStream(maxResponseBytes: maxResponseBytes) : nil
                    })
                {
                    return .stream(stream)
                }
            }
            pick = balancer.pick(now: lastActivity).pick
        }
        return .later
    }

    private func enqueue(_ waiter: Waiter) {
        guard waiters.count < configuration.maxWaitingCalls else {
            return waiter.deliver(
                .failure(
                    TransportError(
                        .limitExceeded,
                        "\(configuration.maxWaitingCalls) calls wait for a connection."
                    )
                )
            )
        }
        waiters.append(waiter)
    }

    private func giveUp(_ id: UInt64) {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
        waiters.remove(at: index).deliver(
            .failure(TransportError(.cancelled, "The caller gave the call up."))
        )
    }

    /// Looks again what can be done for those who wait.
    private func serveWaiters() {
        var kept = Deque<Waiter>()
        while let waiter = waiters.popFirst() {
            switch tryPlace(waiter.maxResponseBytes) {
            case .stream(let stream): waiter.deliver(.success(stream))
            case .refused(let error) where !waiter.waitsForReady || phase != .open:
                waiter.deliver(.failure(error))
            case .refused: kept.append(waiter)
            case .later:
                kept.append(waiter)
                // What the first one waits for, the others wait for too.
                kept.append(contentsOf: waiters)
                waiters.removeAll()
            }
        }
        // Those whom a delivery has brought come after those who were here.
        kept.append(contentsOf: waiters)
        waiters = kept
    }

    private nonisolated func rpcError(_ error: TransportError) -> RPCError {
        // GRPCCore's word for a client that is closed.
        error.code == .shutDown
            ? RPCError(code: .failedPrecondition, message: error.message, cause: error) : error.rpcError
    }

    // MARK: Connections

    private func perform(_ actions: [LoadBalancer.Action]) {
        for action in actions {
            switch action {
            case .connect(let id, let address): connect(id, address)
            case .connectLater(let id, let delay):
                retryTimers.removeValue(forKey: id)?.cancel()
                retryTimers[id] = loop.schedule(after: delay) { [weak self] in
                    self?.assumeIsolated { $0.retryDue(id) }
                }
            case .close(let id):
                retryTimers.removeValue(forKey: id)?.cancel()
                if let connection = connections.removeValue(forKey: id) { retire(connection) }
            case .reresolve: resolveSoon()
            }
        }
    }

    private func connect(_ id: LoadBalancer.SubchannelID, _ address: SocketAddress) {
        let connection = ClientConnection(
            address: address,
            loop: loop,
            configuration: configuration,
            buffers: buffers
        ) { [weak self] connection, change in
            self?.assumeIsolated { $0.changed(id, connection, change) }
        }
        connections[id] = connection
        let limit = balancer.connectTimeout(of: id)
        connection.assumeIsolated { $0.connect(within: limit) }
    }

    private func changed(
        _ id: LoadBalancer.SubchannelID,
        _ connection: ClientConnection,
        _ change: ClientConnection.Change
    ) {
        let now = loop.uptimeNanoseconds
        let isKnown = connections[id] === connection
        switch change {
        case .hasRoom: break
        case .ready where isKnown: perform(balancer.connected(id))
        case .leaving where isKnown:
            connections[id] = nil
            leaving[ObjectIdentifier(connection)] = connection
            perform(balancer.goingAway(id, now: now))
        case .closed(let error):
            leaving[ObjectIdentifier(connection)] = nil
            if isKnown {
                connections[id] = nil
                if error.code != .shutDown { lastError = error }
                perform(balancer.connectionLost(id, now: now))
            }
            endIfDone()
        case .ready, .leaving: break
        }
        if !waiters.isEmpty { serveWaiters() }
    }

    private func retire(_ connection: ClientConnection) {
        leaving[ObjectIdentifier(connection)] = connection
        connection.assumeIsolated { $0.leave() }
    }

    private func retryDue(_ id: LoadBalancer.SubchannelID) {
        retryTimers[id] = nil
        perform(balancer.retryDue(id, now: loop.uptimeNanoseconds))
        if !waiters.isEmpty { serveWaiters() }
    }

    // MARK: Names

    /// Looks the target up, not more often than the configuration allows.
    private func resolveSoon() {
        guard resolution == nil, resolutionTimer == nil, phase == .open else { return }
        let earliest =
            lastResolution == .min
            ? .min : lastResolution.addingClamped(configuration.minResolutionInterval.wholeNanoseconds)
        let now = loop.uptimeNanoseconds
        if earliest > now, !target.isLiteral {
            resolveLater(.nanoseconds(earliest - now))
        } else {
            resolve()
        }
    }

    private func resolveLater(_ delay: Duration) {
        resolutionTimer = loop.schedule(after: delay) { [weak self] in
            self?.assumeIsolated { channel in
                channel.resolutionTimer = nil
                channel.resolve()
            }
        }
    }

    /// The look-up is a task of its own, since no call is its parent; it is kept, and cancelled with the channel.
    private func resolve() {
        guard resolution == nil, phase == .open else { return }
        lastResolution = loop.uptimeNanoseconds
        resolution = Task { [target, offload] in
            let result: Result<[SocketAddress], TransportError>
            do throws(TransportError) {
                result = .success(try await NameResolver.resolve(target, on: offload))
            } catch {
                result = .failure(error)
            }
            resolved(result)
        }
    }

    private func resolved(_ result: Result<[SocketAddress], TransportError>) {
        resolution = nil
        guard phase == .open else { return endIfDone() }
        switch result {
        case .success(let addresses):
            resolverBackoff.reset()
            perform(balancer.addressesUpdated(addresses, now: loop.uptimeNanoseconds))
        case .failure(let error):
            lastError = error
            balancer.resolutionFailed()
            if resolutionTimer == nil { resolveLater(resolverBackoff.next(random: Double.random(in: 0..<1))) }
        }
        if !waiters.isEmpty { serveWaiters() }
    }

    // MARK: Begin and end

    func open() {
        guard phase == .idle else { return }
        phase = .open
        scheduleIdleLook(after: configuration.maxIdle)
        serveWaiters()
    }

    private func scheduleIdleLook(after delay: Duration) {
        idleTimer = loop.schedule(after: delay) { [weak self] in self?.assumeIsolated { $0.lookForIdleness() }
        }
    }

    private func lookForIdleness() {
        guard phase == .open else { return }
        let now = loop.uptimeNanoseconds
        let isBusy =
            !waiters.isEmpty || connections.values.contains { $0.assumeIsolated { $0.callCount } > 0 }
        if isBusy { lastActivity = now }
        let idle = Duration.nanoseconds(now - lastActivity)
        if idle >= configuration.maxIdle {
            perform(balancer.idleTimedOut())
            lastActivity = now
        }
        scheduleIdleLook(after: max(.milliseconds(1), configuration.maxIdle - (isBusy ? .zero : idle)))
    }

    /// Takes no more calls; those under way have `grace`.
    func shutDown(grace: Duration) {
        guard phase == .idle || phase == .open else { return }
        phase = .draining
        stopTimers()
        for connection in connections.values { retire(connection) }
        connections = [:]
        serveWaiters()
        _ = loop.schedule(after: grace) { [weak self] in self?.assumeIsolated { $0.abort() } }
        endIfDone()
    }

    /// Closes everything. Calls under way fail.
    func abort() {
        guard phase != .ended else { return }
        phase = .draining
        stopTimers()
        serveWaiters()
        for connection in Array(connections.values) + Array(leaving.values) {
            connection.assumeIsolated { $0.close(TransportError(.cancelled, "The client has been stopped.")) }
        }
        endIfDone()
    }

    private func stopTimers() {
        idleTimer?.cancel()
        resolutionTimer?.cancel()
        for timer in retryTimers.values { timer.cancel() }
        retryTimers = [:]
        resolution?.cancel()
    }

    /// Returns once everything is closed, after ``shutDown(grace:)`` or ``abort()``.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            // Looked at here and not before: taking a continuation may give others their turn.
            if phase == .ended { continuation.resume() } else { endWaiters.append(continuation) }
        }
    }

    private func endIfDone() {
        guard phase == .draining, connections.isEmpty, leaving.isEmpty, resolution == nil else { return }
        phase = .ended
        let waiters = endWaiters
        endWaiters = []
        for waiter in waiters { waiter.resume() }
    }

    /// What is open now.
    var census: Nghttp2ClientTransport.Census {
        var census = Nghttp2ClientTransport.Census()
        for connection in Array(connections.values) + Array(leaving.values) {
            census.connections += 1
            census.calls += connection.assumeIsolated { $0.callCount }
        }
        census.waiting = waiters.count
        return census
    }
}
