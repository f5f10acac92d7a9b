internal import CLibpq
public import EventLoop

/// One connection to PostgreSQL, in libpq's pipeline mode, on an event loop.
///
/// It does one pipeline at a time: a pool lends it to one caller after the other.
public actor PostgresConnection {
    /// Where its code runs.
    public nonisolated let loop: EventLoop
    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// How many statements are kept prepared on one connection.
    private static let preparedLimit = 512

    // Owned by this actor, touched on the loop only, finished in close().
    private var raw: OpaquePointer?
    private var registration: Registration?
    private var waiter: CheckedContinuation<Void, Never>?
    private var names: [String: String] = [:]
    private var nextName = 0
    private var isBusy = false
    private var hasTimedOut = false
    private var onDeath: (@Sendable () -> Void)?

    private init(loop: EventLoop, raw: sending OpaquePointer) {
        self.loop = loop
        self.raw = raw
    }

    /// Connects, on one of `offload`'s threads: name resolution, TLS and authentication block in libpq.
    ///
    /// - Throws: `PostgresError` (connectionFailed) with libpq's reason.
    public static func connect(
        _ configuration: PostgresConfiguration,
        on loop: EventLoop,
        offload: OffloadExecutor
    ) async throws(PostgresError) -> PostgresConnection {
        let connection: PostgresConnection
        do {
            connection = try await offload.run {
                PostgresConnection(loop: loop, raw: try configuration.connect())
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

    private func begin() throws(PostgresError) {
        guard let raw else { throw PostgresError(.closed, "the connection is closed") }
        guard PQsetnonblocking(raw, 1) == 0, PQenterPipelineMode(raw) == 1 else {
            let reason = lastError()
            close()
            throw PostgresError(.protocolViolation, reason)
        }
        do {
            registration = try loop.register(PQsocket(raw), interest: .readable) { [unowned self] readiness in
                self.assumeIsolated { $0.becameReady(readiness) }
            }
        } catch {
            close()
            throw PostgresError(.connectionFailed, error.description)
        }
    }

    /// Whether it can be lent again: open, and not within a transaction.
    public var isIdle: Bool {
        guard let raw, !isBusy else { return false }
        return PQstatus(raw) == CONNECTION_OK && PQtransactionStatus(raw) == PQTRANS_IDLE
    }

    /// Calls `body` once, when the server hangs up while the connection is not in use.
    func whenDead(_ body: @escaping @Sendable () -> Void) { onDeath = body }

    /// Closes the connection. Idempotent. A pipeline under way fails with connectionLost.
    public func close() {
        registration?.cancel()
        registration = nil
        if let raw { PQfinish(raw) }
        raw = nil
        onDeath = nil
        wake()
    }

    /// Sends statements in one round trip, as one transaction unless one has been begun before.
    ///
    /// Where one is refused, nothing of the pipeline is done, and the error tells which it was. A cancelled task does not
    /// interrupt what has been sent.
    ///
    /// - Parameter timeout: After it the connection is closed, and the statements may or may not have been done.
    /// - Throws: `PostgresError`.
    public func pipeline(
        _ statements: [PostgresStatement],
        timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> [PostgresResult] {
        guard raw != nil else { throw PostgresError(.closed, "the connection is closed") }
        precondition(!isBusy, "a connection does one pipeline at a time")
        isBusy = true
        defer { isBusy = false }
        let timer = loop.schedule(after: timeout) { [weak self] in
            self?.assumeIsolated { $0.timeOut() }
        }
        defer { timer.cancel() }
        let commands = try send(statements)
        try await flush()
        return try await read(commands)
    }

    /// Sends one statement and returns its answer, as ``pipeline(_:timeout:)`` does.
    public func query(
        _ statement: PostgresStatement,
        timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> PostgresResult {
        let results = try await pipeline([statement], timeout: timeout)
        guard let result = results.first else {
            throw PostgresError(.protocolViolation, "the server answered a statement with nothing")
        }
        return result
    }

    // MARK: Sending

    private func send(_ statements: [PostgresStatement]) throws(PostgresError) -> [PipelineReader.Command] {
        var commands: [PipelineReader.Command] = []
        var announced: [String: String] = [:]
        for (index, statement) in statements.enumerated() {
            let name: String
            if let known = names[statement.sql] ?? announced[statement.sql] {
                name = known
            } else {
                nextName += 1
                name = "g\(nextName)"
                announced[statement.sql] = name
                let types = statement.parameters.map(\.typeID)
                try check(PQsendPrepare(raw, name, statement.sql, Int32(types.count), types))
                commands.append(.prepare(sql: statement.sql, statement: index))
            }
            try execute(name, statement.parameters)
            commands.append(.execute(statement: index))
        }
        try check(PQpipelineSync(raw))
        pending = announced
        return commands
    }

    /// Names of the statements that the pipeline under way prepares.
    private var pending: [String: String] = [:]

    private func execute(_ name: String, _ parameters: [PostgresParameter]) throws(PostgresError) {
        let values = parameters.map(\.bytes)
        let lengths = values.map { Int32($0?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: values.count)
        // One buffer for all values: libpq copies them before it returns. A value of no bytes needs an address too,
        // since none means NULL; hence the spare byte.
        let buffer = Array(values.compactMap { $0 }.joined()) + [0]
        let result = buffer.withUnsafeBufferPointer { buffer in
            var offset = 0
            let pointers = values.map { value -> UnsafePointer<CChar>? in
                guard let value, let base = buffer.baseAddress else { return nil }
                defer { offset += value.count }
                return UnsafeRawPointer(base + offset).assumingMemoryBound(to: CChar.self)
            }
            return PQsendQueryPrepared(raw, name, Int32(values.count), pointers, lengths, formats, 1)
        }
        try check(result)
    }

    private func check(_ result: Int32) throws(PostgresError) {
        guard result == 1 else { throw fail() }
    }

    private func flush() async throws(PostgresError) {
        while let raw {
            switch PQflush(raw) {
            case 0:
                registration?.interest = .readable
                return
            case 1:
                // The server may have to be read before it reads on.
                registration?.interest = [.readable, .writable]
                await ready()
                guard self.raw != nil, PQconsumeInput(raw) == 1 else { throw fail() }
            default: throw fail()
            }
        }
        throw fail()
    }

    // MARK: Reading

    private func read(_ commands: [PipelineReader.Command]) async throws(PostgresError) -> [PostgresResult] {
        var reader = PipelineReader(commands: commands)
        while !reader.isDone {
            guard let raw else { throw fail() }
            if PQisBusy(raw) == 1 {
                await ready()
                guard self.raw != nil, PQconsumeInput(raw) == 1 else { throw fail() }
                continue
            }
            reader.receive(try nextEvent(raw))
        }
        for sql in reader.prepared { names[sql] = pending[sql] }
        pending = [:]
        // A fixed set of statements never comes here. A caller that makes up SQL must not fill the server's memory.
        if names.count > Self.preparedLimit { close() }
        if let error = reader.error {
            // A plan that a migration has outdated, or a name that the server has lost: prepare anew next time.
            if error.sqlState == "0A000" || error.sqlState == "26000" { names = [:] }
            if error.isConnectionDead { close() }
            throw error
        }
        return reader.results
    }

    private func nextEvent(_ raw: OpaquePointer) throws(PostgresError) -> PipelineReader.Event {
        guard let result = PQgetResult(raw) else {
            guard PQstatus(raw) == CONNECTION_OK else { throw fail() }
            return .endOfCommand
        }
        switch PQresultStatus(result) {
        case PGRES_PIPELINE_SYNC:
            PQclear(result)
            return .synced
        case PGRES_PIPELINE_ABORTED:
            PQclear(result)
            return .skipped
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
            return .completed(result)
        default:
            guard PQstatus(raw) == CONNECTION_OK else {
                let error = PostgresError(refusal: result, statementIndex: nil)
                // What the server says last, when an operator stops it, has an SQLSTATE; a cut line has none.
                if error.sqlState != nil {
                    close()
                    throw error
                }
                throw fail()
            }
            return .refused(result)
        }
    }

    // MARK: Readiness

    private func ready() async {
        guard raw != nil else { return }
        await withCheckedContinuation { waiter = $0 }
    }

    private func becameReady(_ readiness: Readiness) {
        if waiter != nil { return wake() }
        guard !isBusy, let raw else { return }
        // Nobody waits: a notice, a parameter change, or the end.
        if PQconsumeInput(raw) != 1 || PQstatus(raw) != CONNECTION_OK || readiness.contains(.error) {
            let body = onDeath
            close()
            body?()
        }
    }

    private func wake() {
        let waiting = waiter
        waiter = nil
        waiting?.resume()
    }

    private func timeOut() {
        hasTimedOut = true
        close()
    }

    private func fail() -> PostgresError {
        if hasTimedOut { return PostgresError(.timedOut, "the server did not answer in time") }
        let reason = raw == nil ? "the connection was closed" : lastError()
        close()
        return PostgresError(.connectionLost, reason)
    }

    private func lastError() -> String {
        raw.map { String(cString: PQerrorMessage($0)).trimmingNewlines } ?? "the connection is closed"
    }
}
