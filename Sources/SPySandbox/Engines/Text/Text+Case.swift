/// Changes of case, by the full mappings of Unicode 14.
extension Text {
    func upper(_ meter: Meter) throws(EngineError) -> Text {
        try mapped(meter, ascii: { $0 &- 97 < 26 ? $0 - 32 : $0 }) { UnicodeData.upper($1[$0]) }
    }

    func lower(_ meter: Meter) throws(EngineError) -> Text {
        try mapped(meter, ascii: { $0 &- 65 < 26 ? $0 + 32 : $0 }) { Text.lower(at: $0, in: $1) }
    }

    func casefold(_ meter: Meter) throws(EngineError) -> Text {
        try mapped(meter, ascii: { $0 &- 65 < 26 ? $0 + 32 : $0 }) { UnicodeData.folded($1[$0]) }
    }

    func swapcase(_ meter: Meter) throws(EngineError) -> Text {
        try mapped(meter, ascii: { ($0 | 0x20) &- 97 < 26 ? $0 ^ 0x20 : $0 }) { position, points in
            let point = points[position]
            if UnicodeData.isUpper(point) { return Text.lower(at: position, in: points) }
            return UnicodeData.isLower(point) ? UnicodeData.upper(point) : [point]
        }
    }

    func capitalize(_ meter: Meter) throws(EngineError) -> Text {
        try mapped(meter, ascii: nil) { position, points in
            position == 0 ? UnicodeData.title(points[0]) : Text.lower(at: position, in: points)
        }
    }

    func title(_ meter: Meter) throws(EngineError) -> Text {
        var isInWord = false
        return try mapped(meter, ascii: nil) { position, points in
            defer { isInWord = UnicodeData.isCased(points[position]) }
            return isInWord ? Text.lower(at: position, in: points) : UnicodeData.title(points[position])
        }
    }

    private func mapped(
        _ meter: Meter,
        ascii: ((UInt8) -> UInt8)?,
        _ mapping: (Int, [UInt32]) -> [UInt32]
    ) throws(EngineError) -> Text {
        try meter.charge(bytes: byteCount)
        if case .ascii(let units) = storage, let ascii {
            try meter.charge(steps: count / 64)
            return Text(ascii: units.map(ascii))
        }
        try meter.charge(steps: count)
        let points = codePoints
        var builder = TextBuilder(capacity: count)
        for position in points.indices {
            for point in mapping(position, points) { builder.append(point) }
        }
        return builder.finish()
    }

    /// The lower case in context: a sigma at the end of a word has a form of its own.
    private static func lower(at position: Int, in points: [UInt32]) -> [UInt32] {
        guard points[position] == 0x3A3 else { return UnicodeData.lower(points[position]) }
        let before = points[..<position].last { !UnicodeData.isCaseIgnorable($0) }
        let after = points[(position + 1)...].first { !UnicodeData.isCaseIgnorable($0) }
        let isFinal = before.map(UnicodeData.isCased) == true && after.map(UnicodeData.isCased) != true
        return [isFinal ? 0x3C2 : 0x3C3]
    }
}
