internal import EventLoop

/// An actor from which several may want the same at once: one gets it, and the others wait for that one. ``FlightTable`` decides,
/// the actor resumes.
protocol FlightWaiting: Actor {
    associatedtype Key: Hashable & Sendable
    /// What one who waited is told.
    associatedtype Claim: Sendable

    nonisolated var loop: EventLoop { get }
    var flights: FlightTable<Key, UInt64> { get set }
    /// Those who wait, by their numbers in the table.
    var waiters: [UInt64: CheckedContinuation<Claim?, Never>] { get set }
}

extension FlightWaiting {
    /// How many wait for somebody else.
    var waitingCount: Int { waiters.count }

    /// Waits for whoever was first with a key.
    ///
    /// - Parameter number: One that ``FlightTable/join(_:_:)`` did not let go first.
    /// - Returns: Nil where the task was cancelled before.
    func wait(_ key: Key, _ number: UInt64) async -> Claim? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else {
                    _ = flights.leave(key, number)
                    return continuation.resume(returning: nil)
                }
                waiters[number] = continuation
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.leave(key, number) } }
        }
    }

    private func leave(_ key: Key, _ number: UInt64) {
        guard flights.leave(key, number) else { return }
        wake(number, nil)
    }

    /// Tells one who waits, if it still does.
    func wake(_ number: UInt64, _ claim: Claim?) {
        waiters.removeValue(forKey: number)?.resume(returning: claim)
    }
}
