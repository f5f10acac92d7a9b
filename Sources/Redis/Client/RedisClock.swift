/// What a loop knows of Redis' clock, by which all replicas say how old something is: their own clocks need not agree.
///
/// Redis said what time it is (`TIME`) some time between when it was asked and when its answer came. So what it shows now lies
/// between two bounds, as far apart as that took; a reader takes the later one, a writer the earlier one, and what is in Redis
/// never seems younger than it is. Where Redis was held up, its answer is late and the bounds lie far apart: what is there seems older.
///
/// Times of the loop are nanoseconds of its clock, times of Redis microseconds since 1970. Reads no clock itself. Servers of a
/// cluster are taken to agree on the time, as a cluster's own expiry does when a replica takes over.
public struct RedisClock: Sendable, Equatable {
    /// How often Redis is asked, at most.
    public static let interval: Int64 = 1_000_000_000
    /// How long an answer is of use: clocks may be set, or run at different speeds.
    public static let lifetime: Int64 = 10_000_000_000

    private struct Answer: Equatable {
        let microseconds: Int64
        let askedAt: Int64
        let answeredAt: Int64
    }

    /// What asks Redis for the time.
    public static let question = RedisCommand("TIME", keyIndex: nil)

    private var lastAskedAt: Int64?
    private var last: Answer?

    /// A clock of which nothing is known.
    public init() {}

    /// Whether Redis is to be asked now, beside what it is asked anyway. True once in each ``interval``.
    public mutating func isToBeAsked(now: Int64) -> Bool {
        if let lastAskedAt, now - lastAskedAt < Self.interval { return false }
        lastAskedAt = now
        return true
    }

    /// Redis has said what time it is.
    ///
    /// - Parameters:
    ///   - microseconds: Since 1970.
    ///   - askedAt: When it was asked.
    ///   - now: When its answer was there.
    public mutating func learn(microseconds: Int64, askedAt: Int64, now: Int64) {
        last = Answer(microseconds: microseconds, askedAt: askedAt, answeredAt: now)
    }

    /// Redis has answered ``question``: seconds since 1970, and the microseconds of the current one. Anything else is passed over.
    ///
    /// - Parameters:
    ///   - answer: What it said.
    ///   - askedAt: When it was asked.
    ///   - now: When its answer was there.
    public mutating func learn(_ answer: RedisValue, askedAt: Int64, now: Int64) {
        guard let parts = try? answer.elements(), parts.count == 2,
            let seconds = Self.number(parts[0], below: 1 << 40),
            let microseconds = Self.number(parts[1], below: 1_000_000)
        else { return }
        learn(microseconds: seconds * 1_000_000 + microseconds, askedAt: askedAt, now: now)
    }

    private static func number(_ value: RedisValue, below limit: Int64) -> Int64? {
        guard let digits = try? value.bytes(), let number = Int64(String(decoding: digits, as: UTF8.self))
        else { return nil }
        return (0..<limit).contains(number) ? number : nil
    }

    /// The latest time that Redis' clock may show; nil where that is not known.
    public func latest(now: Int64) -> Int64? {
        valid(now: now).map { $0.microseconds + Self.microseconds(now - $0.askedAt) }
    }

    /// The earliest time that Redis' clock may have shown at `time`; nil where that is not known.
    public func earliest(at time: Int64, now: Int64) -> Int64? {
        valid(now: now).map { $0.microseconds - Self.microseconds($0.answeredAt - time) }
    }

    private func valid(now: Int64) -> Answer? {
        last.flatMap { now - $0.answeredAt < Self.lifetime ? $0 : nil }
    }

    /// Rounded up.
    private static func microseconds(_ nanoseconds: Int64) -> Int64 {
        let (quotient, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000)
        return rest > 0 ? quotient + 1 : quotient
    }
}
