/// What stands in parentheses.
extension PatternParser {
    /// Reads a group behind its opening parenthesis; nothing for comments and for flags of the whole pattern.
    mutating func group(
        isVerbose: inout Bool,
        depth: Int,
        mayHoldFlags: Bool
    ) throws(EngineError) -> PatternNode? {
        let start = reader.position - 1
        guard try reader.take("?") else { return try capture(nil, start, isVerbose, depth) }
        guard let token = try reader.get() else { throw reader.error("unexpected end of pattern") }
        guard token.escaped == nil, let mark = Unicode.Scalar(token.first) else {
            throw unknownExtension("", token)
        }
        switch mark {
        case "P": return try namedGroup(start, isVerbose, depth)
        case ":": return .group(.init(nodes: try contents(start, isVerbose, depth)))
        case ">": return .atomic(try contents(start, isVerbose, depth))
        case "#":
            try skipComment(from: start)
            return nil
        case "=", "!", "<": return try look(token, start, isVerbose, depth)
        case "(": return try conditional(start, isVerbose, depth)
        default:
            guard mark == "-" || PatternFlags.letter(token.first) != nil else {
                throw unknownExtension("", token)
            }
            guard let (added, removed) = try inlineFlags(token.first) else {
                guard mayHoldFlags else {
                    throw reader.error(
                        "global flags not at the start of the expression",
                        back: reader.position - start
                    )
                }
                isVerbose = flags.contains(.verbose)
                return nil
            }
            let inner = (isVerbose || added.contains(.verbose)) && !removed.contains(.verbose)
            let nodes = try contents(start, inner, depth)
            return .group(.init(added: added, removed: removed, nodes: nodes))
        }
    }

    private func unknownExtension(_ prefix: String, _ token: PatternReader.Token) -> EngineError {
        var shown = Text(codePoint: token.first).string
        if let escaped = token.escaped { shown += Text(codePoint: escaped).string }
        return reader.error(
            "unknown extension ?\(prefix)\(shown)",
            back: token.length + 1 + prefix.utf8.count
        )
    }

    private mutating func contents(_ start: Int, _ isVerbose: Bool, _ depth: Int) throws(EngineError)
        -> [PatternNode]
    {
        let nodes = try alternatives(isVerbose: isVerbose, depth: depth + 1)
        guard try reader.take(")") else {
            throw reader.error("missing ), unterminated subpattern", back: reader.position - start)
        }
        return nodes
    }

    private mutating func capture(
        _ name: Text?,
        _ start: Int,
        _ isVerbose: Bool,
        _ depth: Int
    ) throws(EngineError) -> PatternNode {
        let index = try openGroup(name)
        let nodes = try contents(start, isVerbose, depth)
        closeGroup(index, nodes)
        return .group(.init(index: index, nodes: nodes))
    }

    private mutating func skipComment(from start: Int) throws(EngineError) {
        while true {
            guard reader.next != nil else {
                throw reader.error("missing ), unterminated comment", back: reader.position - start)
            }
            if let token = try reader.get(), token.is(")") { return }
        }
    }

    /// `(?P<name>…)` and `(?P=name)`.
    private mutating func namedGroup(
        _ start: Int,
        _ isVerbose: Bool,
        _ depth: Int
    ) throws(EngineError) -> PatternNode {
        if try reader.take("<") {
            let name = try reader.take(until: ">", "group name")
            try checkName(name)
            return try capture(name, start, isVerbose, depth)
        }
        guard try reader.take("=") else {
            guard let token = try reader.get() else { throw reader.error("unexpected end of pattern") }
            throw unknownExtension("P", token)
        }
        let name = try reader.take(until: ")", "group name")
        try checkName(name)
        guard let index = index(of: name) else { throw try unknownName(name) }
        guard isClosed(index) else {
            throw reader.error("cannot refer to an open group", back: name.count + 1)
        }
        try checkLookbehind(index)
        return .backreference(index)
    }

    private func checkName(_ name: Text) throws(EngineError) {
        guard try name.isIdentifier(meter) else {
            throw reader.error(
                "bad character in group name \(try name.repr(meter).string)",
                back: name.count + 1
            )
        }
    }

    private func unknownName(_ name: Text) throws(EngineError) -> EngineError {
        reader.error("unknown group name \(try name.repr(meter).string)", back: name.count + 1)
    }

    private mutating func look(
        _ token: PatternReader.Token,
        _ start: Int,
        _ isVerbose: Bool,
        _ depth: Int
    ) throws(EngineError) -> PatternNode {
        var mark = token
        let isAhead = !token.is("<")
        let outer = groupsBeforeLookbehind
        if !isAhead {
            guard let next = try reader.get() else { throw reader.error("unexpected end of pattern") }
            guard next.is("=") || next.is("!") else { throw unknownExtension("<", next) }
            mark = next
            if outer == nil { groupsBeforeLookbehind = groupCount }
        }
        let nodes = try alternatives(isVerbose: isVerbose, depth: depth + 1)
        if !isAhead, outer == nil { groupsBeforeLookbehind = nil }
        guard try reader.take(")") else {
            throw reader.error("missing ), unterminated subpattern", back: reader.position - start)
        }
        return .look(isAhead: isAhead, isNegated: mark.is("!"), nodes)
    }

    /// `(?(group)then|otherwise)`.
    private mutating func conditional(
        _ start: Int,
        _ isVerbose: Bool,
        _ depth: Int
    ) throws(EngineError) -> PatternNode {
        let name = try reader.take(until: ")", "group name")
        let group: Int
        if try name.isIdentifier(meter) {
            guard let index = index(of: name) else { throw try unknownName(name) }
            group = index
        } else {
            group = try number(name)
            expect(group, at: reader.position - name.count - 1)
        }
        try checkLookbehind(group)
        let then = try sequence(isVerbose: isVerbose, depth: depth + 1)
        var otherwise: [PatternNode]?
        if try reader.take("|") {
            otherwise = try sequence(isVerbose: isVerbose, depth: depth + 1)
            if let next = reader.next, next.is("|") {
                throw reader.error("conditional backref with more than two branches")
            }
        }
        guard try reader.take(")") else {
            throw reader.error("missing ), unterminated subpattern", back: reader.position - start)
        }
        return .conditional(group: group, then: then, otherwise: otherwise)
    }

    private func number(_ name: Text) throws(EngineError) -> Int {
        guard let value = try? name.integer(meter), !value.isNegative else {
            throw reader.error(
                "bad character in group name \(try name.repr(meter).string)",
                back: name.count + 1
            )
        }
        if value.isZero { throw reader.error("bad group number", back: name.count + 1) }
        guard let group = value.asInt, group < Self.mostGroups else {
            throw reader.error(
                "invalid group reference \(try value.decimalText(meter))",
                back: name.count + 1
            )
        }
        return group
    }

    /// Flags in a group, beginning with a letter or `-`; nothing if they are those of the whole pattern.
    private mutating func inlineFlags(
        _ first: UInt32
    ) throws(EngineError) -> (added: PatternFlags, removed: PatternFlags)? {
        var (added, removed): (PatternFlags, PatternFlags) = ([], [])
        var mark = first
        if mark != 0x2D {
            mark = try readFlags(from: first, ends: [0x29, 0x2D, 0x3A], missing: "missing -, : or )") {
                flag,
                reader in
                if flag == .locale {
                    return reader.error("bad inline flags: cannot use 'L' flag with a str pattern")
                }
                added.insert(flag)
                if PatternFlags.types.contains(flag), added.intersection(.types) != flag {
                    return reader.error("bad inline flags: flags 'a', 'u' and 'L' are incompatible")
                }
                return nil
            }
        }
        if mark == 0x29 {
            flags.formUnion(added)
            return nil
        }
        if !added.isDisjoint(with: .global) {
            throw reader.error("bad inline flags: cannot turn on global flag", back: 1)
        }
        if mark == 0x2D {
            guard let token = try reader.get() else { throw reader.error("missing flag") }
            guard token.escaped == nil, PatternFlags.letter(token.first) != nil else {
                throw wrongFlag(token, "missing flag")
            }
            _ = try readFlags(from: token.first, ends: [0x3A], missing: "missing :") { flag, reader in
                removed.insert(flag)
                guard PatternFlags.types.contains(flag) else { return nil }
                return reader.error("bad inline flags: cannot turn off flags 'a', 'u' and 'L'")
            }
        }
        if !removed.isDisjoint(with: .global) {
            throw reader.error("bad inline flags: cannot turn off global flag", back: 1)
        }
        if !added.isDisjoint(with: removed) {
            throw reader.error("bad inline flags: flag turned on and off", back: 1)
        }
        return (added, removed)
    }

    private mutating func readFlags(
        from first: UInt32,
        ends: Set<UInt32>,
        missing: String,
        _ use: (PatternFlags, PatternReader) -> EngineError?
    ) throws(EngineError) -> UInt32 {
        var letter = first
        while true {
            if let flag = PatternFlags.letter(letter), let error = use(flag, reader) { throw error }
            guard let token = try reader.get() else { throw reader.error(missing) }
            if token.escaped == nil, ends.contains(token.first) { return token.first }
            guard token.escaped == nil, PatternFlags.letter(token.first) != nil else {
                throw wrongFlag(token, missing)
            }
            letter = token.first
        }
    }

    private func wrongFlag(_ token: PatternReader.Token, _ missing: String) -> EngineError {
        let isLetter = token.escaped == nil && UnicodeData.isAlpha(token.first)
        return reader.error(isLetter ? "unknown flag" : missing, back: token.length)
    }
}
