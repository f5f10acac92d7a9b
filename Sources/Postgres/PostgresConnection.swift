internal import CLibpq
public import EventLoop

/// One session with PostgreSQL, in libpq's pipeline mode, on an event loop.
///
/// It does one pipeline at a time: a pool lends it to one caller after the other.
public actor PostgresConnection: LoopActor {
    /// Where its code runs.
    public nonisolated let loop: EventLoop
    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// How many statements are kept prepared; those beyond, which only a caller that makes up SQL has, are sent whole.
    static let preparedLimit = 512

    let configuration: PostgresConfiguration
    let offload: OffloadExecutor

    // Owned by this actor, touched on the loop only, finished in close().
    var raw: OpaquePointer?
    var registration: Registration?
    var waiter: CheckedContinuation<Void, Never>?
    /// What prepared statements are called, by their text.
    var names: [String: String] = [:]
    var nextName = 0
    var parameters = ParameterBuffer()
    /// The pipeline under way, and what has come between.
    var isBusy = false
    var exchangeNumber: UInt64 = 0
    var interruption: Interruption?
    var cancelling: Task<Void, Never>?
    var cancelAttempts = 0
    var graceTimer: Timer?
    private var onDeath: (@Sendable () -> Void)?
    var onNotification: ((PostgresNotification) -> Void)?

    private init(
        loop: EventLoop,
        offload: OffloadExecutor,
        configuration: PostgresConfiguration,
        raw: sending OpaquePointer
    ) {
        self.loop = loop
        self.offload = offload
        self.configuration = configuration
        self.raw = raw
    }

    /// Connects, on one of `offload`'s threads: name resolution, TLS and authentication block in libpq.
    ///
    /// - Parameters:
    ///   - configuration: Where the server is.
    ///   - loop: Where everything else runs.
    ///   - offload: Where connecting blocks, and cancelling.
    /// - Throws: `PostgresError` (connectionFailed) with libpq's reason.
    public static func connect(
        _ configuration: PostgresConfiguration,
        on loop: EventLoop,
        offload: OffloadExecutor
    ) async throws(PostgresError) -> PostgresConnection {
        let connection: PostgresConnection
        do {
            connection = try await offload.run {
                PostgresConnection(
                    loop: loop,
                    offload: offload,
                    configuration: configuration,
                    raw: try configuration.connect()
                )
            }
        } catch let error as PostgresError {
            throw error
        } catch is CancellationError {
            throw PostgresError(.cancelled, "connecting was cancelled")
        } catch {
            throw PostgresError(.connectionFailed, "\(error)")
        }
        try await connection.begin()
        return connection
    }

    isolated deinit { close() }

    /// Sends statements in one round trip, as one transaction unless one has been begun before.
    ///
    /// Where one is refused, nothing of the pipeline is done, and the error tells which it was. Where the time runs out or
    /// the task is cancelled, the server is asked to stop; its answer tells whether it was done, and the connection stays
    /// usable. A server that does not answer even that costs the connection.
    ///
    /// - Parameter timeout: How long to wait for the answer.
    /// - Throws: `PostgresError`.
    public func pipeline(
        _ statements: [PostgresStatement],
        timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> [PostgresResult] {
        guard !Task.isCancelled else {
            throw PostgresError(.cancelled, "the task was cancelled before anything was sent")
        }
        return try await exchange(statements, timeout: timeout, heedsCancellation: true)
    }

    /// Sends one statement and returns its answer, as ``pipeline(_:timeout:)`` does.
    public func query(
        _ statement: PostgresStatement,
        timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> PostgresResult {
        try await pipeline([statement], timeout: timeout)[0]
    }

    /// Whether it can be lent again: open, and not within a transaction.
    public var isIdle: Bool {
        guard let raw, !isBusy else { return false }
        return PQstatus(raw) == CONNECTION_OK && PQtransactionStatus(raw) == PQTRANS_IDLE
    }

    /// Closes the connection. Idempotent. A pipeline under way fails with connectionLost.
    public func close() {
        registration?.cancel()
        registration = nil
        graceTimer?.cancel()
        graceTimer = nil
        // A request that no thread has taken up yet is not worth one any more.
        cancelling?.cancel()
        if let raw { PQfinish(raw) }
        raw = nil
        onDeath = nil
        onNotification = nil
        wake()
    }

    /// Whether the server has not hung up, as far as the kernel knows: two calls of recv(2), no round trip.
    func isAlive() -> Bool {
        guard let raw, !isBusy else { return false }
        // The first may still find the server's last words, the second finds the end after them.
        for _ in 0..<2 {
            guard PQconsumeInput(raw) == 1, PQstatus(raw) == CONNECTION_OK else {
                close()
                return false
            }
            // Parses what has come, a parameter's new value for instance.
            _ = PQisBusy(raw)
        }
        tellNotifications()
        return true
    }

    /// Calls `body` once, when the server hangs up while the connection is not in use. At once where it is closed already.
    func whenDead(_ body: @escaping @Sendable () -> Void) {
        if raw == nil { body() } else { onDeath = body }
    }

    private func begin() throws(PostgresError) {
        guard let raw else { throw PostgresError(.closed, "the connection is closed") }
        guard PQsetnonblocking(raw, 1) == 0, PQenterPipelineMode(raw) == 1 else {
            let reason = lastError()
            close()
            throw PostgresError(.protocolViolation, reason)
        }
        do {
            registration = try loop.register(PQsocket(raw), interest: .readable) { [unowned self] readiness in
                self.assumeOnLoop { $0.becameReady(readiness) }
            }
        } catch {
            close()
            throw PostgresError(.connectionFailed, error.description)
        }
    }

    private func becameReady(_ readiness: Readiness) {
        if waiter != nil { return wake() }
        guard !isBusy, let raw else { return }
        // Nobody waits: a notification, a notice, a parameter change, or the end.
        if PQconsumeInput(raw) != 1 || PQstatus(raw) != CONNECTION_OK || readiness.contains(.error) {
            let body = onDeath
            close()
            body?()
            return
        }
        _ = PQisBusy(raw)
        tellNotifications()
    }
}
