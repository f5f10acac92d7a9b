public import EventLoop

/// The connections of one event loop, lent to one caller after the other.
public actor PostgresPool {
    /// What a pool may use.
    public struct Limits: Sendable {
        /// Connections at most.
        public var connections = 8
        /// Callers in line at most; one more fails at once with poolExhausted.
        public var waiters = 1_024
        /// How long a caller stays in line at most.
        public var waitTimeout: Duration = .seconds(5)

        /// The defaults.
        public init() {}
    }

    /// Where its code, and that of its connections, runs.
    public nonisolated let loop: EventLoop
    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private typealias Machine = PoolStateMachine<ObjectIdentifier, UInt64>
    private typealias Lease = CheckedContinuation<Result<PostgresConnection, PostgresError>, Never>

    private let configuration: PostgresConfiguration
    private let offload: OffloadExecutor
    private let limits: Limits
    private var machine: Machine
    private var connections: [ObjectIdentifier: PostgresConnection] = [:]
    private var leases: [UInt64: (Lease, Timer)] = [:]
    private var nextWaiter: UInt64 = 0
    private var lastFailure = PostgresError(.connectionFailed, "the server has not been reached")
    private var connectors: [UInt64: Task<Void, Never>] = [:]
    private var attempt: Timer?

    /// A pool without a connection: the first is made when the first caller comes.
    ///
    /// - Parameters:
    ///   - configuration: Where the server is.
    ///   - loop: Where everything runs.
    ///   - offload: Where connecting blocks.
    ///   - limits: What it may use.
    public init(
        configuration: PostgresConfiguration,
        loop: EventLoop,
        offload: OffloadExecutor,
        limits: Limits = Limits()
    ) {
        self.configuration = configuration
        self.loop = loop
        self.offload = offload
        self.limits = limits
        machine = Machine(limits: .init(connections: limits.connections, waiters: limits.waiters))
    }

    /// Sends statements in one round trip as one transaction (``PostgresConnection/pipeline(_:timeout:)``).
    ///
    /// - Throws: `PostgresError`; cancelled only while in line.
    public func pipeline(
        _ statements: [PostgresStatement],
        timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> [PostgresResult] {
        while true {
            let connection = try await acquire()
            do throws(PostgresError) {
                let results = try await connection.pipeline(statements, timeout: timeout)
                await release(connection)
                return results
            } catch {
                await release(connection)
                // The server hung up on an idle connection a moment ago; nothing was sent. Each such connection is
                // taken out of the pool, so this ends.
                if error.code == .closed { continue }
                throw error
            }
        }
    }

    /// Lends a connection for several round trips, a transaction for instance.
    ///
    /// A connection that comes back within a transaction is closed, which rolls it back.
    ///
    /// - Throws: `PostgresError` where there is no connection to be had, and what `body` throws.
    public func withConnection<Value: Sendable>(
        _ body: @Sendable (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await acquire()
        do {
            let value = try await body(connection)
            await release(connection)
            return value
        } catch {
            await release(connection)
            throw error
        }
    }

    /// Closes idle connections now and lent ones when they come back; callers in line fail. Idempotent.
    public func shutdown() async {
        attempt?.cancel()
        await interpret(machine.close())
        for connector in connectors.values { await connector.value }
    }

    private func acquire() async throws(PostgresError) -> PostgresConnection {
        nextWaiter += 1
        let waiter = nextWaiter
        return try await withTaskCancellationHandler {
            guard !Task.isCancelled else {
                return Result<PostgresConnection, PostgresError>.failure(
                    PostgresError(.cancelled, "cancelled before a connection was free")
                )
            }
            return await withCheckedContinuation { lease in
                let timer = loop.schedule(after: limits.waitTimeout) { [weak self] in
                    self?.assumeIsolated {
                        $0.leave(waiter, PostgresError(.poolExhausted, "no connection became free in time"))
                    }
                }
                leases[waiter] = (lease, timer)
                interpretNow(machine.acquire(waiter, now: loop.uptimeNanoseconds))
            }
        } onCancel: {
            loop.execute {
                self.assumeIsolated {
                    $0.leave(waiter, PostgresError(.cancelled, "cancelled before a connection was free"))
                }
            }
        }.get()
    }

    private func leave(_ waiter: UInt64, _ error: PostgresError) {
        if machine.leave(waiter) { resume(waiter, .failure(error)) }
    }

    private func release(_ connection: PostgresConnection) async {
        let isUsable = await connection.isIdle
        await interpret(
            machine.release(
                ObjectIdentifier(connection),
                isUsable: isUsable,
                now: loop.uptimeNanoseconds
            )
        )
    }

    private func interpret(_ actions: [Machine.Action]) async {
        for case .close(let id) in actions { await connections.removeValue(forKey: id)?.close() }
        interpretNow(actions)
    }

    private func interpretNow(_ actions: [Machine.Action]) {
        for action in actions {
            switch action {
            case .lend(let id, let waiter):
                guard let connection = connections[id] else {
                    preconditionFailure("a lent connection is a known one")
                }
                resume(waiter, .success(connection))
            case .connect:
                connect()
            case .connectLater(let nanoseconds):
                attempt = loop.schedule(after: .nanoseconds(nanoseconds)) { [weak self] in
                    self?.assumeIsolated {
                        $0.interpretNow($0.machine.attemptDue(now: $0.loop.uptimeNanoseconds))
                    }
                }
            case .close:
                break
            case .fail(let waiters, let failure):
                for waiter in waiters { resume(waiter, .failure(error(for: failure))) }
            }
        }
    }

    private func resume(_ waiter: UInt64, _ result: Result<PostgresConnection, PostgresError>) {
        guard let (lease, timer) = leases.removeValue(forKey: waiter) else { return }
        timer.cancel()
        lease.resume(returning: result)
    }

    private func error(for failure: Machine.Failure) -> PostgresError {
        switch failure {
        case .exhausted:
            PostgresError(.poolExhausted, "\(limits.waiters) callers are waiting for a connection")
        case .serverAway: lastFailure
        case .closed: PostgresError(.closed, "the pool is closed")
        }
    }

    /// A task of its own, since the caller in line may leave before the connection is there; kept until it ends.
    private func connect() {
        nextWaiter += 1
        let id = nextWaiter
        connectors[id] = Task {
            do throws(PostgresError) {
                let connection = try await PostgresConnection.connect(
                    configuration,
                    on: loop,
                    offload: offload
                )
                let key = ObjectIdentifier(connection)
                await connection.whenDead { [weak self] in
                    guard let self else { return }
                    loop.execute { self.assumeIsolated { $0.died(key) } }
                }
                connections[key] = connection
                await interpret(machine.connected(key))
            } catch {
                lastFailure = error
                await interpret(machine.connectFailed(now: loop.uptimeNanoseconds))
            }
            connectors[id] = nil
        }
    }

    private func died(_ key: ObjectIdentifier) {
        machine.died(key)
        connections[key] = nil
    }
}
