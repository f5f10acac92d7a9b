internal import EventLoop
internal import GRPCCore

/// One loop's share of a client: its connections to the target's servers, and the calls that wait for one.
///
/// `LoadBalancer` decides; this carries out: looks names up, connects, keeps timers, and hands each call its stream. Only
/// calls of this loop come here, so finding a stream for a call takes no lock and no hop.
actor ClientChannel: LoopActor {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

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
    private var waiting: WaitingCalls
    private var lastError = TransportError(.connectionRefused, "No server has been reached.")
    private var schedule: LookUpSchedule
    private var lookUp: Task<Void, Never>?
    private var lookUpTimer: Timer?
    private var idleTimer: Timer?
    /// Of the loop's time; counts from ``open()`` on.
    private var lastActivity: Int64 = 0
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
        schedule = LookUpSchedule(
            minInterval: target.isLiteral ? .zero : configuration.minResolutionInterval,
            backoff: ConnectionBackoff(configuration: configuration.backoff)
        )
        waiting = WaitingCalls(limit: configuration.maxWaitingCalls)
    }

    private static let givenUp = TransportError(.cancelled, "The caller gave the call up.")

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
        let id = waiting.makeID()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let call = WaitingCalls.Call(
                    maxResponseBytes: options.maxResponseBytes,
                    waitsForReady: options.waitsForReady
                ) { [self] result in
                    continuation.resume(with: result.mapError { rpcError($0) })
                }
                if Task.isCancelled {
                    call.deliver(.failure(Self.givenUp))
                } else {
                    // Tried once more: since the last look, others may have had their turn.
                    place(call, as: id)
                }
            }
        } onCancel: {
            loop.execute { self.assumeOnLoop { $0.giveUp(id) } }
        }
    }

    /// A stream for a call that is made again: told at once or later.
    ///
    /// - Returns: What to give up by, where it is later.
    func openStream(_ call: WaitingCalls.Call) -> WaitingCalls.ID {
        let id = waiting.makeID()
        place(call, as: id)
        return id
    }

    private func place(_ call: WaitingCalls.Call, as id: WaitingCalls.ID) {
        switch tryPlace(call.maxResponseBytes) {
        case .stream(let stream): call.deliver(.success(stream))
        case .refused(let error) where !call.waitsForReady || phase != .open: call.deliver(.failure(error))
        case .refused, .later:
            guard !waiting.append(call, as: id) else { return }
            let message = "\(waiting.limit) calls wait for a connection."
            call.deliver(.failure(TransportError(.limitExceeded, message)))
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
                    let stream = connection.assumeOnLoop({ connection -> ClientStream? in
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

    func giveUp(_ id: WaitingCalls.ID) {
        waiting.remove(id)?.deliver(.failure(Self.givenUp))
    }

    /// Looks again what can be done for those who wait.
    private func serveWaiting() {
        var kept: [(id: WaitingCalls.ID, call: WaitingCalls.Call)] = []
        // Those whom a delivery brings come after those who were here, and have been looked at when they came.
        var left = waiting.count
        serving: while left > 0, let (id, call) = waiting.popFirst() {
            left -= 1
            switch tryPlace(call.maxResponseBytes) {
            case .stream(let stream): call.deliver(.success(stream))
            case .refused(let error) where !call.waitsForReady || phase != .open:
                call.deliver(.failure(error))
            case .refused: kept.append((id, call))
            case .later:
                kept.append((id, call))
                // What the first one waits for, the others wait for too.
                break serving
            }
        }
        waiting.putBack(kept)
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
                    self?.assumeOnLoop { $0.retryDue(id) }
                }
            case .close(let id):
                retryTimers.removeValue(forKey: id)?.cancel()
                if let connection = connections.removeValue(forKey: id) { retire(connection) }
            case .reresolve: perform(schedule.wanted(now: loop.uptimeNanoseconds))
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
            self?.assumeOnLoop { $0.changed(id, connection, change) }
        }
        connections[id] = connection
        let limit = balancer.connectTimeout(of: id)
        connection.assumeOnLoop { $0.connect(within: limit) }
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
        if !waiting.isEmpty { serveWaiting() }
    }

    private func retire(_ connection: ClientConnection) {
        leaving[ObjectIdentifier(connection)] = connection
        connection.assumeOnLoop { $0.leave() }
    }

    private func retryDue(_ id: LoadBalancer.SubchannelID) {
        retryTimers[id] = nil
        perform(balancer.retryDue(id, now: loop.uptimeNanoseconds))
        if !waiting.isEmpty { serveWaiting() }
    }

    // MARK: Names

    private func perform(_ action: LookUpSchedule.Action?) {
        guard let action, phase == .open else { return }
        switch action {
        case .lookUp: startLookUp()
        case .wait(let delay):
            lookUpTimer = loop.schedule(after: delay) { [weak self] in
                self?.assumeOnLoop { $0.perform($0.schedule.timerDue(now: $0.loop.uptimeNanoseconds)) }
            }
        }
    }

    /// The look-up is a task of its own, since no call is its parent; it is kept, and cancelled with the channel.
    private func startLookUp() {
        lookUp = Task { [target, offload] in
            let result: Result<[SocketAddress], TransportError>
            do throws(TransportError) {
                result = .success(try await NameResolver.resolve(target, on: offload))
            } catch {
                result = .failure(error)
            }
            lookedUp(result)
        }
    }

    private func lookedUp(_ result: Result<[SocketAddress], TransportError>) {
        lookUp = nil
        let random = Double.random(in: 0..<1)
        switch result {
        case .success(let addresses):
            _ = schedule.ended(isSuccess: true, random: random)
            guard phase == .open else { break }
            perform(balancer.addressesUpdated(addresses, now: loop.uptimeNanoseconds))
        case .failure(let error):
            let next = schedule.ended(isSuccess: false, random: random)
            guard phase == .open else { break }
            lastError = error
            balancer.resolutionFailed()
            perform(next)
        }
        endIfDone()
        if !waiting.isEmpty { serveWaiting() }
    }

    // MARK: Begin and end

    func open() {
        guard phase == .idle else { return }
        phase = .open
        lastActivity = loop.uptimeNanoseconds
        scheduleIdleLook(after: configuration.maxIdle)
        serveWaiting()
    }

    private func scheduleIdleLook(after delay: Duration) {
        idleTimer = loop.schedule(after: delay) { [weak self] in self?.assumeOnLoop { $0.lookForIdleness() }
        }
    }

    private func lookForIdleness() {
        guard phase == .open else { return }
        let now = loop.uptimeNanoseconds
        let isBusy =
            !waiting.isEmpty || connections.values.contains { $0.assumeOnLoop { $0.callCount } > 0 }
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
        serveWaiting()
        _ = loop.schedule(after: grace) { [weak self] in self?.assumeOnLoop { $0.abort() } }
        endIfDone()
    }

    /// Closes everything. Calls under way fail.
    func abort() {
        guard phase != .ended else { return }
        phase = .draining
        stopTimers()
        serveWaiting()
        for connection in Array(connections.values) + Array(leaving.values) {
            connection.assumeOnLoop { $0.close(TransportError(.cancelled, "The client has been stopped.")) }
        }
        endIfDone()
    }

    private func stopTimers() {
        idleTimer?.cancel()
        lookUpTimer?.cancel()
        for timer in retryTimers.values { timer.cancel() }
        retryTimers = [:]
        schedule.stop()
        lookUp?.cancel()
    }

    /// Returns once everything is closed, after ``shutDown(grace:)`` or ``abort()``.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            // Looked at here and not before: taking a continuation may give others their turn.
            if phase == .ended { continuation.resume() } else { endWaiters.append(continuation) }
        }
    }

    private func endIfDone() {
        guard phase == .draining, connections.isEmpty, leaving.isEmpty, lookUp == nil else { return }
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
            census.calls += connection.assumeOnLoop { $0.callCount }
        }
        census.waiting = waiting.count
        return census
    }
}
