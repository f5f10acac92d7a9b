/// The replacement of `re.sub`: text with references to groups.
struct ReplacementTemplate: Sendable {
    private enum Part: Sendable {
        case text(Text)
        case group(Int)
    }

    private var parts: [Part] = []
    private var literal = TextBuilder()

    init(_ text: Text, for pattern: Pattern, _ meter: Meter) throws(EngineError) {
        try meter.charge(steps: text.count / 8)
        try meter.charge(bytes: text.byteCount)
        var reader = try PatternReader(text)
        while let token = try reader.get() {
            guard let escaped = token.escaped else {
                literal.append(token.first)
                continue
            }
            switch Unicode.Scalar(escaped) {
            case "g": try namedGroup(&reader, pattern, meter)
            case "0":
                let digits = try reader.take(2, PatternParser.isOctal)
                literal.append(digits.reduce(0) { $0 * 8 + $1 - 48 } & 0xFF)
            case "1", "2", "3", "4", "5", "6", "7", "8", "9": try numberedGroup(escaped, &reader, pattern)
            default: try escape(escaped, reader)
            }
        }
        flush()
    }

    /// The text for one match; a group that took no part gives nothing.
    func expand(_ match: Pattern.Match, _ subject: Text, _ meter: Meter) throws(EngineError) -> Text {
        if parts.count == 1, case .text(let text) = parts[0] {
            try meter.charge(bytes: text.byteCount)
            return text
        }
        var builder = TextBuilder()
        for part in parts {
            switch part {
            case .text(let text):
                try meter.charge(bytes: text.byteCount)
                builder.append(text)
            case .group(let index):
                guard let range = match.groups[index] else { continue }
                try meter.charge(bytes: range.count * (subject.isASCII ? 1 : 4))
                try meter.charge(steps: range.count / 64)
                builder.append(subject, range)
            }
        }
        return builder.finish()
    }

    private mutating func flush() {
        if literal.count > 0 { parts.append(.text(literal.finish())) }
        literal = TextBuilder()
    }

    private mutating func add(
        group: Int,
        back: Int,
        _ reader: PatternReader,
        _ pattern: Pattern
    ) throws(EngineError) {
        guard group <= pattern.groupCount else {
            throw reader.error("invalid group reference \(group)", back: back)
        }
        flush()
        parts.append(.group(group))
    }

    private mutating func namedGroup(
        _ reader: inout PatternReader,
        _ pattern: Pattern,
        _ meter: Meter
    ) throws(EngineError) {
        guard try reader.take("<") else { throw reader.error("missing <") }
        let name = try reader.take(until: ">", "group name")
        if try name.isIdentifier(meter) {
            guard let group = pattern.groupNames.first(where: { $0.name == name }) else {
                throw .indexError("unknown group name \(try name.repr(meter).string)")
            }
            return try add(group: group.index, back: name.count + 1, reader, pattern)
        }
        guard let value = try? name.integer(meter), !value.isNegative else {
            throw reader.error(
                "bad character in group name \(try name.repr(meter).string)",
                back: name.count + 1
            )
        }
        guard let group = value.asInt, group < PatternParser.mostGroups else {
            throw reader.error(
                "invalid group reference \(try value.decimalText(meter))",
                back: name.count + 1
            )
        }
        try add(group: group, back: name.count + 1, reader, pattern)
    }

    private mutating func numberedGroup(
        _ first: UInt32,
        _ reader: inout PatternReader,
        _ pattern: Pattern
    ) throws(EngineError) {
        var digits = [first]
        digits += try reader.take(1) { $0 &- 48 < 10 }
        if digits.count == 2, digits.allSatisfy(PatternParser.isOctal) {
            let third = try reader.take(1, PatternParser.isOctal)
            if !third.isEmpty {
                digits += third
                let value = digits.reduce(0) { $0 * 8 + $1 - 48 }
                guard value <= 0o377 else {
                    let shown = Text(codePoints: [0x5C] + digits).string
                    throw reader.error("octal escape value \(shown) outside of range 0-0o377", back: 4)
                }
                literal.append(value)
                return
            }
        }
        let group = digits.reduce(0) { $0 * 10 + Int($1) - 48 }
        try add(group: group, back: digits.count, reader, pattern)
    }

    private mutating func escape(_ character: UInt32, _ reader: PatternReader) throws(EngineError) {
        switch Unicode.Scalar(character) {
        case "a": literal.append(7)
        case "b": literal.append(8)
        case "f": literal.append(12)
        case "n": literal.append(10)
        case "r": literal.append(13)
        case "t": literal.append(9)
        case "v": literal.append(11)
        case "\\": literal.append(0x5C)
        default:
            if character < 128, UnicodeData.isAlpha(character) {
                throw reader.error("bad escape \\\(Text(codePoint: character).string)", back: 2)
            }
            literal.append(0x5C)
            literal.append(character)
        }
    }
}
