internal import SPySyntax

extension Walk {
    mutating func visit(_ id: PatternID) {
        let range = tree.range(of: id)
        count(id)
        switch tree[id] {
        case .invalid, .none, .boolean, .wildcard, .star(nil): break
        case .value(let value): schedule(value, .operand)
        case .sequence(let patterns), .alternatives(let patterns): schedule(patterns)
        case .mapping(let items, let rest):
            for item in tree[items] {
                schedule(item.key, .operand)
                schedule(.pattern(item.pattern))
            }
            if let rest { schedule(.bind(rest, restRange(range), .capture, detail: -1)) }
        case .typed(let type, let patterns, let keywords):
            schedule(type, .operand)
            schedule(patterns)
            for keyword in tree[keywords] {
                checkAttribute(
                    keyword.name,
                    identifier(assignedBefore: tree.range(of: keyword.pattern).start)
                )
                schedule(.pattern(keyword.pattern))
            }
        case .star(let name?): bind(name, identifier(endingAt: range.end), .capture)
        case .capture(let name): bind(name, range, .capture)
        case .alias(let pattern, let name):
            schedule(.pattern(pattern))
            schedule(.bind(name, identifier(endingAt: range.end), .capture, detail: -1))
        }
    }

    private mutating func schedule(_ patterns: PatternList) {
        for id in tree[patterns] { schedule(.pattern(id)) }
    }

    /// `**rest` stands at the end of a mapping pattern, before a comma perhaps and the brace.
    private func restRange(_ range: SourceRange) -> SourceRange {
        let bytes = program.source.utf8
        var end = Int(range.end) - 1
        while end > Int(range.start), bytes[end - 1] <= 0x20 || bytes[end - 1] == 0x2C { end -= 1 }
        let found = identifier(endingAt: UInt32(end))
        return found.count > 0 ? found : range
    }

    /// Whether a pattern matches anything.
    func isIrrefutable(_ id: PatternID) -> Bool {
        var current = id
        while true {
            switch tree[current] {
            case .capture, .wildcard: return true
            case .alias(let inner, _): current = inner
            case .alternatives(let patterns):
                guard let last = tree[patterns].last else { return false }
                current = last
            default: return false
            }
        }
    }
}
