/// Backslashes and sets.
extension PatternParser {
    /// An escape in the expression.
    mutating func escape(_ character: UInt32) throws(EngineError) -> PatternNode {
        if let item = Self.category(character) { return .set([item], isNegated: false) }
        switch Unicode.Scalar(character) {
        case "A": return .anchor(.textStart)
        case "Z": return .anchor(.textEnd)
        case "b": return .anchor(.boundary)
        case "B": return .anchor(.notBoundary)
        case "0":
            let digits = try reader.take(2, Self.isOctal)
            return .character(digits.reduce(0) { $0 * 8 + $1 - 48 })
        case "1", "2", "3", "4", "5", "6", "7", "8", "9": return try reference(character)
        default: return .character(try characterEscape(character))
        }
    }

    /// An octal escape of three digits, or the number of a group.
    private mutating func reference(_ first: UInt32) throws(EngineError) -> PatternNode {
        var digits = [first]
        digits += try reader.take(1) { $0 &- 48 < 10 }
        if digits.count == 2, digits.allSatisfy(Self.isOctal), let next = reader.next, next.escaped == nil,
            Self.isOctal(next.first)
        {
            digits += try reader.take(1, Self.isOctal)
            return .character(try octal(digits))
        }
        let group = digits.reduce(0) { $0 * 10 + Int($1) - 48 }
        guard group < groupCount else {
            throw reader.error("invalid group reference \(group)", back: digits.count)
        }
        guard isClosed(group) else {
            throw reader.error("cannot refer to an open group", back: digits.count + 1)
        }
        try checkLookbehind(group)
        return .backreference(group)
    }

    private func octal(_ digits: [UInt32]) throws(EngineError) -> UInt32 {
        let value = digits.reduce(0) { $0 * 8 + $1 - 48 }
        guard value <= 0o377 else {
            let shown = Text(codePoints: [0x5C] + digits).string
            throw reader.error("octal escape value \(shown) outside of range 0-0o377", back: digits.count + 1)
        }
        return value
    }

    /// `\n`, `\x41` and their like, the same inside and outside sets.
    private mutating func characterEscape(_ character: UInt32) throws(EngineError) -> UInt32 {
        switch Unicode.Scalar(character) {
        case "a": return 7
        case "f": return 12
        case "n": return 10
        case "r": return 13
        case "t": return 9
        case "v": return 11
        case "\\": return 0x5C
        case "x": return try hexadecimal(character, digits: 2)
        case "u": return try hexadecimal(character, digits: 4)
        case "U": return try hexadecimal(character, digits: 8)
        case "N":
            guard try reader.take("{") else { throw reader.error("missing {") }
            let name = try reader.take(until: "}", "character name")
            // A search through all names.
            try meter.charge(steps: 1_000_000)
            if let scalar = Self.named(name) { return scalar }
            throw reader.error(
                "undefined character name \(try name.repr(meter).string)",
                back: name.count + 4
            )
        default:
            guard character >= 128 || !UnicodeData.isAlphanumeric(character) else {
                throw reader.error("bad escape \\\(Text(codePoint: character).string)", back: 2)
            }
            return character
        }
    }

    private mutating func hexadecimal(_ mark: UInt32, digits count: Int) throws(EngineError) -> UInt32 {
        let digits = try reader.take(count) { ($0 &- 48 < 10) || (($0 | 0x20) &- 97 < 6) }
        let shown = Text(codePoints: [0x5C, mark] + digits).string
        guard digits.count == count, let value = UInt32(shown.dropFirst(2), radix: 16) else {
            throw reader.error("incomplete escape \(shown)", back: digits.count + 2)
        }
        guard value < 0x110000 else { throw reader.error("bad escape \(shown)", back: count + 2) }
        return value
    }

    private static func named(_ name: Text) -> UInt32? {
        let wanted = name.string.uppercased()
        for point in 0..<0x110000 as Range<UInt32> {
            guard let properties = UnicodeData.scalar(point)?.properties else { continue }
            if properties.name == wanted || properties.nameAlias == wanted { return point }
        }
        return nil
    }

    static func isOctal(_ character: UInt32) -> Bool { character &- 48 < 8 }

    static func category(_ character: UInt32) -> PatternNode.SetItem? {
        switch Unicode.Scalar(character) {
        case "d": .category(.digit, isNegated: false)
        case "D": .category(.digit, isNegated: true)
        case "s": .category(.space, isNegated: false)
        case "S": .category(.space, isNegated: true)
        case "w": .category(.word, isNegated: false)
        case "W": .category(.word, isNegated: true)
        default: nil
        }
    }

    /// A set behind its opening bracket.
    mutating func set() throws(EngineError) -> PatternNode {
        let here = reader.position - 1
        let isNegated = try reader.take("^")
        var items: [PatternNode.SetItem] = []
        while true {
            guard let token = try reader.get() else { throw unterminated(here) }
            if token.is("]"), !items.isEmpty { break }
            try meter.charge(steps: 1)
            try meter.charge(bytes: 12)
            let item = try setItem(token)
            guard try reader.take("-") else {
                items.append(item)
                continue
            }
            guard let end = try reader.get() else { throw unterminated(here) }
            if end.is("]") {
                items += [item, .character(0x2D)]
                break
            }
            items.append(try range(from: item, token, to: try setItem(end), end))
        }
        if items.count == 1, !isNegated, case .character(let character) = items[0] {
            return .character(character)
        }
        return .set(items, isNegated: isNegated)
    }

    private func range(
        from item: PatternNode.SetItem,
        _ token: PatternReader.Token,
        to last: PatternNode.SetItem,
        _ end: PatternReader.Token
    ) throws(EngineError) -> PatternNode.SetItem {
        if case .character(let low) = item, case .character(let high) = last, low <= high {
            return .range(low, high)
        }
        func shown(_ token: PatternReader.Token) -> String {
            Text(codePoints: [token.first] + (token.escaped.map { [$0] } ?? [])).string
        }
        throw reader.error(
            "bad character range \(shown(token))-\(shown(end))",
            back: token.length + 1 + end.length
        )
    }

    private func unterminated(_ here: Int) -> EngineError {
        reader.error("unterminated character set", back: reader.position - here)
    }

    private mutating func setItem(_ token: PatternReader.Token) throws(EngineError) -> PatternNode.SetItem {
        guard let escaped = token.escaped else { return .character(token.first) }
        if let item = Self.category(escaped) { return item }
        if escaped == 0x62 { return .character(8) }
        guard Self.isOctal(escaped) else { return .character(try characterEscape(escaped)) }
        let digits = try [escaped] + reader.take(2, Self.isOctal)
        return .character(try octal(digits))
    }
}
