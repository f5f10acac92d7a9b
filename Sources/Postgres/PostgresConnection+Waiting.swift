internal import CLibpq
internal import EventLoop

/// Waiting for the server, and what ends the wait: readiness, the end of the connection, or an interruption.
extension PostgresConnection {
    /// Why the caller of a pipeline waits no longer.
    enum Interruption: Sendable {
        case deadline, cancellation
    }

    /// How often the server is asked to stop: a request that comes between two statements of a pipeline is ignored.
    private static let cancelAttemptLimit = 4

    /// Returns when the socket is ready, or the connection has been closed.
    func ready() async {
        guard raw != nil else { return }
        await withCheckedContinuation { waiter = $0 }
    }

    func wake() {
        let waiting = waiter
        waiter = nil
        waiting?.resume()
    }

    /// Asks the server to stop pipeline `number`, if it is still under way.
    func interrupt(_ number: UInt64, _ reason: Interruption) {
        guard isBusy, number == exchangeNumber, interruption == nil, raw != nil else { return }
        interruption = reason
        cancelAttempts = 0
        askToStop()
    }

    private func askToStop() {
        guard let raw, interruption != nil else { return }
        guard cancelAttempts < Self.cancelAttemptLimit else { return close() }
        cancelAttempts += 1
        graceTimer = loop.schedule(after: configuration.cancelGrace / Self.cancelAttemptLimit) {
            [weak self] in
            self?.assumeOnLoop { $0.askToStop() }
        }
        guard cancelling == nil, let canceller = Canceller(raw) else { return }
        // Kept until it ends; the pipeline's caller waits for it, so that it cannot meet what is sent next.
        cancelling = Task {
            _ = try? await offload.run { canceller.cancel() }
            cancelling = nil
            wake()
        }
    }

    /// Waits until no request to stop is under way any more, or the connection is closed; what the interruption was.
    func endInterruption() async -> Interruption? {
        guard let reason = interruption else { return nil }
        while cancelling != nil, let raw {
            await ready()
            guard self.raw != nil else { break }
            // Level-triggered: what has come is taken, or the socket would be ready again at once.
            if PQconsumeInput(raw) != 1 { close() }
        }
        graceTimer?.cancel()
        graceTimer = nil
        interruption = nil
        return reason
    }

    /// Closes the connection; the error that whoever waits for it gets.
    func fail() -> PostgresError {
        let reason = raw == nil ? "the connection was closed" : lastError()
        close()
        return PostgresError(.connectionLost, reason)
    }

    func lastError() -> String {
        raw.map { String(cString: PQerrorMessage($0)).trimmingNewlines } ?? "the connection is closed"
    }

    /// Passes on what `LISTEN` has brought.
    func tellNotifications() {
        guard let onNotification else { return }
        while let raw, let notification = PQnotifies(raw) {
            onNotification(PostgresNotification(copying: notification))
            PQfreemem(notification)
        }
    }
}

extension PostgresConnection.Interruption {
    /// What a pipeline that failed after it is to its caller.
    func error(from error: PostgresError) -> PostgresError {
        let code: PostgresError.Code = self == .deadline ? .timedOut : .cancelled
        let cause = self == .deadline ? "the time was over" : "the task was cancelled"
        if error.sqlState == .queryCanceled {
            return error.changed(
                code,
                "\(cause), and the server stopped the statement",
                statementIndex: error.statementIndex
            )
        }
        guard error.code == .connectionLost else { return error }
        return error.changed(
            code,
            "\(cause), and the server did not say whether it stopped",
            statementIndex: nil,
            outcome: .unknown
        )
    }
}
