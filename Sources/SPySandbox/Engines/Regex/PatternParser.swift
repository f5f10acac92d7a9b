/// Reads Python's regular expressions into nodes, with the errors of CPython 3.11.
struct PatternParser {
    var reader: PatternReader
    /// The flags of the whole pattern, from outside and from `(?flags)` at its start.
    var flags: PatternFlags
    /// The widths of groups by number, nothing for those still open; group 0 is the match.
    private(set) var widths: [PatternNode.Width?] = [nil]
    private(set) var names: [(name: Text, index: Int)] = []
    let meter: Meter
    /// Groups that existed when the outermost lookbehind began.
    var groupsBeforeLookbehind: Int?
    /// Groups that conditions name before they exist, with their places.
    private var pending: [(group: Int, position: Int)] = []
    static let mostGroups = 1 << 30

    init(_ text: Text, flags: PatternFlags, _ meter: Meter) throws(EngineError) {
        reader = try PatternReader(text)
        self.flags = flags
        self.meter = meter
    }

    var groupCount: Int { widths.count }

    mutating func parse() throws(EngineError) -> [PatternNode] {
        let nodes = try alternatives(isVerbose: flags.contains(.verbose), depth: 0)
        if flags.contains(.locale) { throw .valueError("cannot use LOCALE flag with a str pattern") }
        if !flags.contains(.ascii) {
            flags.insert(.unicode)
        } else if flags.contains(.unicode) {
            throw .valueError("ASCII and UNICODE flags are incompatible")
        }
        if reader.next != nil { throw reader.error("unbalanced parenthesis") }
        for (group, position) in pending where group >= groupCount {
            throw PatternReader.error("invalid group reference \(group)", at: position, in: reader.text)
        }
        return nodes
    }

    /// `a|b|c`.
    mutating func alternatives(isVerbose: Bool, depth: Int) throws(EngineError) -> [PatternNode] {
        guard depth < meter.limits.depth else {
            throw .budgetExceeded(.init(budget: .depth, limit: meter.limits.depth))
        }
        var isVerbose = isVerbose
        var items: [[PatternNode]] = []
        repeat {
            items.append(
                try sequence(isVerbose: isVerbose, depth: depth + 1, isFirst: depth == 0 && items.isEmpty)
            )
            if depth == 0 { isVerbose = flags.contains(.verbose) }
        } while try reader.take("|")
        return items.count == 1 ? items[0] : [.branch(items)]
    }

    mutating func sequence(isVerbose: Bool, depth: Int, isFirst: Bool = false) throws(EngineError)
        -> [PatternNode]
    {
        var isVerbose = isVerbose
        var nodes: [PatternNode] = []
        while let token = reader.next, !token.is("|"), !token.is(")") {
            try meter.charge(steps: 1)
            try meter.charge(bytes: 16)
            _ = try reader.get()
            if let escaped = token.escaped {
                nodes.append(try escape(escaped))
                continue
            }
            if isVerbose, try skipComment(token.first) { continue }
            switch Unicode.Scalar(token.first) {
            case "[": nodes.append(try set())
            case "*", "+", "?", "{": try repetition(token.first, of: &nodes)
            case ".": nodes.append(.any)
            case "^": nodes.append(.anchor(.lineStart))
            case "$": nodes.append(.anchor(.lineEnd))
            case "(":
                let mayHoldFlags = isFirst && nodes.isEmpty
                if let node = try group(isVerbose: &isVerbose, depth: depth, mayHoldFlags: mayHoldFlags) {
                    nodes.append(node)
                }
            default: nodes.append(.character(token.first))
            }
        }
        return nodes
    }

    private mutating func skipComment(_ character: UInt32) throws(EngineError) -> Bool {
        if character == 32 || (character >= 9 && character <= 13) { return true }
        guard character == 0x23 else { return false }
        while let token = try reader.get(), !token.is("\n") {}
        return true
    }

    private mutating func repetition(_ mark: UInt32, of nodes: inout [PatternNode]) throws(EngineError) {
        let here = reader.position
        var (least, most) = (0, PatternNode.unlimited)
        switch Unicode.Scalar(mark) {
        case "?": most = 1
        case "*": break
        case "+": least = 1
        default:
            guard let bounds = try bounds(from: here) else {
                nodes.append(.character(mark))
                return
            }
            (least, most) = bounds
        }
        guard let item = nodes.last else {
            throw reader.error("nothing to repeat", back: reader.position - here + 1)
        }
        switch item {
        case .anchor: throw reader.error("nothing to repeat", back: reader.position - here + 1)
        case .loop: throw reader.error("multiple repeat", back: reader.position - here + 1)
        default: break
        }
        let greed: PatternNode.Greed =
            try reader.take("?") ? .lazy : try reader.take("+") ? .possessive : .greedy
        nodes[nodes.count - 1] = .loop(min: least, max: most, greed, [item])
    }

    /// `{least,most}`, or nothing if the brace is a plain character.
    private mutating func bounds(from here: Int) throws(EngineError) -> (Int, Int)? {
        if let next = reader.next, next.is("}") { return nil }
        let low = try reader.take(.max) { $0 &- 48 < 10 }
        var high = low
        if try reader.take(",") { high = try reader.take(.max) { $0 &- 48 < 10 } }
        guard try reader.take("}") else {
            try reader.seek(here)
            return nil
        }
        let least = try count(low) ?? 0
        let most = try count(high) ?? PatternNode.unlimited
        if most < least {
            throw reader.error("min repeat greater than max repeat", back: reader.position - here)
        }
        return (least, most)
    }

    private func count(_ digits: [UInt32]) throws(EngineError) -> Int? {
        if digits.isEmpty { return nil }
        let value = digits.reduce(0) { min($0 * 10 + Int($1) - 48, PatternNode.unlimited) }
        guard value < PatternNode.unlimited else {
            throw .overflowError("the repetition number is too large")
        }
        return value
    }
}

extension PatternParser {
    mutating func openGroup(_ name: Text?) throws(EngineError) -> Int {
        let index = widths.count
        widths.append(nil)
        guard let name else { return index }
        if let other = names.first(where: { $0.name == name }) {
            let shown = try name.repr(meter).string
            throw reader.error(
                "redefinition of group name \(shown) as group \(index); was group \(other.index)",
                back: name.count + 1
            )
        }
        names.append((name, index))
        return index
    }

    mutating func closeGroup(_ index: Int, _ nodes: [PatternNode]) {
        widths[index] = PatternNode.width(nodes, groups: widths)
    }

    func isClosed(_ index: Int) -> Bool { index < widths.count && widths[index] != nil }

    func index(of name: Text) -> Int? { names.first { $0.name == name }?.index }

    func checkLookbehind(_ group: Int) throws(EngineError) {
        guard let before = groupsBeforeLookbehind else { return }
        if !isClosed(group) { throw reader.error("cannot refer to an open group") }
        if group >= before {
            throw reader.error("cannot refer to group defined in the same lookbehind subpattern")
        }
    }

    mutating func expect(_ group: Int, at position: Int) {
        if !pending.contains(where: { $0.group == group }) { pending.append((group, position)) }
    }
}
