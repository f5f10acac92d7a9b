/// Finding, counting and replacing.
///
/// `start` and `end` are Python's optional arguments, negative ones counted from the end.
extension Text {
    /// `find`: a position, or -1.
    func find(_ needle: Text, from start: Int? = nil, to end: Int? = nil, _ meter: Meter) throws(EngineError)
        -> Int
    {
        guard let range = bounds(start, end), needle.count <= range.count else { return -1 }
        return try firstIndex(of: needle, in: range, meter) ?? -1
    }

    /// `rfind`: a position, or -1.
    func rfind(_ needle: Text, from start: Int? = nil, to end: Int? = nil, _ meter: Meter) throws(EngineError)
        -> Int
    {
        guard let range = bounds(start, end), needle.count <= range.count else { return -1 }
        return try lastIndex(of: needle, in: range, meter) ?? -1
    }

    /// `index`.
    func index(_ needle: Text, from start: Int? = nil, to end: Int? = nil, _ meter: Meter) throws(EngineError)
        -> Int
    {
        let found = try find(needle, from: start, to: end, meter)
        guard found >= 0 else { throw .valueError("substring not found") }
        return found
    }

    /// `rindex`.
    func rindex(_ needle: Text, from start: Int? = nil, to end: Int? = nil, _ meter: Meter)
        throws(EngineError) -> Int
    {
        let found = try rfind(needle, from: start, to: end, meter)
        guard found >= 0 else { throw .valueError("substring not found") }
        return found
    }

    /// `needle in text`.
    func contains(_ needle: Text, _ meter: Meter) throws(EngineError) -> Bool {
        try firstIndex(of: needle, in: 0..<count, meter) != nil
    }

    /// `count`: occurrences that do not overlap.
    func count(of needle: Text, from start: Int? = nil, to end: Int? = nil, _ meter: Meter)
        throws(EngineError) -> Int
    {
        guard let range = bounds(start, end) else { return 0 }
        if needle.isEmpty { return range.count + 1 }
        return try occurrences(of: needle, in: range, atMost: .max, meter).count
    }

    /// `startswith` for one prefix.
    func starts(with prefix: Text, from start: Int? = nil, to end: Int? = nil) -> Bool {
        guard let range = bounds(start, end), prefix.count <= range.count else { return false }
        return hasPrefix(prefix, at: range.lowerBound)
    }

    /// `endswith` for one suffix.
    func ends(with suffix: Text, from start: Int? = nil, to end: Int? = nil) -> Bool {
        guard let range = bounds(start, end), suffix.count <= range.count else { return false }
        return hasPrefix(suffix, at: range.upperBound - suffix.count)
    }

    /// `removeprefix`.
    func removingPrefix(_ prefix: Text) -> Text {
        starts(with: prefix) ? slice(prefix.count..<count) : self
    }

    /// `removesuffix`.
    func removingSuffix(_ suffix: Text) -> Text {
        !suffix.isEmpty && ends(with: suffix) ? slice(0..<(count - suffix.count)) : self
    }

    /// `replace`; all occurrences unless `limit` is given and not negative.
    func replacing(
        _ needle: Text,
        with replacement: Text,
        limit: Int? = nil,
        _ meter: Meter
    ) throws(EngineError) -> Text {
        let most = limit.map { $0 < 0 ? .max : $0 } ?? .max
        var places: [Int]
        if needle.isEmpty {
            let wanted = min(most, count + 1)
            try meter.charge(steps: wanted / 16)
            places = Array(0..<wanted)
        } else {
            places = try occurrences(of: needle, in: 0..<count, atMost: most, meter)
        }
        guard !places.isEmpty else { return self }
        let (added, overflow) = places.count.multipliedReportingOverflow(by: replacement.count)
        let length = overflow ? Int.max : count - places.count * needle.count + added
        let unit = isASCII && replacement.isASCII ? 1 : 4
        let (bytes, tooMany) = length.multipliedReportingOverflow(by: unit)
        try meter.charge(bytes: tooMany ? .max : bytes)
        try meter.charge(steps: length / 64)
        var builder = TextBuilder(capacity: length)
        var position = 0
        for place in places {
            builder.append(self, position..<place)
            builder.append(replacement)
            position = place + needle.count
        }
        builder.append(self, position..<count)
        return builder.finish()
    }

    /// Positions of occurrences that do not overlap, of a needle that is not empty.
    func occurrences(
        of needle: Text,
        in range: Range<Int>,
        atMost limit: Int,
        _ meter: Meter
    ) throws(EngineError) -> [Int] {
        var places: [Int] = []
        var position = range.lowerBound
        while places.count < limit,
            let found = try firstIndex(of: needle, in: position..<range.upperBound, meter)
        {
            places.append(found)
            if places.count & 7 == 0 { try meter.charge(steps: 1) }
            position = found + needle.count
        }
        return places
    }

    func firstIndex(of needle: Text, in range: Range<Int>, _ meter: Meter) throws(EngineError) -> Int? {
        if needle.isEmpty { return range.lowerBound }
        switch (storage, needle.storage) {
        case (.ascii(let hay), .ascii(let needle)):
            return try Units.find(needle, in: hay, from: range.lowerBound, to: range.upperBound, meter)
        case (.ascii, .wide): return nil
        case (.wide(let hay), _):
            return try Units.find(
                needle.codePoints,
                in: hay,
                from: range.lowerBound,
                to: range.upperBound,
                meter
            )
        }
    }

    func lastIndex(of needle: Text, in range: Range<Int>, _ meter: Meter) throws(EngineError) -> Int? {
        if needle.isEmpty { return range.upperBound }
        switch (storage, needle.storage) {
        case (.ascii(let hay), .ascii(let needle)):
            return try Units.findLast(needle, in: hay, from: range.lowerBound, to: range.upperBound, meter)
        case (.ascii, .wide): return nil
        case (.wide(let hay), _):
            let needle = needle.codePoints
            return try Units.findLast(needle, in: hay, from: range.lowerBound, to: range.upperBound, meter)
        }
    }

    private func hasPrefix(_ prefix: Text, at position: Int) -> Bool {
        for index in 0..<prefix.count where self[position + index] != prefix[index] { return false }
        return true
    }

    /// The range that Python's optional bounds mean; nothing when they exclude even the empty text.
    private func bounds(_ start: Int?, _ end: Int?) -> Range<Int>? {
        func position(_ index: Int) -> Int { index < 0 ? max(index + count, 0) : index }
        let lower = start.map(position) ?? 0
        let upper = min(end.map(position) ?? count, count)
        return lower <= upper ? lower..<upper : nil
    }
}
