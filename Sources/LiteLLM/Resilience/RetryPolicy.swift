internal import EventLoop

/// When a call that failed before its first chunk is made again.
public struct RetryPolicy: Sendable {
    /// How often a call is made at most, the first time included.
    public var attempts = 3
    /// How long it waits after the first failure; twice as long after each other, less up to a half of it by chance.
    public var firstBackoff: Duration = .milliseconds(200)
    /// How long it waits at most, where nobody says how long.
    public var lastBackoff: Duration = .seconds(4)
    /// How long it waits at most where the upstream says how long; where that is longer, the call fails.
    public var longestRetryAfter: Duration = .seconds(10)
    /// No attempt begins later than this after the first one.
    public var window: Duration = .seconds(20)

    /// The defaults.
    public init() {}
}

/// What becomes of one call's failures: a value without a clock.
struct RetrySchedule {
    enum Decision: Equatable {
        case giveUp
        case tryAgain(afterNanoseconds: Int64)
    }

    private let policy: RetryPolicy
    private let beginning: Int64
    private var backoff: Backoff
    /// How many attempts have been made, the one under way included.
    private(set) var attempts = 1

    /// - Parameters:
    ///   - now: When the first attempt begins, in nanoseconds.
    ///   - seed: Where chance begins.
    init(_ policy: RetryPolicy, now: Int64, seed: UInt64) {
        self.policy = policy
        beginning = now
        backoff = Backoff(
            firstNanoseconds: policy.firstBackoff.nanoseconds,
            lastNanoseconds: policy.lastBackoff.nanoseconds,
            seed: seed
        )
    }

    /// An attempt failed at a time.
    mutating func failed(_ error: LiteLLMError, now: Int64) -> Decision {
        // What is told at once, here, is for the caller to wait for.
        guard error.isRetriable, error.code != .circuitOpen, error.code != .tooManyCalls,
            attempts < policy.attempts
        else { return .giveUp }
        var wait = backoff.failed()
        if let retryAfter = error.retryAfter {
            guard retryAfter <= policy.longestRetryAfter else { return .giveUp }
            wait = max(wait, retryAfter.nanoseconds)
        }
        guard deadline(.nanoseconds(wait), after: now) <= deadline(policy.window, after: beginning) else {
            return .giveUp
        }
        attempts += 1
        return .tryAgain(afterNanoseconds: wait)
    }
}
