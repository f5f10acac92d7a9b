internal import EventLoop

/// When calls to an upstream that fails are no longer made, and when one is tried again.
public struct BreakerPolicy: Sendable {
    /// How many of the last calls are looked at, at most 64.
    public var observedCalls = 20
    /// With fewer it does not open.
    public var fewestCalls = 5
    /// The share of failures, from 0 to 1, from which on it opens.
    public var failureShare = 0.5
    /// What is older than this is forgotten.
    public var memory: Duration = .seconds(60)
    /// How long it stays open the first time; twice as long each time that the trial fails, less up to a half by chance.
    public var firstPause: Duration = .seconds(1)
    /// How long it stays open at most.
    public var longestPause: Duration = .seconds(30)

    /// The defaults.
    public init() {}
}

/// The decisions of a circuit breaker: a value without a clock.
///
/// - closed: calls are made, and their outcomes noted. It opens when too many of the last ones failed.
/// - open: no call is made until a time. The first one after that is the trial (trying).
/// - trying: one call is under way, and no other is made. It closes with its success, and opens with its failure; a trial that says
///   neither (it was cancelled) lets the next one try.
struct CircuitBreaker {
    enum State: Equatable {
        case closed
        case open(until: Int64)
        case trying
    }

    /// What becomes of a call.
    enum Verdict: Equatable {
        /// It is made; whether it is the trial is to be told with its outcome.
        case make(isTrial: Bool)
        /// Refused; nanoseconds until a trial.
        case refuse(nanoseconds: Int64)
    }

    enum Outcome { case success, failure, neither }

    private let policy: BreakerPolicy
    private(set) var state = State.closed
    private var backoff: Backoff
    /// The last outcomes, the newest in the lowest bit, 1 for a failure.
    private var failures: UInt64 = 0
    private var observed = 0
    private var lastOutcome = Int64.min

    init(_ policy: BreakerPolicy, seed: UInt64) {
        self.policy = policy
        backoff = Backoff(
            firstNanoseconds: policy.firstPause.nanoseconds,
            lastNanoseconds: policy.longestPause.nanoseconds,
            seed: seed
        )
    }

    /// Whether nothing would be lost by forgetting it.
    var isForgettable: Bool { state == .closed }

    /// A call wants to be made.
    mutating func ask(now: Int64) -> Verdict {
        switch state {
        case .closed: return .make(isTrial: false)
        case .trying: return .refuse(nanoseconds: policy.firstPause.nanoseconds)
        case .open(let until):
            guard now >= until else { return .refuse(nanoseconds: until - now) }
            state = .trying
            return .make(isTrial: true)
        }
    }

    /// A call that was made has ended, or has got its first chunk. What began before it opened says nothing of a trial.
    mutating func note(_ outcome: Outcome, isTrial: Bool, now: Int64) {
        switch (state, outcome) {
        case (.trying, _) where !isTrial: break
        case (.open, _), (.closed, .neither): break
        case (.trying, .success):
            backoff.reset()
            state = .closed
            forget()
        case (.trying, .failure): open(now: now)
        case (.trying, .neither): state = .open(until: now)
        case (.closed, .success): observe(failure: false, now: now)
        case (.closed, .failure):
            observe(failure: true, now: now)
            let failed = failures.nonzeroBitCount
            if observed >= policy.fewestCalls, Double(failed) >= policy.failureShare * Double(observed) {
                open(now: now)
            }
        }
    }

    private mutating func open(now: Int64) {
        state = .open(until: deadline(.nanoseconds(backoff.failed()), after: now))
        forget()
    }

    private mutating func observe(failure: Bool, now: Int64) {
        if lastOutcome != .min, now - lastOutcome > policy.memory.nanoseconds { forget() }
        lastOutcome = now
        let width = min(max(policy.observedCalls, 1), 64)
        failures = (failures << 1 | (failure ? 1 : 0)) & (UInt64.max >> UInt64(64 - width))
        observed = min(observed + 1, width)
    }

    private mutating func forget() {
        failures = 0
        observed = 0
        lastOutcome = .min
    }
}
