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
        let oldBags = left.map { pair.abstractTokens(old, $0, isOld: true).sorted() }
        let newBags = right.map { pair.abstractTokens(new, $0, isOld: false).sorted() }
        var matches = ClearMatches()
        for (i, one) in left.enumerated() {
            for (j, other) in right.enumerated() where old.lines[one].kind == new.lines[other].kind {
                guard budget.spend(16 + oldBags[i].count + newBags[j].count) else { return }
                let inside = sharedInside(one, other)
                let head = Similarity.dice(oldBags[i], newBags[j])
                let hasHead = !oldBags[i].isEmpty || !newBags[j].isEmpty
                let floor = inside >= 0.5 ? FactMatcher.supportedFloor : FactMatcher.headFloor
                guard head >= floor || !hasHead else { continue }
                var score = head + 0.4 * inside
                if isSameParent(one, other) { score += 0.1 }
                if isSameNeighbour(one, other, pair, -1) { score += 0.1 }
                if isSameNeighbour(one, other, pair, 1) { score += 0.1 }
                matches.add(one, other, score)
            }
        }
        let clear = matches.pairs(threshold: FactMatcher.lineThreshold, margin: FactMatcher.lineMargin)
        for (one, other) in clear { lines.pair(one, other) }
    }

    /// Lines without partners between lines that have some, as far as those stand in the same order.
    private func gaps(_ pair: ScopePair) -> [(old: [Int], new: [Int])] {
        let (left, right) = (oldLines[pair.oldScope], newLines[pair.newScope])
        let held = left.indices.filter {
            lines.ofOld[left[$0]] >= 0 && pair.newPosition(lines.ofOld[left[$0]]) >= 0
        }
        let partners = held.map { pair.newPosition(lines.ofOld[left[$0]]) }
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
        for line in oldLines[pair.oldScope] { countNames(old, line, pair, isOld: true) }
        for line in newLines[pair.newScope] { countNames(new, line, pair, isOld: false) }
        if header.0 >= 0, header.1 >= 0 {
            countNames(old, header.0, pair, isOld: true)
            countNames(new, header.1, pair, isOld: false)
            castVotes(pair, header.0, header.1)
        }
        for line in oldLines[pair.oldScope] {
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
        for (i, j) in Alignment.certain(one, other, &budget) where one[i] == Token.placeholder.hash {
            let source = name(old, oldTokens[oldTokens.startIndex + i].hash, from: pair.oldScope)
            let target = name(new, newTokens[newTokens.startIndex + j].hash, from: pair.newScope)
            if let source, let target { votes.add(source, target) }
        }
    }

    private mutating func countNames(_ program: ProgramFacts, _ line: Int, _ pair: ScopePair, isOld: Bool) {
        for token in program.tokens[program.lines[line].tokens]
        where token.isName && (isOld ? pair.oldOnly : pair.newOnly).contains(token.hash) {
            guard let fact = name(program, token.hash, from: isOld ? pair.oldScope : pair.newScope) else {
                continue
            }
            votes.count(fact, isOld: isOld)
        }
    }

    /// The fact that a name means in a scope, as Python looks it up.
    private func name(_ program: ProgramFacts, _ hash: UInt64, from scope: Int) -> Int? {
        var scope = scope
        while true {
            if let fact = program.nameFacts[ProgramFacts.NameKey(scope: scope, hash: hash)] { return fact }
            if scope == 0 { return nil }
            scope = program.scopes[scope].parent
        }
    }
}

/// How often names that vanished stand where names that are new stand now.
struct RenameVotes {
    private var votes: [Int: [Int: Int]] = [:]
    private var oldCounts: [Int: Int] = [:]
    private var newCounts: [Int: Int] = [:]

    mutating func add(_ old: Int, _ new: Int) { votes[old, default: [:]][new, default: 0] += 1 }

    mutating func count(_ fact: Int, isOld: Bool) {
        if isOld { oldCounts[fact, default: 0] += 1 } else { newCounts[fact, default: 0] += 1 }
    }

    /// Pairs that most places of both names speak for, and of other pairs with either name less than half as many.
    func clear() -> [(Int, Int)] {
        var matches = ClearMatches()
        for (old, candidates) in votes {
            for (new, count) in candidates {
                let places = max(oldCounts[old] ?? 0, newCounts[new] ?? 0, count)
                matches.add(old, new, Double(count) / Double(places))
            }
        }
        return matches.pairs(threshold: 0.5, margin: 0.25)
    }
}
