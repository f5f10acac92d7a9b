public import EventLoop
public import Logging

/// The connections of one event loop, lent to one caller after the other.
///
/// ``PoolStateMachine`` decides; this actor makes, lends and closes.
public actor PostgresPool: LoopActor {
    /// Where its code, and that of its connections, runs.
    public nonisolated let loop: EventLoop
    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    typealias Machine = PoolStateMachine<ObjectIdentifier, UInt64>
    typealias Lease = CheckedContinuation<Result<PostgresConnection, PostgresError>, Never>

    let configuration: PostgresConfiguration
    let offload: OffloadExecutor
    let limits: Limits
    let logger: Logger?
    var machine: Machine
    var connections: [ObjectIdentifier: PostgresConnection] = [:]
    var leases: [UInt64: (Lease, Timer)] = [:]
    var nextNumber: UInt64 = 0
    var lastFailure = PostgresError(.connectionFailed, "the server has not been reached")
    /// Tasks that connect, kept until they end.
    var connectors: [UInt64: Task<Void, Never>] = [:]
    var attempt: Timer?
    var tick: Timer?
    var gatherings: [GatheredKind: StatementGathering<UInt64, PostgresStatement>] = [:]
    var gatheredWaiters: [UInt64: (GatheredWaiter, Timer)] = [:]
    var drainWaiters: [CheckedContinuation<Void, Never>] = []
    var isDrained = false

    /// A pool without a connection: the first is made when the first caller comes, or by ``start()``.
    ///
    /// - Parameters:
    ///   - configuration: Where the server is.
    ///   - loop: Where everything runs.
    ///   - offload: Where connecting and cancelling block.
    ///   - limits: What it may use.
    ///   - logger: Told, at debug, of the server's going and coming.
    public init(
        configuration: PostgresConfiguration,
        loop: EventLoop,
        offload: OffloadExecutor,
        limits: Limits = Limits(),
        logger: Logger? = nil
    ) {
        self.configuration = configuration
        self.loop = loop
        self.offload = offload
        self.limits = limits
        self.logger = logger
        machine = Machine(limits: limits.machine, seed: UInt64.random(in: .min ... .max))
    }

    /// Makes the minimum of connections now, without waiting for them.
    public func start() {
        interpret(machine.start(now: loop.uptimeNanoseconds))
    }

    /// Sends statements in one round trip as one transaction (``PostgresConnection/pipeline(_:timeout:)``).
    ///
    /// - Parameter timeout: For all of it, waiting in line included.
    /// - Throws: `PostgresError`.
    public func pipeline(
        _ statements: [PostgresStatement],
        timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> [PostgresResult] {
        let end = deadline(timeout, after: loop.uptimeNanoseconds)
        var hasPreparedAnew = false
        while true {
            let connection = try await acquire(until: end)
            do throws(PostgresError) {
                let results = try await connection.pipeline(statements, timeout: timeLeft(until: end))
                release(connection)
                return results
            } catch {
                release(connection)
                // The server hung up on an idle connection a moment ago; nothing was sent. Each such connection is
                // taken out of the pool, so this ends.
                if error.code == .closed { continue }
                if error.isStalePlan, error.outcome == .notDone, !hasPreparedAnew {
                    hasPreparedAnew = true
                    continue
                }
                throw error
            }
        }
    }

    /// Sends one statement and returns its answer, as ``pipeline(_:timeout:)`` does.
    public func query(
        _ statement: PostgresStatement,
        timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> PostgresResult {
        try await pipeline([statement], timeout: timeout)[0]
    }

    /// Lends a connection for several round trips.
    ///
    /// A connection that comes back within a transaction is closed, which rolls it back.
    ///
    /// - Parameters:
    ///   - timeout: For the wait in line; `limits.waitTimeout` where it is nil.
    ///   - body: What is done with it. It must not keep it.
    /// - Throws: `PostgresError` where there is no connection to be had, and what `body` throws.
    public func withConnection<Value: Sendable>(
        timeout: Duration? = nil,
        _ body: @Sendable (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let end = deadline(timeout ?? limits.waitTimeout, after: loop.uptimeNanoseconds)
        let connection = try await acquire(until: end)
        defer { release(connection) }
        return try await body(connection)
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws or its task is cancelled.
    ///
    /// - Parameters:
    ///   - options: How it is begun.
    ///   - timeout: For all of it, waiting in line included.
    ///   - body: What is done in it.
    /// - Throws: What `body` throws; `PostgresError` where there is no connection, or the commit fails. Where it is
    ///   retriable, the whole transaction may be made again.
    public func withTransaction<Value: Sendable>(
        _ options: PostgresTransaction.Options = PostgresTransaction.Options(),
        timeout: Duration = .seconds(30),
        _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let end = deadline(timeout, after: loop.uptimeNanoseconds)
        let connection = try await acquire(until: end)
        defer { release(connection) }
        return try await connection.withTransaction(options, timeout: timeLeft(until: end), body)
    }

    /// Whether there is a connection, idle or lent, so that a caller is likely to be served. For code on the loop.
    ///
    /// - Precondition: The calling thread is the loop's.
    public nonisolated var isServingOnLoop: Bool { assumeOnLoop { !$0.connections.isEmpty } }

    /// Closes idle connections now and lent ones when they come back; callers in line fail. Idempotent.
    ///
    /// - Parameter grace: How long to wait for lent ones. After it they are closed under their borrowers, whose statements
    ///   fail with connectionLost.
    public func shutdown(within grace: Duration = .seconds(5)) async {
        attempt?.cancel()
        tick?.cancel()
        interpret(machine.close())
        for connector in connectors.values { connector.cancel() }
        for connector in connectors.values { await connector.value }
        guard !isDrained else { return }
        let timer = loop.schedule(after: grace) { [weak self] in
            self?.assumeOnLoop { $0.closeUnderBorrowers() }
        }
        await withCheckedContinuation { drainWaiters.append($0) }
        timer.cancel()
    }

    private func closeUnderBorrowers() {
        for connection in connections.values { connection.assumeOnLoop { $0.close() } }
        endDraining()
    }

    func endDraining() {
        isDrained = true
        let waiters = drainWaiters
        drainWaiters = []
        for waiter in waiters { waiter.resume() }
    }

    func timeLeft(until end: Int64) -> Duration { .nanoseconds(end - loop.uptimeNanoseconds) }
}
