internal import Synchronization

/// Counts the calls of a service that were cancelled, each once.
final class CallCounters: Sendable {
    private let count = Atomic<Int>(0)

    var cancelled: Int { count.load(ordering: .relaxed) }

    func begin() -> Call { Call(counters: self) }

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
