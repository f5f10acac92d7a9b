/// Reads the forms of ISO 8601 that `fromisoformat` of CPython 3.11 reads.
enum ISOParser {
    static func date(_ text: Text, _ meter: Meter) throws(EngineError) -> CivilDate {
        let bytes = try ascii(text, meter)
        guard bytes.count == 7 || bytes.count == 8 || bytes.count == 10, let day = day(bytes[...]) else {
            throw try invalid(text, meter)
        }
        return try CivilDate(year: day.year, month: day.month, day: day.day)
    }

    static func time(_ text: Text, _ meter: Meter) throws(EngineError) -> ClockTime {
        var bytes = try ascii(text, meter)[...]
        if bytes.first == UInt8(ascii: "T") { bytes.removeFirst() }
        guard let moment = moment(bytes) else { throw try invalid(text, meter) }
        return try time(moment)
    }

    static func dateTime(_ text: Text, _ meter: Meter) throws(EngineError) -> DateTime {
        guard text.count >= 7 else { throw try invalid(text, meter) }
        // Any character may stand between date and time, even one that is not ASCII.
        let bytes = (0..<text.count).map { UInt8(exactly: text[$0]).map { $0 < 128 ? $0 : 255 } ?? 255 }
        guard let split = separator(in: bytes), split <= bytes.count, let day = day(bytes[..<split]) else {
            throw try invalid(text, meter)
        }
        var clock = Moment(parts: [0, 0, 0, 0])
        if split < bytes.count {
            guard let parsed = moment(bytes[(split + 1)...]) else { throw try invalid(text, meter) }
            clock = parsed
        }
        let zone = try zone(clock)
        let date = try CivilDate(year: day.year, month: day.month, day: day.day)
        return DateTime(date: date, time: try time(clock, zone))
    }

    private static func invalid(_ text: Text, _ meter: Meter) throws(EngineError) -> EngineError {
        .valueError("Invalid isoformat string: \(try text.repr(meter).string)")
    }

    private static func ascii(_ text: Text, _ meter: Meter) throws(EngineError) -> [UInt8] {
        guard case .ascii(let bytes) = text.storage else { throw try invalid(text, meter) }
        return bytes
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

    /// Where the date ends, as far as its first characters tell.
    private static func separator(in bytes: [UInt8]) -> Int? {
        if bytes.count == 7 { return 7 }
        let isWeek = bytes[bytes[4] == UInt8(ascii: "-") ? 5 : 4] == UInt8(ascii: "W")
        guard bytes[4] != UInt8(ascii: "-") else {
            guard isWeek else { return 10 }
            guard bytes.count > 8, bytes[8] == UInt8(ascii: "-") else { return 8 }
            if bytes.count == 9 { return nil }
            return bytes.count > 10 && isDigit(bytes[10]) ? 8 : 10
        }
        guard isWeek else { return 8 }
        let end = bytes[7...].firstIndex { !isDigit($0) } ?? bytes.count
        if end < 9 { return end }
        return end % 2 == 0 ? 7 : 8
    }

    private static func number(_ bytes: inout ArraySlice<UInt8>, _ count: Int) -> Int? {
        guard bytes.count >= count, bytes.prefix(count).allSatisfy(isDigit) else { return nil }
        let value = bytes.prefix(count).reduce(0) { $0 * 10 + Int($1 - 48) }
        bytes.removeFirst(count)
        return value
    }

    private static func day(_ bytes: ArraySlice<UInt8>) -> (year: Int, month: Int, day: Int)? {
        var rest = bytes
        guard let year = number(&rest, 4) else { return nil }
        let hasDashes = rest.first == UInt8(ascii: "-")
        if hasDashes { rest.removeFirst() }
        if rest.first == UInt8(ascii: "W") {
            rest.removeFirst()
            guard let week = number(&rest, 2) else { return nil }
            var day = 1
            if !rest.isEmpty {
                if hasDashes, rest.popFirst() != UInt8(ascii: "-") { return nil }
                guard let parsed = number(&rest, 1) else { return nil }
                day = parsed
            }
            guard let date = try? CivilDate(isoYear: year, week: week, weekday: day) else { return nil }
            return (date.year, date.month, date.day)
        }
        guard let month = number(&rest, 2) else { return nil }
        if hasDashes, rest.popFirst() != UInt8(ascii: "-") { return nil }
        guard let day = number(&rest, 2) else { return nil }
        return (year, month, day)
    }

    /// A time as it was written: hours, minutes, seconds, microseconds, and the distance from UTC in microseconds.
    private struct Moment {
        var parts: [Int]
        var offset: Int128?
    }

    private static func moment(_ bytes: ArraySlice<UInt8>) -> Moment? {
        let mark = bytes.firstIndex {
            [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "Z")].contains($0)
        }
        guard let parts = clock(bytes[..<(mark ?? bytes.endIndex)], beforeZone: mark != nil) else {
            return nil
        }
        guard let mark else { return Moment(parts: parts) }
        let rest = bytes[(mark + 1)...]
        if bytes[mark] == UInt8(ascii: "Z") { return rest.isEmpty ? Moment(parts: parts, offset: 0) : nil }
        guard let distance = clock(rest, beforeZone: false) else { return nil }
        let seconds = (distance[0] * 60 + distance[1]) * 60 + distance[2]
        let total = Int128(seconds) * 1_000_000 + Int128(distance[3])
        return Moment(parts: parts, offset: bytes[mark] == UInt8(ascii: "-") ? -total : total)
    }

    private static func zone(_ moment: Moment) throws(EngineError) -> FixedZone? {
        guard let offset = moment.offset else { return nil }
        return offset == 0 ? .utc : try FixedZone(offset: TimeDelta(microseconds: offset))
    }

    private static func time(_ moment: Moment) throws(EngineError) -> ClockTime {
        try time(moment, zone(moment))
    }

    private static func time(_ moment: Moment, _ zone: FixedZone?) throws(EngineError) -> ClockTime {
        let parts = moment.parts
        return try ClockTime(
            hour: parts[0],
            minute: parts[1],
            second: parts[2],
            microsecond: parts[3],
            zone: zone
        )
    }

    /// `HH[:MM[:SS[.fraction]]]`, with colons or without, and what CPython forgives: a fraction behind minutes or
    /// without its point, and a character too many before a zone.
    private static func clock(_ bytes: ArraySlice<UInt8>, beforeZone: Bool) -> [Int]? {
        var rest = bytes
        var parts = [0, 0, 0, 0]
        var hasColons = true
        for index in 0..<3 {
            guard let part = number(&rest, 2) else { return nil }
            parts[index] = part
            guard let next = rest.first else { return parts }
            if index == 0 { hasColons = next == UInt8(ascii: ":") }
            if rest.count == 1 { return beforeZone ? parts : nil }
            if next == UInt8(ascii: ".") || next == UInt8(ascii: ",") {
                rest.removeFirst()
                break
            }
            guard hasColons else { continue }
            guard next == UInt8(ascii: ":") else { return nil }
            rest.removeFirst()
        }
        let count = min(rest.count, 6)
        guard let fraction = number(&rest, count) else { return nil }
        parts[3] = (count..<6).reduce(fraction) { value, _ in value * 10 }
        guard beforeZone || rest.allSatisfy(isDigit) else { return nil }
        return parts
    }
}
