/// Splitting into parts. `limit` is Python's `maxsplit`; a negative one is none.
extension Text {
    /// `split()`: by runs of white space, without empty parts.
    func split(limit: Int = -1, _ meter: Meter) throws(EngineError) -> [Text] {
        try meter.charge(steps: isASCII ? count / 32 : count / 2)
        var parts: [Text] = []
        var position = 0
        while true {
            while position < count, UnicodeData.isSpace(self[position]) { position += 1 }
            guard position < count else { break }
            let start = position
            if limit >= 0, parts.count == limit {
                try add(start..<count, to: &parts, meter)
                break
            }
            while position < count, !UnicodeData.isSpace(self[position]) { position += 1 }
            try add(start..<position, to: &parts, meter)
        }
        return parts
    }

    /// `rsplit()`: the same from the end.
    func splitFromEnd(limit: Int = -1, _ meter: Meter) throws(EngineError) -> [Text] {
        try meter.charge(steps: isASCII ? count / 32 : count / 2)
        var parts: [Text] = []
        var position = count
        while true {
            while position > 0, UnicodeData.isSpace(self[position - 1]) { position -= 1 }
            guard position > 0 else { break }
            let end = position
            if limit >= 0, parts.count == limit {
                try add(0..<end, to: &parts, meter)
                break
            }
            while position > 0, !UnicodeData.isSpace(self[position - 1]) { position -= 1 }
            try add(position..<end, to: &parts, meter)
        }
        return parts.reversed()
    }

    /// `split(separator)`.
    func split(separator: Text, limit: Int = -1, _ meter: Meter) throws(EngineError) -> [Text] {
        guard !separator.isEmpty else { throw .valueError("empty separator") }
        let places = try occurrences(of: separator, in: 0..<count, atMost: limit < 0 ? .max : limit, meter)
        var parts: [Text] = []
        parts.reserveCapacity(places.count + 1)
        var position = 0
        for place in places {
            try add(position..<place, to: &parts, meter)
            position = place + separator.count
        }
        try add(position..<count, to: &parts, meter)
        return parts
    }

    /// `rsplit(separator)`.
    func splitFromEnd(separator: Text, limit: Int = -1, _ meter: Meter) throws(EngineError) -> [Text] {
        guard !separator.isEmpty else { throw .valueError("empty separator") }
        var parts: [Text] = []
        var end = count
        while limit < 0 || parts.count < limit, let place = try lastIndex(of: separator, in: 0..<end, meter) {
            try add((place + separator.count)..<end, to: &parts, meter)
            end = place
        }
        try add(0..<end, to: &parts, meter)
        return parts.reversed()
    }

    /// `splitlines`.
    func lines(keepingEnds: Bool = false, _ meter: Meter) throws(EngineError) -> [Text] {
        try meter.charge(steps: isASCII ? count / 32 : count / 2)
        var parts: [Text] = []
        var position = 0
        while position < count {
            let start = position
            while position < count, !Text.isLineBreak(self[position]) { position += 1 }
            let end = position
            if position < count {
                position += self[position] == 13 && position + 1 < count && self[position + 1] == 10 ? 2 : 1
            }
            try add(start..<(keepingEnds ? position : end), to: &parts, meter)
        }
        return parts
    }

    /// `partition`: what comes before the separator, the separator, and what comes after.
    func partition(_ separator: Text, _ meter: Meter) throws(EngineError) -> (Text, Text, Text) {
        guard !separator.isEmpty else { throw .valueError("empty separator") }
        try meter.charge(bytes: byteCount)
        guard let place = try firstIndex(of: separator, in: 0..<count, meter) else {
            return (self, .empty, .empty)
        }
        return (slice(0..<place), separator, slice((place + separator.count)..<count))
    }

    /// `rpartition`.
    func partitionFromEnd(_ separator: Text, _ meter: Meter) throws(EngineError) -> (Text, Text, Text) {
        guard !separator.isEmpty else { throw .valueError("empty separator") }
        try meter.charge(bytes: byteCount)
        guard let place = try lastIndex(of: separator, in: 0..<count, meter) else {
            return (.empty, .empty, self)
        }
        return (slice(0..<place), separator, slice((place + separator.count)..<count))
    }

    static func isLineBreak(_ point: UInt32) -> Bool {
        switch point {
        case 10...13, 28...30, 0x85, 0x2028, 0x2029: return true
        default: return false
        }
    }

    /// A part costs its characters and about 64 bytes of bookkeeping.
    private func add(_ range: Range<Int>, to parts: inout [Text], _ meter: Meter) throws(EngineError) {
        try meter.charge(bytes: 64 + range.count * (isASCII ? 1 : 4))
        if parts.count & 7 == 7 { try meter.charge(steps: 1) }
        parts.append(slice(range))
    }
}
