internal import GRPCCore
internal import Synchronization

/// Who is loading what, over all loops: of those who miss the same answer at the same time one loads it, the others wait.
///
/// Where the one who loads is cancelled, or fails for a reason of its own, one of those who wait takes its place.
final class LoadTable: Sendable {
    /// How a load ended.
    enum Outcome: Sendable {
        /// For everyone.
        case loaded(Loaded)
        /// For everyone.
        case failed(RPCError)
        /// It was the loader's own affair: somebody else has to try.
        case abandoned
    }

    /// What becomes of one who misses.
    enum Part: Sendable {
        /// Load it, and say how it ended.
        case load
        /// Somebody else did.
        case outcome(Outcome)
        /// The waiting task was cancelled.
        case cancelled
    }

    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<Part, Never>
    }

    private struct State {
        var loads: [MappingKey: [Waiter]] = [:]
        var nextID: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Takes part in the load of an answer: as the one who does it, or as one who waits until it is done.
    func join(_ key: MappingKey) async -> Part {
        let id: UInt64? = state.withLock { state in
            guard state.loads[key] != nil else {
                state.loads[key] = []
                return nil
            }
            state.nextID += 1
            return state.nextID
        }
        guard let id else { return .load }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let part: Part? = state.withLock { state in
                    if Task.isCancelled { return .cancelled }
                    // It may have ended since: then it is begun anew.
                    guard state.loads[key] != nil else {
                        state.loads[key] = []
                        return .load
                    }
                    state.loads[key]?.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let part { continuation.resume(returning: part) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let place = state.loads[key]?.firstIndex(where: { $0.id == id }) else { return nil }
                return state.loads[key]?.remove(at: place)
            }
            waiter?.continuation.resume(returning: .cancelled)
        }
    }

    /// How many wait for a load.
    func waiterCount(of key: MappingKey) -> Int { state.withLock { $0.loads[key]?.count ?? 0 } }

    /// The load has ended. Whoever was told to load says so, once.
    func finish(_ key: MappingKey, _ outcome: Outcome) {
        let waiters = state.withLock { state -> [(Waiter, Part)] in
            let waiters = state.loads.removeValue(forKey: key) ?? []
            guard case .abandoned = outcome, let next = waiters.first else {
                return waiters.map { ($0, .outcome(outcome)) }
            }
            state.loads[key] = Array(waiters.dropFirst())
            return [(next, .load)]
        }
        for (waiter, part) in waiters { waiter.continuation.resume(returning: part) }
    }
}
