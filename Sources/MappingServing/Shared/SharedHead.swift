internal import FoundationEssentials

/// What is known of a process, as it lies in Redis: the number of its latest version, or a dash where there is no such process;
/// after it the milliseconds since 1970 when that was checked, by the writer's clock; after that a digest, as in `SharedValue`.
///
/// It is kept for ``lifetimeMilliseconds``, and how much of that is left, by Redis' own clock, says how old it is: replicas need
/// not agree on the time. But a Redis that was held up takes note of what it was sent long before, and then gives it all of its
/// life. So a head is as old as the older of both clocks says: replicas that agree on the time are not misled, and those that do
/// not share less.
enum SharedHead {
    /// How long a head is kept: for as long, it can still be served when nobody can be asked.
    static let lifetimeMilliseconds: Int64 = 3_600_000
    /// The longest value: two numbers, a digest, what is between them.
    private static let maxBytes = 96

    /// The value of a head under a key; nil for one that does not know the latest version, or does not believe it.
    static func encode(_ head: ProcessHead, key: String, now: Int64, wallClock: Int64 = milliseconds)
        -> String?
    {
        guard let age = age(of: head, now: now) else { return nil }
        let what = head.isAbsent ? "-" : head.latest.map { "\($0)" }
        return what.map { what in
            let body = "\(what) \(wallClock - age)"
            return "\(body) \(String(decoding: digest(of: Array(body.utf8)[...], key: key), as: UTF8.self))"
        }
    }

    /// The head of a value; nil where it is none, or that of another key.
    ///
    /// - Parameters:
    ///   - value: What is there.
    ///   - key: Where it is.
    ///   - left: How many milliseconds it will still be there (PTTL).
    ///   - now: When Redis was asked, in nanoseconds of the loops' clock.
    ///   - wallClock: The same in milliseconds since 1970.
    static func decode(
        _ value: [UInt8],
        key: String,
        left: Int,
        now: Int64,
        wallClock: Int64 = milliseconds
    ) -> ProcessHead? {
        guard value.count <= maxBytes, left > 0, left <= lifetimeMilliseconds else { return nil }
        let parts = value.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, let time = Int64(ascii: parts[1]), time <= wallClock + lifetimeMilliseconds,
            parts[2].elementsEqual(digest(of: value[..<parts[1].endIndex], key: key))
        else { return nil }
        let age = max(lifetimeMilliseconds - Int64(left), wallClock - time)
        guard age <= lifetimeMilliseconds else { return nil }
        let checkedAt = now - age * 1_000_000
        if parts[0].elementsEqual(CollectionOfOne(UInt8(ascii: "-"))) { return .absent(checkedAt: checkedAt) }
        guard let number = Int64(ascii: parts[0]).flatMap(Int32.init(exactly:)), number > 0 else {
            return nil
        }
        return .latest(number, checkedAt: checkedAt)
    }

    /// How long a head is to be kept from now on; nil where it is too old, or does not know the latest version.
    static func expiry(of head: ProcessHead, now: Int64) -> Int? {
        age(of: head, now: now).map { Int(lifetimeMilliseconds - $0) }
    }

    /// In milliseconds; nil where it is not worth keeping.
    private static func age(of head: ProcessHead, now: Int64) -> Int64? {
        let checkedAt = head.isAbsent ? head.existenceCheckedAt : head.latestCheckedAt
        guard checkedAt > .min / 2 else { return nil }
        let age = (now - checkedAt + 999_999) / 1_000_000
        return age < lifetimeMilliseconds ? age : nil
    }

    /// In hexadecimal digits.
    private static func digest(of body: ArraySlice<UInt8>, key: String) -> [UInt8] {
        let digits: StaticString = "0123456789abcdef"
        return SharedValue.withDigest(of: body, key: key) { bytes in
            [UInt8](unsafeUninitializedCapacity: 2 * bytes.count) { text, count in
                for byte in bytes {
                    text[count] = digits.utf8Start[Int(byte >> 4)]
                    text[count + 1] = digits.utf8Start[Int(byte & 15)]
                    count += 2
                }
            }
        }
    }

    /// Now, since 1970.
    static var milliseconds: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}

extension Int64 {
    /// A number of one to 18 decimal digits, without a sign.
    fileprivate init?(ascii digits: ArraySlice<UInt8>) {
        guard (1...18).contains(digits.count) else { return nil }
        var number: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        self = number
    }
}
