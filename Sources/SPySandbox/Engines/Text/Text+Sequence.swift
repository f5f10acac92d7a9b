/// What Python's `str` shares with every sequence.
extension Text {
    /// `+`.
    func concatenated(with other: Text, _ meter: Meter) throws(EngineError) -> Text {
        if other.isEmpty { return self }
        if isEmpty { return other }
        try meter.charge(bytes: byteCount)
        try meter.charge(steps: count / 64)
        var result = self
        try result.append(other, meter)
        return result
    }

    /// `*`.
    func repeated(_ times: Int, _ meter: Meter) throws(EngineError) -> Text {
        guard times > 0, !isEmpty else { return .empty }
        let (bytes, overflow) = byteCount.multipliedReportingOverflow(by: times)
        try meter.charge(bytes: overflow ? .max : bytes)
        try meter.charge(steps: bytes / 256)
        switch storage {
        case .ascii(let units): return Text(ascii: Units.repeated(units, times))
        case .wide(let units): return Text(codePoints: Units.repeated(units, times))
        }
    }

    /// `separator.join(items)`.
    func join(_ items: [Text], _ meter: Meter) throws(EngineError) -> Text {
        if items.count == 1 { return items[0] }
        var length = 0
        var isWide = !isASCII
        for item in items {
            length += item.count
            if !item.isASCII { isWide = true }
        }
        length += count * max(items.count - 1, 0)
        try meter.charge(bytes: isWide ? length * 4 : length)
        try meter.charge(steps: items.count + length / 64)
        var builder = TextBuilder(capacity: length)
        for (index, item) in items.enumerated() {
            if index > 0 { builder.append(self) }
            builder.append(item)
        }
        return builder.finish()
    }

    /// The characters of a range of positions.
    func slice(_ range: Range<Int>) -> Text {
        if range.count == count { return self }
        switch storage {
        case .ascii(let units): return Text(ascii: Array(units[range]))
        case .wide(let units): return Text(codePoints: units[range])
        }
    }

    /// `text[start:stop:step]`.
    func slice(_ slice: Slice, _ meter: Meter) throws(EngineError) -> Text {
        let indices = try slice.indices(count: count)
        try meter.charge(bytes: indices.count * (isASCII ? 1 : 4))
        try meter.charge(steps: indices.count / 64)
        if indices.step == 1 { return self.slice(indices.start..<(indices.start + indices.count)) }
        switch storage {
        case .ascii(let units): return Text(ascii: indices.map { units[$0] })
        case .wide(let units): return Text(codePoints: indices.map { units[$0] })
        }
    }

    /// `text[index]`, where a negative index counts from the end.
    func character(at index: Int) throws(EngineError) -> Text {
        let position = index < 0 ? index + count : index
        guard position >= 0, position < count else { throw .indexError("string index out of range") }
        return Text(codePoint: self[position])
    }
}

/// Algorithms that are the same for both forms of storage.
enum Units {
    static func repeated<Unit>(_ units: [Unit], _ times: Int) -> [Unit] {
        if units.count == 1 { return Array(repeating: units[0], count: times) }
        var result: [Unit] = []
        result.reserveCapacity(units.count * times)
        for _ in 0..<times { result += units }
        return result
    }
}
