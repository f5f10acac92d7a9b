public import EventLoop

/// The body of an answer, read piece by piece by one reader.
///
/// Whoever lets go of it closes the exchange: its connection is closed.
public actor CurlTransfer {
    /// Where its code runs.
    public nonisolated let loop: EventLoop
    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let exchange: CurlExchange
    /// The exchange needs its client.
    private let client: CurlClient

    init(_ exchange: CurlExchange, client: CurlClient) {
        self.exchange = exchange
        self.client = client
        loop = client.loop
    }

    deinit {
        let (exchange, client) = (exchange, client)
        loop.execute { withExtendedLifetime(client) { exchange.abandon() } }
    }

    /// The next piece, as large as what has come and at most `unreadBytes` and one piece of curl's; nil at the whole answer's end.
    ///
    /// While nobody calls it, the peer has to wait. Cancelling the task closes the exchange at once.
    ///
    /// - Parameter deadline: A point on the loop's clock, in nanoseconds; the exchange is closed when nothing came before.
    /// - Throws: `CurlError` (timedOut, broken, tooLarge, cancelled, closed, invalidRequest for a second reader).
    public func next(until deadline: Int64) async throws(CurlError) -> [UInt8]? {
        if Task.isCancelled { exchange.close(Self.cancelled) }
        while true {
            let seen = exchange.changes
            if case .failed(let error) = exchange.end, error.code == .cancelled { throw error }
            let bytes = exchange.take()
            if !bytes.isEmpty { return bytes }
            switch exchange.end {
            case .whole: return nil
            case .failed(let error): throw error
            case nil: try await wait(after: seen, until: deadline)
            }
        }
    }

    /// The whole rest.
    ///
    /// - Throws: As ``next(until:)``; (tooLarge) where there is more than `limit` bytes, and the exchange is closed.
    public func collect(atMost limit: Int, until deadline: Int64) async throws(CurlError) -> [UInt8] {
        var whole: [UInt8] = []
        while let piece = try await next(until: deadline) {
            guard whole.count + piece.count <= limit else {
                let error = CurlError(.tooLarge, "the answer has more than \(limit) bytes")
                exchange.close(error)
                throw error
            }
            whole += piece
        }
        return whole
    }

    /// Closes the exchange at once. Idempotent.
    public func close() { exchange.close(CurlError(.closed, "the exchange was closed")) }

    /// Says that the rest is of no interest. Where it comes soon and is short, the connection is used again; otherwise it is closed.
    public func drain() { exchange.drain() }

    func head(until deadline: Int64) async throws(CurlError) -> CurlHead {
        while true {
            let seen = exchange.changes
            if let head = exchange.head { return head }
            if case .failed(let error) = exchange.end { throw error }
            try await wait(after: seen, until: deadline)
        }
    }

    /// Waits for a change after those that were seen. What ends the wait otherwise ends the exchange.
    private func wait(after seen: Int, until deadline: Int64) async throws(CurlError) {
        guard !exchange.hasWaiter else {
            throw CurlError(.invalidRequest, "an exchange has one reader at a time")
        }
        let exchange = exchange
        var timer: Timer?
        if deadline < .max {
            timer = loop.schedule(after: .nanoseconds(deadline - loop.uptimeNanoseconds)) {
                exchange.close(CurlError(.timedOut, "nothing came within the time allowed"))
            }
        }
        defer { timer?.cancel() }
        let loop = loop
        // The closures call a method of the actor's: they would run off the loop otherwise. Even so the task leaves the loop for a
        // moment before it waits (seen with Swift 6.3.1), and what comes meanwhile must not be missed.
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.beginWaiting(after: seen, continuation)
            }
        } onCancel: {
            loop.execute { exchange.close(Self.cancelled) }
        }
    }

    private func beginWaiting(after seen: Int, _ continuation: CheckedContinuation<Void, Never>) {
        exchange.wait(after: seen, continuation)
        if Task.isCancelled { exchange.close(Self.cancelled) }
    }

    private static var cancelled: CurlError { CurlError(.cancelled, "the task was cancelled") }
}
