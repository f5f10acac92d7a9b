/// When to measure: what begins before is warm-up, what ends after does not count.
struct Period: Sendable {
    let begin: ContinuousClock.Instant
    let end: ContinuousClock.Instant

    init(warmUp: Duration, length: Duration) {
        begin = .now + warmUp
        end = begin + length
    }
}

/// The latencies of one worker.
struct Recorder {
    private(set) var latencies: [Duration] = []
    private let period: Period
    private var began = ContinuousClock.now

    init(period: Period) {
        self.period = period
        latencies.reserveCapacity(1 << 14)
    }

    mutating func begin() { began = .now }

    /// Whether there is to be another one.
    mutating func end() -> Bool {
        let now = ContinuousClock.now
        if began >= period.begin, now <= period.end { latencies.append(now - began) }
        return now < period.end
    }
}
