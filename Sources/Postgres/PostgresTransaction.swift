public import EventLoop

/// A transaction under way, from `BEGIN` to `COMMIT` or `ROLLBACK`, for the body that it is lent to.
///
/// `BEGIN` goes out with the first statements and, where the body ends with ``commit(with:)``, `COMMIT` with the last: a
/// transaction that reads and then writes takes two round trips. One that sends nothing takes none.
public actor PostgresTransaction {
    private enum Phase {
        /// Nothing was sent. Exits: open, ended.
        case unsent
        /// `BEGIN` was sent. Exits: ended.
        case open
        /// It was committed or rolled back.
        case ended
    }

    /// Where its code runs.
    public nonisolated let loop: EventLoop
    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let connection: PostgresConnection
    private let options: Options
    private let deadlineNanoseconds: Int64
    private var phase = Phase.unsent

    init(_ connection: PostgresConnection, _ options: Options, deadlineNanoseconds: Int64) {
        loop = connection.loop
        self.connection = connection
        self.options = options
        self.deadlineNanoseconds = deadlineNanoseconds
    }

    /// Sends statements in one round trip; the first ones with `BEGIN`.
    ///
    /// After one was refused the transaction can only be rolled back.
    ///
    /// - Throws: `PostgresError`: timedOut when the transaction's time is over, closed after its end.
    public func pipeline(_ statements: [PostgresStatement]) async throws(PostgresError) -> [PostgresResult] {
        guard phase != .ended else { throw PostgresError(.closed, "the transaction has ended") }
        let leading = phase == .unsent ? [options.begin] + options.opening : []
        phase = .open
        do {
            let results = try await connection.pipeline(leading + statements, timeout: timeLeft)
            return Array(results.dropFirst(leading.count))
        } catch {
            throw error.droppingLeadingStatements(leading.count)
        }
    }

    /// Sends one statement and returns its answer, as ``pipeline(_:)`` does.
    public func query(_ statement: PostgresStatement) async throws(PostgresError) -> PostgresResult {
        try await pipeline([statement])[0]
    }

    /// Sends the last statements and commits, in one round trip. What the body does afterwards cannot undo it.
    ///
    /// - Throws: `PostgresError`; rolledBack where an earlier statement had failed.
    public func commit(
        with statements: [PostgresStatement] = []
    ) async throws(PostgresError) -> [PostgresResult] {
        guard phase != .ended else { throw PostgresError(.closed, "the transaction has ended") }
        guard phase == .open || !statements.isEmpty else {
            phase = .ended
            return []
        }
        let results = try await pipeline(statements + [PostgresStatement("COMMIT")])
        phase = .ended
        guard results.last?.hasCommandTag("COMMIT") == true else {
            throw PostgresError(.rolledBack, "the server rolled the transaction back in place of its commit")
        }
        return Array(results.dropLast())
    }

    /// Commits, unless the body has done so.
    func finish() async throws(PostgresError) {
        guard phase != .ended else { return }
        _ = try await commit()
    }

    /// Rolls back, unless it has ended; a cancelled task does too. A connection that does not answer is closed.
    func rollBack() async {
        guard phase == .open else {
            phase = .ended
            return
        }
        phase = .ended
        guard await connection.isInTransaction else { return }
        do throws(PostgresError) {
            _ = try await connection.exchange(
                [PostgresStatement("ROLLBACK")],
                timeout: Self.rollbackTimeout,
                heedsCancellation: false
            )
        } catch {
            await connection.close()
        }
    }

    private static let rollbackTimeout: Duration = .seconds(2)

    private var timeLeft: Duration { .nanoseconds(deadlineNanoseconds - loop.uptimeNanoseconds) }
}
