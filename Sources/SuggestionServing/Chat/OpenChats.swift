internal import ServiceKit
internal import ServiceLifecycle
internal import Synchronization

/// Chats over gRPC that are open. A client may leave one open for hours between two messages: when the service stops, those that wait
/// for a message are closed at once, and the others as soon as their answer has come to its end.
final class OpenChats: Service {
    private struct State {
        var isStopping = false
        var turns: [UInt64: ChatTurns] = [:]
        var next: UInt64 = 0
    }

    private let state = Mutex(State())

    /// What a client is told whose chat is closed.
    static let closed = ServiceError(
        .unavailable(retryAfter: .seconds(1)),
        message: "This replica is going down: connect again, and go on in the same session."
    )

    /// How many there are.
    var count: Int { state.withLock { $0.turns.count } }

    /// Waits for a graceful shutdown, and closes them then.
    func run() async throws {
        await withGracefulShutdownHandler {
            try? await gracefulShutdown()
        } onGracefulShutdown: {
            self.stop()
        }
        stop()
    }

    /// Closes them. Idempotent.
    func stop() {
        let all = state.withLock { state in
            state.isStopping = true
            return Array(state.turns.values)
        }
        for turns in all { turns.close() }
    }

    /// Serves a chat.
    ///
    /// - Parameter body: Reads messages and answers them, each between ``ChatTurns/begin()`` and ``ChatTurns/end()``. Its task is
    ///   cancelled where it waits for a message while the service stops.
    /// - Throws: What `body` throws; ``closed`` where the service has stopped before `body` came to its end.
    func serve(_ body: @escaping @Sendable (ChatTurns) async throws -> Void) async throws {
        let turns = ChatTurns()
        let number = state.withLock { state in
            state.next += 1
            state.turns[state.next] = turns
            if state.isStopping { turns.close() }
            return state.next
        }
        defer { state.withLock { _ = $0.turns.removeValue(forKey: number) } }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body(turns)
                return true
            }
            group.addTask { await turns.waitUntilClosed() }
            let hasEnded = try await group.next()
            group.cancelAll()
            if hasEnded == true { return }
            // A client that had nothing more to say is not told that it should come again: its end is read all the same.
            guard case .success(true) = await group.nextResult() else { throw Self.closed }
        }
    }
}

/// Whose turn it is in one chat: the client's, or ours.
///
/// It is idle until a message begins, and answering until that has been answered. Closing an idle one is done at once; one that is
/// answering is closed at the answer's end.
final class ChatTurns: Sendable {
    private enum State {
        case idle
        case answering(mustClose: Bool)
        case closed
    }

    private struct Guarded {
        var state = State.idle
        var isAbandoned = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let guarded = Mutex(Guarded())

    /// A message has come.
    ///
    /// - Throws: ``OpenChats/closed`` where it has come too late.
    func begin() throws(ServiceError) {
        let isLate = guarded.withLock { guarded in
            if case .closed = guarded.state { return true }
            guarded.state = .answering(mustClose: false)
            return false
        }
        if isLate { throw OpenChats.closed }
    }

    /// It has been answered.
    func end() {
        let waiter = guarded.withLock { guarded -> CheckedContinuation<Void, Never>? in
            guard case .answering(mustClose: true) = guarded.state else {
                guarded.state = .idle
                return nil
            }
            guarded.state = .closed
            defer { guarded.waiter = nil }
            return guarded.waiter
        }
        waiter?.resume()
    }

    /// The service stops.
    func close() {
        let waiter = guarded.withLock { guarded -> CheckedContinuation<Void, Never>? in
            switch guarded.state {
            case .idle:
                guarded.state = .closed
                defer { guarded.waiter = nil }
                return guarded.waiter
            case .answering:
                guarded.state = .answering(mustClose: true)
                return nil
            case .closed: return nil
            }
        }
        waiter?.resume()
    }

    /// Waits until it has been closed while it was idle, or until the task is cancelled.
    ///
    /// - Returns: False, for ``OpenChats/serve(_:)``: the chat has not come to its end by itself.
    fileprivate func waitUntilClosed() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = guarded.withLock { guarded in
                    if case .closed = guarded.state { return true }
                    if guarded.isAbandoned { return true }
                    guarded.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = guarded.withLock { guarded in
                guarded.isAbandoned = true
                defer { guarded.waiter = nil }
                return guarded.waiter
            }
            waiter?.resume()
        }
        return false
    }
}
