extension Text {
    /// What `str.translate` puts in the place of a character.
    enum Translation: Equatable, Sendable {
        case deleted
        case text(Text)
    }

    /// `translate`, with a table from code points; a character that is not in it stays.
    func translated(
        _ meter: Meter,
        _ table: (UInt32) throws(EngineError) -> Translation?
    ) throws(EngineError) -> Text {
        try meter.charge(steps: count / 2)
        var builder = TextBuilder(capacity: count)
        for index in 0..<count {
            let point = self[index]
            switch try table(point) {
            case .deleted: break
            case .text(let text):
                try meter.charge(bytes: text.byteCount)
                try meter.charge(steps: text.count / 64)
                builder.append(text)
            case nil:
                try meter.charge(bytes: point < 128 ? 1 : 4)
                builder.append(point)
            }
        }
        return builder.finish()
    }

    /// `str.maketrans(from, to, deleted)` with two or three texts; the later entry wins.
    static func translationTable(
        from: Text,
        to: Text,
        deleting: Text = .empty
    ) throws(EngineError) -> [(UInt32, Translation)] {
        guard from.count == to.count else {
            throw .valueError("the first two maketrans arguments must have equal length")
        }
        var table: [(UInt32, Translation)] = []
        for index in 0..<from.count { table.append((from[index], .text(Text(codePoint: to[index])))) }
        for index in 0..<deleting.count { table.append((deleting[index], .deleted)) }
        return table
    }

    /// `chr`.
    static func character(_ value: Int) throws(EngineError) -> Text {
        guard value >= 0, value < 0x110000 else { throw .valueError("chr() arg not in range(0x110000)") }
        return Text(codePoint: UInt32(value))
    }

    /// `ord`.
    func ordinal() throws(EngineError) -> Int {
        guard count == 1 else {
            throw .typeError("ord() expected a character, but string of length \(count) found")
        }
        return Int(self[0])
    }
}
