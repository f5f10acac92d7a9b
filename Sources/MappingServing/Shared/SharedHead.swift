internal import Redis
internal import ServiceKit

/// What is known of a process, as it lies in Redis: which version is the latest, or that there is no such process, and when that was
/// checked, by Redis' own clock. So replicas need not agree on the time (``RedisClock``), and a Redis that was held up, and
/// takes note of what it was sent long before, makes nothing younger.
///
/// One byte with the form's number, eight of the time in microseconds since 1970, four of the version, 0 where there is no process, and
/// eight of a checksum over these and the process: against damage, and values under others' keys.
enum SharedHead {
    /// How long a head is kept: for as long, it can still be served when nobody can be asked.
    static let lifetimeMilliseconds: Int64 = 3_600_000

    private static let form: UInt8 = 2
    private static let bodyBytes = 1 + 8 + 4
    private static let bytes = bodyBytes + 8

    /// The value of a head; nil for one that does not know the latest version, or does not believe it, or while nothing is known of
    /// Redis' clock.
    static func encode(_ head: ProcessHead, of process: ProcessKey, _ clock: RedisClock, now: Int64)
        -> [UInt8]?
    {
        guard age(of: head, now: now) != nil, let version = head.isAbsent ? 0 : head.latest,
            let time = clock.earliest(at: checkedAt(head), now: now)
        else { return nil }
        var value: [UInt8] = []
        value.reserveCapacity(bytes)
        value.append(form)
        withUnsafeBytes(of: time.bigEndian) { value.append(contentsOf: $0) }
        withUnsafeBytes(of: version.bigEndian) { value.append(contentsOf: $0) }
        let checksum = checksum(time, version, process)
        withUnsafeBytes(of: checksum.bigEndian) { value.append(contentsOf: $0) }
        return value
    }

    /// The head of a value; nil where it is none, that of another process, or too old, or while nothing is known of Redis' clock.
    ///
    /// - Parameters:
    ///   - value: What is there.
    ///   - process: Of which process it is to be.
    ///   - clock: What is known of Redis' clock.
    ///   - now: In nanoseconds of the loops' clock.
    static func decode(_ value: [UInt8], of process: ProcessKey, _ clock: RedisClock, now: Int64)
        -> ProcessHead?
    {
        guard value.count == bytes, value[0] == form, let latest = clock.latest(now: now) else { return nil }
        let (time, version, sum) = value.withUnsafeBytes {
            (
                Int64(bigEndian: $0.loadUnaligned(fromByteOffset: 1, as: Int64.self)),
                Int32(bigEndian: $0.loadUnaligned(fromByteOffset: 9, as: Int32.self)),
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: bodyBytes, as: UInt64.self))
            )
        }
        // What is said to have been checked later than now was checked before the clock was set back: nobody knows when.
        guard sum == checksum(time, version, process), version >= 0, time >= 0, time <= latest,
            latest - time <= lifetimeMilliseconds * 1_000
        else { return nil }
        let checkedAt = now - (latest - time) * 1_000
        return version == 0 ? .absent(checkedAt: checkedAt) : .latest(version, checkedAt: checkedAt)
    }

    /// How many milliseconds a head is to be kept from now on; nil where it is too old, or does not know the latest version.
    static func expiry(of head: ProcessHead, now: Int64) -> Int? {
        age(of: head, now: now).map { Int(lifetimeMilliseconds - $0) }
    }

    private static func checkedAt(_ head: ProcessHead) -> Int64 {
        head.isAbsent ? head.existenceCheckedAt : head.latestCheckedAt
    }

    /// In milliseconds; nil where it is not worth keeping.
    private static func age(of head: ProcessHead, now: Int64) -> Int64? {
        let checkedAt = checkedAt(head)
        guard checkedAt > .min / 2 else { return nil }
        let age = (now - checkedAt + 999_999) / 1_000_000
        return age < lifetimeMilliseconds ? age : nil
    }

    /// Word by word through the finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): no two words that differ give the same.
    private static func checksum(_ time: Int64, _ version: Int32, _ process: ProcessKey) -> UInt64 {
        var state: UInt64 = 0x6772_696d_6f69_7265
        func mix(_ word: UInt64) {
            state = (state ^ word) &+ 0x9e37_79b9_7f4a_7c15
            state = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
            state = (state ^ state >> 27) &* 0x94d0_49bb_1331_11eb
            state ^= state >> 31
        }
        process.withIDBytes { ids in
            for place in stride(from: 0, to: ids.count, by: 8) {
                mix(UInt64(bigEndian: ids.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
            }
        }
        mix(UInt64(bitPattern: time))
        mix(UInt64(UInt32(bitPattern: version)))
        return state
    }
}
