/// When to measure: what begins before is warm-up, what ends after does not count.
public struct Period: Sendable {
    let begin: ContinuousClock.Instant
    let end: ContinuousClock.Instant

    /// A period that begins after `warmUp`, counted from now.
    public init(warmUp: Duration, length: Duration) {
        begin = .now + warmUp
        end = begin + length
    }
}

/// The latencies of one worker.
public struct Recorder {
    /// How long each of those took that began and ended in the period.
    public private(set) var latencies: [Duration] = []
    private let period: Period
    private var began = ContinuousClock.now

    /// A recorder without latencies.
    public init(period: Period) {
        self.period = period
        latencies.reserveCapacity(1 << 14)
    }

    /// A call begins now.
    public mutating func begin() { began = .now }

    /// It ends now; whether there is to be another one.
    public mutating func end() -> Bool {
        let now = ContinuousClock.now
        if began >= period.begin, now <= period.end { latencies.append(now - began) }
        return now < period.end
    }
}
