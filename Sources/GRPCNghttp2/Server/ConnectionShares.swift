internal import Synchronization

/// How many connections each loop of a server has, and which loop the next one goes to.
///
/// The kernel spreads connections over listening sockets by a hash (socket(7), SO_REUSEPORT): of few connections one loop
/// easily gets most. gRPC's connections are few and last, so that such a start decides the load of hours. Whoever accepts one
/// asks here; it stays where it came unless another loop has fewer.
final class ConnectionShares: Sendable {
    private let limit: Int
    private let state: Mutex<State>

    private struct State {
        var counts: [Int]
        var total = 0
    }

    /// - Parameters:
    ///   - loops: How many there are.
    ///   - limit: How many connections all of them may have.
    init(loops: Int, limit: Int) {
        self.limit = limit
        state = Mutex(State(counts: Array(repeating: 0, count: loops)))
    }

    /// Takes a place for a connection that `loop` has accepted.
    ///
    /// - Returns: The loop that it goes to; nil where the server has as many as it may.
    func place(acceptedBy loop: Int) -> Int? {
        state.withLock { state in
            guard state.total < limit else { return nil }
            var chosen = loop
            for (other, count) in state.counts.enumerated() where count < state.counts[chosen] {
                chosen = other
            }
            state.counts[chosen] += 1
            state.total += 1
            return chosen
        }
    }

    /// Gives the place of a connection back that has ended.
    func leave(_ loop: Int) {
        state.withLock { state in
            state.counts[loop] -= 1
            state.total -= 1
        }
    }
}
