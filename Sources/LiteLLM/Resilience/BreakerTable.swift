internal import EventLoop

/// A circuit breaker for each model, of a bounded number of models: one provider's trouble is not another's.
struct BreakerTable {
    private let policy: BreakerPolicy
    private var seeds: SplitMix64
    private var breakers: [String: CircuitBreaker] = [:]

    /// Of how many models at most something is known.
    static let limit = 256

    init(_ policy: BreakerPolicy, seed: UInt64) {
        self.policy = policy
        seeds = SplitMix64(seed: seed)
    }

    /// How many models something is known of.
    var count: Int { breakers.count }

    /// A call of a model wants to be made.
    mutating func ask(_ model: String, now: Int64) -> CircuitBreaker.Verdict {
        guard var breaker = breakers[model] else { return .make(isTrial: false) }
        defer { breakers[model] = breaker }
        return breaker.ask(now: now)
    }

    /// A call of a model has ended, or has got its first chunk.
    mutating func note(_ outcome: CircuitBreaker.Outcome, of model: String, isTrial: Bool, now: Int64) {
        if breakers[model] == nil {
            // Of a model that has never failed nothing is to be known.
            guard outcome == .failure, makeRoom() else { return }
            breakers[model] = CircuitBreaker(policy, seed: seeds.next())
        }
        breakers[model]?.note(outcome, isTrial: isTrial, now: now)
    }

    /// False where every place is taken by a breaker that is not closed.
    private mutating func makeRoom() -> Bool {
        guard breakers.count >= Self.limit else { return true }
        guard let forgettable = breakers.first(where: { $0.value.isForgettable }) else { return false }
        breakers[forgettable.key] = nil
        return true
    }
}
