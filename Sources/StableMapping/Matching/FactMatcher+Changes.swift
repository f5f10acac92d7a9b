extension FactMatcher {
    private static let lineThreshold = 0.7
    private static let lineMargin = 0.1
    /// What two heads must share at least, and at least where most of their blocks is the same.
    private static let headFloor = 0.5
    private static let supportedFloor = 0.3

    /// Lines that changed in their place: between two lines that stayed, the only pair that is similar enough.
    mutating func matchChanged(_ pair: ScopePair) {
        for gap in gaps(pair) {
            let count = gap.old.count.multipliedReportingOverflow(by: gap.new.count)
            guard !count.overflow, count.partialValue > 0, count.partialValue <= MappingLimits.gapPairs else {
                continue
            }
            matchChanged(gap.old, gap.new, pair)
        }
    }

    private mutating func matchChanged(_ left: [Int], _ right: [Int], _ pair: ScopePair) {
        let oldHeads = left.map { Head(self, $0, pair, isOld: true) }
        let newHeads = right.map { Head(self, $0, pair, isOld: false) }
        var matches = ClearMatches()
        for one in oldHeads {
            for other in newHeads where one.canBecome(other) {
                let cost = one.bag.count + other.bag.count + old.lines[one.line].lineCount
                guard budget.spend(16 + cost) else { return }
                if let score = score(one, other, pair) { matches.add(one.line, other.line, score) }
            }
        }
        let clear = matches.pairs(threshold: FactMatcher.lineThreshold, margin: FactMatcher.lineMargin)
        // Lines that are equal compete, but which of them is which is not decided here.
        for (one, other) in clear where old.lines[one].head != new.lines[other].head {
            lines.pair(one, other)
        }
    }

    /// How much speaks for two changed lines being the same; nothing where their heads have too little in common.
    private func score(_ one: Head, _ other: Head, _ pair: ScopePair) -> Double? {
        let inside = sharedInside(one.line, other.line)
        var score = 0.4 * inside
        if !one.bag.isEmpty || !other.bag.isEmpty {
            let head = Similarity.dice(one.bag, other.bag)
            let floor = inside >= 0.5 ? FactMatcher.supportedFloor : FactMatcher.headFloor
            guard head >= floor, inside >= 0.5 || Similarity.dice(one.concrete, other.concrete) > 0 else {
                return nil
            }
            score += head
        }
        if isSameParent(one.line, other.line) { score += 0.1 }
        if isSameNeighbour(one.line, other.line, pair, -1, orEdge: true) { score += 0.1 }
        if isSameNeighbour(one.line, other.line, pair, 1, orEdge: true) { score += 0.1 }
        return score
    }

    /// A line's tokens, prepared for comparing it with many.
    private struct Head {
        let line: Int
        let kind: Line.Kind
        /// All tokens but the one that says the statement's kind, sorted.
        let bag: [UInt64]
        /// Those that cannot have been renamed, sorted.
        let concrete: [UInt64]
        /// The names that the line assigns.
        let targets: [UInt64]

        init(_ matcher: FactMatcher, _ line: Int, _ pair: ScopePair, isOld: Bool) {
            let program = isOld ? matcher.old : matcher.new
            let tokens = program.tokens[program.lines[line].tokens].dropFirst()
            self.line = line
            kind = program.lines[line].kind
            bag = tokens.map { pair.abstract($0, isOld: isOld) }.sorted()
            concrete = bag.filter { $0 != Token.placeholder.hash }
            targets = program.assigned(of: line).map {
                pair.abstract(Token(hash: program.facts[$0].hash, isName: true), isOld: isOld)
            }
        }

        /// A statement stays of its kind, and what assigns one name that stayed does not become what assigns another.
        func canBecome(_ other: Head) -> Bool {
            kind == other.kind
                && (targets.isEmpty || other.targets.isEmpty
                    || targets.contains(where: other.targets.contains))
        }
    }

    /// Lines without partners between lines that have some, as far as those stand in the same order.
    private func gaps(_ pair: ScopePair) -> [(old: [Int], new: [Int])] {
        let (left, right) = (old.scopeLines[pair.oldScope], new.scopeLines[pair.newScope])
        let held = left.indices.filter {
            lines.ofOld[left[$0]] >= 0 && new.lines[lines.ofOld[left[$0]]].scope == pair.newScope
        }
        let partners = held.map { new.positions[lines.ofOld[left[$0]]] }
        var anchors = LongestIncrease.indexes(of: partners).map { (held[$0], partners[$0]) }
        anchors.append((left.count, right.count))
        var from = (0, 0)
        var gaps: [(old: [Int], new: [Int])] = []
        for (i, j) in anchors {
            let one = left[from.0..<i].filter { lines.ofOld[$0] < 0 }
            let other = right[from.1..<j].filter { lines.ofNew[$0] < 0 }
            if !one.isEmpty, !other.isEmpty { gaps.append((one, other)) }
            from = (i + 1, j + 1)
        }
        return gaps
    }

    /// Lines that belong together say which name stands where another stood.
    mutating func castVotes(_ pair: ScopePair) {
        guard pair.hasRenamed else { return }
        let header = (old.scopes[pair.oldScope].line, new.scopes[pair.newScope].line)
        for line in old.scopeLines[pair.oldScope] { countNames(old, line, pair, isOld: true) }
        for line in new.scopeLines[pair.newScope] { countNames(new, line, pair, isOld: false) }
        if header.0 >= 0, header.1 >= 0 {
            countNames(old, header.0, pair, isOld: true)
            countNames(new, header.1, pair, isOld: false)
            castVotes(pair, header.0, header.1)
        }
        for line in old.scopeLines[pair.oldScope] {
            let partner = lines.ofOld[line]
            // Functions inside vote for themselves.
            guard partner >= 0, old.lines[line].kind != .function else { continue }
            castVotes(pair, line, partner)
        }
    }

    private mutating func castVotes(_ pair: ScopePair, _ left: Int, _ right: Int) {
        let oldTokens = old.tokens[old.lines[left].tokens]
        let newTokens = new.tokens[new.lines[right].tokens]
        let one = oldTokens.map { pair.abstract($0, isOld: true) }
        guard one.contains(Token.placeholder.hash) else { return }
        let other = newTokens.map { pair.abstract($0, isOld: false) }
        // `return a` alone proves nothing.
        let isStrong = one == other && one.count >= RenameVotes.strongLine
        for (i, j) in Alignment.certain(one, other, &budget) where one[i] == Token.placeholder.hash {
            let source = name(old, oldTokens[oldTokens.startIndex + i].hash, from: pair.oldScope)
            let target = name(new, newTokens[newTokens.startIndex + j].hash, from: pair.newScope)
            if let source, let target { votes.add(source, target, isStrong: isStrong) }
        }
    }

    private mutating func countNames(_ program: ProgramFacts, _ line: Int, _ pair: ScopePair, isOld: Bool) {
        for token in program.tokens[program.lines[line].tokens] where pair.mayBeRenamed(token, isOld: isOld) {
            let scope = isOld ? pair.oldScope : pair.newScope
            if let fact = name(program, token.hash, from: scope) { votes.count(fact, isOld: isOld) }
        }
    }

    /// The fact that a name means in a scope, as Python looks it up.
    func name(_ program: ProgramFacts, _ hash: UInt64, from scope: Int) -> Int? {
        for scope in program.scopes.path(from: scope) {
            if let fact = program.nameFacts[ProgramFacts.NameKey(scope: scope, hash: hash)] { return fact }
        }
        return nil
    }
}
