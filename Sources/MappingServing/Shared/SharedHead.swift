/// What is known of a process, as it lies in Redis: the number of its latest version, or a dash where there is no such process.
///
/// It is kept for ``lifetimeMilliseconds``, and how much of that is left, by Redis' own clock, says how old it is: replicas need
/// not agree on the time.
enum SharedHead {
    /// How long a head is kept: for as long, it can still be served when nobody can be asked.
    static let lifetimeMilliseconds: Int64 = 3_600_000

    /// The value of a head; nil for one that does not know the latest version, or does not believe it.
    static func encode(_ head: ProcessHead) -> String? {
        if head.isAbsent { return "-" }
        guard head.latestCheckedAt != .min else { return nil }
        return head.latest.map { "\($0)" }
    }

    /// The head of a value; nil where it is none.
    ///
    /// - Parameters:
    ///   - value: What is there.
    ///   - left: How many milliseconds it will still be there (PTTL).
    ///   - now: When Redis was asked, in nanoseconds of the loops' clock.
    static func decode(_ value: [UInt8], left: Int, now: Int64) -> ProcessHead? {
        guard left > 0, left <= lifetimeMilliseconds else { return nil }
        let checkedAt = now - (lifetimeMilliseconds - Int64(left)) * 1_000_000
        if value == [UInt8(ascii: "-")] { return .absent(checkedAt: checkedAt) }
        guard value.count <= 10, let number = Int32(String(decoding: value, as: UTF8.self)), number > 0 else {
            return nil
        }
        return .latest(number, checkedAt: checkedAt)
    }

    /// How long a head is to be kept from now on; nil where it is too old.
    static func expiry(of head: ProcessHead, now: Int64) -> Int? {
        let checkedAt = head.isAbsent ? head.existenceCheckedAt : head.latestCheckedAt
        let left = lifetimeMilliseconds - (now - checkedAt + 999_999) / 1_000_000
        return left > 0 ? Int(left) : nil
    }
}
