internal import CLibpq
internal import EventLoop

extension PostgresConnection {
    /// Whether `BEGIN` has been done and neither `COMMIT` nor `ROLLBACK`.
    var isInTransaction: Bool {
        guard let raw, PQstatus(raw) == CONNECTION_OK else { return false }
        return PQtransactionStatus(raw) != PQTRANS_IDLE
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws or its task is cancelled.
    ///
    /// - Parameters:
    ///   - options: How it is begun.
    ///   - timeout: For all of it. It is looked at with each statement, which is stopped when the time is over.
    ///   - body: What is done in it.
    /// - Throws: What `body` throws; `PostgresError` where the commit fails.
    public func withTransaction<Value: Sendable>(
        _ options: PostgresTransaction.Options = PostgresTransaction.Options(),
        timeout: Duration = .seconds(30),
        _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let end = deadline(timeout, after: loop.uptimeNanoseconds)
        let transaction = PostgresTransaction(self, options, deadlineNanoseconds: end)
        do {
            let value = try await body(transaction)
            try await transaction.finish()
            return value
        } catch {
            await transaction.rollBack()
            throw error
        }
    }
}
