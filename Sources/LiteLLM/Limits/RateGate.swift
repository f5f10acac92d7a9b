/// When the next call may begin, of so many a minute with a burst: the generic cell rate algorithm by virtual scheduling
/// (ITU-T I.371, annex A). A value without a clock; it needs one number, and no timer fills it.
struct RateGate: Equatable {
    /// Nanoseconds from one call to the next at the full rate.
    private(set) var interval: Int64
    /// How far calls may be ahead of that rate, in nanoseconds.
    private(set) var tolerance: Int64
    /// When the next call would come, if all kept to the rate; `.min` where none has come.
    private var expected = Int64.min

    /// - Parameters:
    ///   - callsPerMinute: From 1.
    ///   - burst: How many may come at once after a pause, from 1.
    init(callsPerMinute: Int, burst: Int) {
        interval = max(1, 60_000_000_000 / Int64(max(1, callsPerMinute)))
        tolerance = interval * Int64(max(1, burst) - 1)
    }

    /// Nanoseconds until a call may begin, behind `ahead` others that begin as soon as they may; 0 where it may now.
    func wait(now: Int64, behind ahead: Int = 0) -> Int64 {
        max(0, max(expected, now) + Int64(ahead) * interval - tolerance - now)
    }

    /// A call begins. Whoever looked at ``wait(now:)`` before keeps to the rate.
    mutating func take(now: Int64) { expected = max(expected, now) + interval }

    /// No call may begin before a time; from then on they come at the rate, without a burst.
    mutating func hold(until time: Int64) { expected = max(expected, time + tolerance) }

    /// Whether it is as new, so that nothing is lost by forgetting it.
    func isForgettable(now: Int64) -> Bool { expected <= now }

    /// The same for another rate: what has been used up stays so.
    func rescaled(callsPerMinute: Int, burst: Int) -> RateGate {
        var gate = RateGate(callsPerMinute: callsPerMinute, burst: burst)
        guard expected != .min else { return gate }
        gate.expected = expected - tolerance + gate.tolerance
        return gate
    }
}
