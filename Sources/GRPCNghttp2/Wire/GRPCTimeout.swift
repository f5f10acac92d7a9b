/// The value of `grpc-timeout`: one to eight digits and the letter of a unit.
enum GRPCTimeout {
    private static let maxDigits = 8
    /// Largest last. 99,999,999 hours are 11,415 years, more than a count of nanoseconds in 64 bits holds.
    private static let nanosecondsPerUnit: [(letter: UInt8, nanoseconds: Int128)] = [
        (UInt8(ascii: "n"), 1),
        (UInt8(ascii: "u"), 1_000),
        (UInt8(ascii: "m"), 1_000_000),
        (UInt8(ascii: "S"), 1_000_000_000),
        (UInt8(ascii: "M"), 60_000_000_000),
        (UInt8(ascii: "H"), 3_600_000_000_000),
    ]

    /// The time that `text` allows, nil where it is no time-out.
    static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Duration? {
        guard let letter = text.last, (2...maxDigits + 1).contains(text.count) else { return nil }
        var number: Int64 = 0
        for digit in text.dropLast() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return switch letter {
        case UInt8(ascii: "n"): .nanoseconds(number)
        case UInt8(ascii: "u"): .microseconds(number)
        case UInt8(ascii: "m"): .milliseconds(number)
        case UInt8(ascii: "S"): .seconds(number)
        case UInt8(ascii: "M"): .seconds(number * 60)
        case UInt8(ascii: "H"): .seconds(number * 3_600)
        default: nil
        }
    }

    /// `duration` in the smallest unit that has room for it, rounded up: a server must not give up before its client does.
    ///
    /// What has run out already becomes one nanosecond, since gRPC knows positive time-outs only.
    static func encode(_ duration: Duration) -> [UInt8] {
        let attoseconds = max(duration.attoseconds, 1)
        for (letter, nanoseconds) in nanosecondsPerUnit {
            let attosecondsPerUnit = nanoseconds * 1_000_000_000
            let number = (attoseconds - 1) / attosecondsPerUnit + 1
            if number < 100_000_000 { return Array("\(number)".utf8) + [letter] }
        }
        return Array("99999999H".utf8)
    }
}
