extension FactMatcher {
    /// A function renamed is recognised by its body where it has at least this much of it.
    private static let smallestBody = 6
    private static let bodyThreshold = 0.6
    private static let bodyMargin = 0.15

    /// Functions that have the same name in functions that belong together; then those with the same body; then those
    /// with nearly the same one.
    mutating func matchScopes() {
        scopes.pair(0, 0)
        for _ in 0..<MatchingRounds.scopes where scopes.haveFree {
            let before = scopes.ofOld
            matchNamedScopes()
            guard scopes.haveFree else { break }
            matchEqualBodies()
            matchNamedScopes()
            matchSimilarBodies()
            if scopes.ofOld == before { break }
        }
        for (index, partner) in scopes.ofOld.enumerated() where partner > 0 {
            lines.pair(old.scopes[index].line, new.scopes[partner].line)
        }
    }

    private enum MatchingRounds {
        /// Each round may make functions inside those matched comparable.
        static let scopes = 4
    }

    /// Scopes come before those inside them, so one pass reaches all depths.
    private mutating func matchNamedScopes() {
        var groups: [UInt64: (old: [Int], new: [Int])] = [:]
        for index in new.scopes.indices.dropFirst() where scopes.ofNew[index] < 0 {
            let key = nameKey(new.scopes[index].parent, new.scopes[index].name)
            groups[key, default: ([], [])].new.append(index)
        }
        var namesakes: [UInt64: [Int]] = [:]
        for index in old.scopes.indices.dropFirst() where scopes.ofOld[index] < 0 {
            namesakes[nameKey(old.scopes[index].parent, old.scopes[index].name), default: []].append(index)
        }
        for index in old.scopes.indices.dropFirst() where scopes.ofOld[index] < 0 {
            let scope = old.scopes[index]
            let parent = scopes.ofOld[scope.parent]
            guard parent >= 0, let found = groups[nameKey(parent, scope.name)]?.new else { continue }
            let all = namesakes[nameKey(scope.parent, scope.name)] ?? []
            if all.first == index { matchNamesakes(all, found) }
        }
    }

    /// Functions of one name in one place: mostly one; of several those that are equal in order, and between them the only
    /// one on each side.
    private mutating func matchNamesakes(_ left: [Int], _ right: [Int]) {
        if left.count == 1, right.count == 1,
            old.lines[old.scopes[left[0]].line].deep == new.lines[new.scopes[right[0]].line].deep
        {
            return scopes.pair(left[0], right[0])
        }
        let oldBodies = left.map { old.lines[old.scopes[$0].line].deep }
        let newBodies = right.map { new.lines[new.scopes[$0].line].deep }
        var anchors = Alignment.certain(oldBodies, newBodies, &budget)
        anchors.append((left.count, right.count))
        var from = (0, 0)
        for (i, j) in anchors {
            if i - from.0 == 1, j - from.1 == 1 { scopes.pair(left[from.0], right[from.1]) }
            if i < left.count { scopes.pair(left[i], right[j]) }
            from = (i + 1, j + 1)
        }
    }

    private func nameKey(_ parent: Int, _ name: UInt64) -> UInt64 {
        StructureHash.of(UInt64(parent), name)
    }

    private mutating func matchEqualBodies() {
        var places: [UInt64: Places] = [:]
        for index in old.scopes.indices.dropFirst() where scopes.ofOld[index] < 0 {
            let line = old.lines[old.scopes[index].line]
            if line.weight >= FactMatcher.smallestBody {
                places[line.inside, default: Places()].addOld(index)
            }
        }
        for index in new.scopes.indices.dropFirst() where scopes.ofNew[index] < 0 {
            places[new.lines[new.scopes[index].line].inside]?.addNew(index)
        }
        for place in places.values where place.isUnique { scopes.pair(place.old, place.new) }
    }

    private mutating func matchSimilarBodies() {
        let candidates = similarCandidates()
        guard !candidates.isEmpty else { return }
        var oldBags: [Int: [UInt64]] = [:]
        var newBags: [Int: [UInt64]] = [:]
        var matches = ClearMatches()
        for (left, right) in candidates {
            let one = oldBags[left] ?? bag(old, left)
            let other = newBags[right] ?? bag(new, right)
            (oldBags[left], newBags[right]) = (one, other)
            guard budget.spend(one.count + other.count) else { return }
            matches.add(left, right, Similarity.dice(one, other))
        }
        for (left, right) in matches.pairs(
            threshold: FactMatcher.bodyThreshold,
            margin: FactMatcher.bodyMargin
        ) {
            scopes.pair(left, right)
        }
    }

    /// Pairs of functions left over: all of a few, and of many those that share lines that are rare.
    private mutating func similarCandidates() -> [(Int, Int)] {
        let left = old.scopes.indices.dropFirst().filter { scopes.ofOld[$0] < 0 && isLarge(old, $0) }
        let right = new.scopes.indices.dropFirst().filter { scopes.ofNew[$0] < 0 && isLarge(new, $0) }
        if left.count * right.count <= MappingLimits.twinPairs {
            return left.flatMap { one in right.map { (one, $0) } }
        }
        var holders: [UInt64: [Int]] = [:]
        for scope in right {
            for line in new.scopeLines[scope] { holders[new.lines[line].head, default: []].append(scope) }
        }
        var candidates: [(Int, Int)] = []
        for scope in left {
            var shared: [Int: Int] = [:]
            for line in old.scopeLines[scope] {
                guard let found = holders[old.lines[line].head], found.count <= 4 else { continue }
                for candidate in found { shared[candidate, default: 0] += 1 }
            }
            let best = shared.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(4)
            candidates += best.map { (scope, $0.key) }
        }
        return candidates
    }

    private func isLarge(_ program: ProgramFacts, _ scope: Int) -> Bool {
        program.lines[program.scopes[scope].line].weight >= FactMatcher.smallestBody
    }

    /// Hashes of a function's tokens, sorted; the function's own name is not among them.
    private func bag(_ program: ProgramFacts, _ scope: Int) -> [UInt64] {
        let block = program.block(of: program.scopes[scope].line)
        guard let last = block.last else { return [] }
        let start = program.lines[block.lowerBound].tokens.lowerBound
        return program.tokens[start..<program.lines[last].tokens.upperBound].dropFirst(2).map(\.hash).sorted()
    }
}
