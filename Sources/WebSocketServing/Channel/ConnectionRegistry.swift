internal import NIOCore
internal import Synchronization

/// The channels that are open, so that there are not too many, and that a stopping server reaches them.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isStopping = false
    }

    private let state = Mutex(State())
    private let limit: Int

    /// - Parameter limit: How many may become connections.
    init(limit: Int) { self.limit = limit }

    /// Takes note of a new channel until it closes; false where it must be closed at once.
    func add(_ channel: any Channel) -> Bool {
        let key = ObjectIdentifier(channel)
        let isAdded = state.withLock { state in
            guard !state.isStopping,
                state.channels.count < limit + WebSocketServerConfiguration.spareConnections
            else { return false }
            state.channels[key] = channel
            return true
        }
        guard isAdded else { return false }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { state in _ = state.channels.removeValue(forKey: key) }
        }
        return true
    }

    /// Whether a request that has just come is one too many.
    var isFull: Bool { state.withLock { $0.channels.count > limit } }

    /// How many there are.
    var count: Int { state.withLock { $0.channels.count } }

    /// Tells all of them that the server stops, and takes no more. Idempotent.
    func stop() {
        let channels = state.withLock { state in
            defer { state.isStopping = true }
            return state.isStopping ? [] : Array(state.channels.values)
        }
        for channel in channels { channel.triggerUserOutboundEvent(ConnectionHandler.Stop(), promise: nil) }
    }

    /// Whether ``stop()`` has been called.
    var isStopping: Bool { state.withLock { $0.isStopping } }
}
