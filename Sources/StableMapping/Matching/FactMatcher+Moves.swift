extension FactMatcher {
    /// Tokens, the statement's own among them, that a line must have to be recognised anywhere.
    private static let strongLine = 6
    /// Tokens that a line must have to be recognised where the function it left, or the one it came to, is known.
    private static let weakLine = 4

    /// Lines that left their place: once among those without partners on both sides. They bring their neighbours along.
    mutating func matchMovedLines() {
        pairMoved {
            $0.lineCount > 1 && $0.weight >= FactMatcher.strongLine ? $0.deep : nil
        } isAllowed: { _, _, _ in
            true
        }
        pairMoved {
            $0.head
        } isAllowed: { matcher, left, right in
            matcher.isAllowed(left, right, tokens: FactMatcher.strongLine)
        }
        pairMoved {
            $0.head
        } isAllowed: { matcher, left, right in
            let isKnown =
                matcher.scopes.ofOld[matcher.old.lines[left].scope] >= 0
                || matcher.scopes.ofNew[matcher.new.lines[right].scope] >= 0
            return isKnown && matcher.isAllowed(left, right, tokens: FactMatcher.weakLine)
        }
    }

    /// In the same function any line will do; in another one it has to say something.
    private func isAllowed(_ left: Int, _ right: Int, tokens: Int) -> Bool {
        scopes.ofOld[old.lines[left].scope] == new.lines[right].scope
            || old.lines[left].tokens.count >= tokens
    }

    private mutating func pairMoved(
        by hash: (Line) -> UInt64?,
        isAllowed: (FactMatcher, Int, Int) -> Bool
    ) {
        var places: [UInt64: Places] = [:]
        for (index, line) in old.lines.enumerated() where lines.ofOld[index] < 0 {
            if let key = hash(line) { places[key, default: Places()].addOld(index) }
        }
        for (index, line) in new.lines.enumerated() where lines.ofNew[index] < 0 {
            if let key = hash(line) { places[key]?.addNew(index) }
        }
        let unique = places.values.filter(\.isUnique).sorted { $0.old < $1.old }
        for place in unique where isAllowed(self, place.old, place.new) && lines.areFree(place.old, place.new)
        {
            let isBlock = old.lines[place.old].deep == new.lines[place.new].deep
            let count = isBlock ? old.lines[place.old].lineCount : 1
            if isBlock { pairBlocks(place.old, place.new) } else { lines.pair(place.old, place.new) }
            for offset in 0..<count { matchMovedFacts(place.old + offset, place.new + offset) }
            extend(from: place.old, place.new, by: -1)
            extend(from: place.old + count - 1, place.new + count - 1, by: 1)
        }
    }

    /// Equal lines directly before or after lines that moved moved with them.
    private mutating func extend(from left: Int, _ right: Int, by step: Int) {
        var (i, j) = (left + step, right + step)
        while old.lines.indices.contains(i), new.lines.indices.contains(j), lines.areFree(i, j),
            old.lines[i].head == new.lines[j].head
        {
            lines.pair(i, j)
            matchMovedFacts(i, j)
            (i, j) = (i + step, j + step)
        }
    }

    /// Facts of equal lines in different places; a name comes along where both lines are the first that assign it.
    private mutating func matchMovedFacts(_ left: Int, _ right: Int) {
        guard lines.ofOld[left] == right else { return }
        matchFacts(left, right)
        let (one, other) = (old.assigned(of: left), new.assigned(of: right))
        guard one.count == other.count else { return }
        for (fact, partner) in zip(one, other)
        where old.facts[fact].hash == new.facts[partner].hash && old.facts[fact].line == left
            && new.facts[partner].line == right
        {
            facts.pair(fact, partner)
        }
    }
}
