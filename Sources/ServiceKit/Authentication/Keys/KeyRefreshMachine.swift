/// Decides when keys are fetched. A value: it reads no clock; times are nanoseconds of one that never goes back.
///
/// Keys are fetched when their time is over, when a token names one that is not among them, and, after a failure, again
/// with growing pauses. Whoever sends made-up key IDs causes one fetch in each `demandInterval` at most. A set, once
/// there, is kept until a better one comes: `failed` changes the time of the next fetch and nothing else.
struct KeyRefreshMachine: Sendable, Equatable {
    struct Limits: Sendable, Equatable {
        /// How long a fetched set is good.
        var refresh: Int64
        /// The least time between two fetches that tokens cause.
        var demandInterval: Int64
        /// The first pause after a failure; it doubles.
        var firstRetry: Int64 = 1_000_000_000
    }

    private let limits: Limits
    private var nextFetch: Int64 = .min
    private var lastFetch: Int64?
    private var retry: Int64
    private var isDemanded = false

    init(limits: Limits) {
        self.limits = limits
        retry = limits.firstRetry
    }

    /// A token names a key that is unknown.
    ///
    /// - Returns: Whether there will be a fetch for it, that its call may wait for.
    mutating func demanded(now: Int64) -> Bool {
        if let lastFetch, now < lastFetch.clampedSum(limits.demandInterval) { return false }
        isDemanded = true
        return true
    }

    /// Whether to fetch now.
    func isDue(now: Int64) -> Bool { isDemanded || now >= nextFetch }

    /// A fetch begins.
    mutating func began(now: Int64) {
        isDemanded = false
        lastFetch = now
    }

    /// It brought a set.
    mutating func succeeded(now: Int64) {
        retry = limits.firstRetry
        nextFetch = now.clampedSum(limits.refresh)
    }

    /// It did not.
    mutating func failed(now: Int64) {
        nextFetch = now.clampedSum(min(retry, limits.refresh))
        retry = min(retry.clampedSum(retry), limits.refresh)
    }
}

extension Int64 {
    /// The sum, or the largest number there is.
    fileprivate func clampedSum(_ other: Int64) -> Int64 {
        let (sum, isTooMuch) = addingReportingOverflow(other)
        return isTooMuch ? .max : sum
    }
}
