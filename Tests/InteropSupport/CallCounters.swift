internal import Synchronization

/// What a service remembers of its calls.
final class CallCounters: Sendable {
    private let count = Atomic<Int>(0)
    private let attempts = Mutex<[String: Int]>([:])
    private static let attemptsLimit = 1_000

    /// How many calls were cancelled, each counted once.
    var cancelled: Int { count.load(ordering: .relaxed) }

    func begin() -> Call { Call(counters: self) }

    /// Notes an attempt at a named call, and returns how many there were before.
    func noteAttempt(of call: String) -> Int {
        attempts.withLock { attempts in
            if attempts.count > Self.attemptsLimit { attempts.removeAll() }
            let before = attempts[call, default: 0]
            attempts[call] = before + 1
            return before
        }
    }

    /// One call, which may hear more than once that it was cancelled.
    final class Call: Sendable {
        private let counters: CallCounters
        private let isCancelled = Atomic<Bool>(false)

        fileprivate init(counters: CallCounters) { self.counters = counters }

        func cancelled() {
            if !isCancelled.exchange(true, ordering: .relaxed) {
                counters.count.add(1, ordering: .relaxed)
            }
        }
    }
}
