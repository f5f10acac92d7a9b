extension FactMatcher {
    /// Lines that are equal, but for names that may have been renamed, in functions that belong together.
    mutating func matchEqualLines() {
        for pair in pairs {
            if pair.isUnchanged, settle(pair) { continue }
            matchEqualBlocks(old.scopeLines[pair.oldScope], new.scopeLines[pair.newScope])
            align(pair) { program, line, _ in program.lines[line].head }
            // The first round pairs what stands around and inside the lines of the second.
            for _ in 0..<2 { matchTwins(pair) }
            guard pair.hasRenamed else { continue }
            align(pair) { program, line, isOld in pair.abstractHead(program, line, isOld: isOld) }
        }
    }

    /// Lines that changed in their place, and what all lines say of renamed names.
    mutating func matchChangedLines() {
        for pair in pairs where !isSettled[pair.oldScope] {
            for _ in 0..<2 {
                matchChanged(pair)
                matchTwins(pair)
            }
            castVotes(pair)
        }
    }

    /// Statements with blocks that are the same in all their lines, once before and once after.
    private mutating func matchEqualBlocks(_ left: [Int], _ right: [Int]) {
        var places: [UInt64: Places] = [:]
        for index in left where old.lines[index].lineCount > 1 {
            places[old.lines[index].deep, default: Places()].addOld(index)
        }
        for index in right where new.lines[index].lineCount > 1 {
            places[new.lines[index].deep]?.addNew(index)
        }
        for index in left where lines.ofOld[index] < 0 && old.lines[index].lineCount > 1 {
            guard let place = places[old.lines[index].deep], place.isUnique else { continue }
            pairBlocks(place.old, place.new)
        }
    }

    /// Pairs two statements that are the same in all their lines.
    mutating func pairBlocks(_ left: Int, _ right: Int) {
        for offset in 0..<min(old.lines[left].lineCount, new.lines[right].lineCount) {
            lines.pair(left + offset, right + offset)
        }
    }

    /// Pairs lines that are equal by some hash and stand in the same order; lines paired already hold the order.
    private mutating func align(_ pair: ScopePair, by hash: (ProgramFacts, Int, _ isOld: Bool) -> UInt64) {
        let (left, right) = (old.scopeLines[pair.oldScope], new.scopeLines[pair.newScope])
        guard left.contains(where: { lines.ofOld[$0] < 0 }) else { return }
        let oldTokens = left.map { index in
            let partner = lines.ofOld[index]
            return partner < 0 ? hash(old, index, true) : FactMatcher.pairHash(partner)
        }
        let newTokens = right.map { index in
            lines.ofNew[index] < 0 ? hash(new, index, false) : FactMatcher.pairHash(index)
        }
        for (i, j) in Alignment.certain(oldTokens, newTokens, &budget)
        where old.lines[left[i]].kind == new.lines[right[j]].kind {
            lines.pair(left[i], right[j])
        }
    }

    private static func pairHash(_ newLine: Int) -> UInt64 { StructureHash.of(0xA11C_0DE5, UInt64(newLine)) }

    /// Equal lines, of which there are more on one side than on the other: what surrounds them says which is which.
    mutating func matchTwins(_ pair: ScopePair) {
        var groups: [UInt64: (old: [Int], new: [Int])] = [:]
        for index in old.scopeLines[pair.oldScope] where lines.ofOld[index] < 0 {
            groups[old.lines[index].head, default: ([], [])].old.append(index)
        }
        for index in new.scopeLines[pair.newScope] where lines.ofNew[index] < 0 {
            groups[new.lines[index].head]?.new.append(index)
        }
        var matches = ClearMatches()
        for group in groups.values {
            let count = group.old.count * group.new.count
            guard count > 0, count <= MappingLimits.twinPairs, budget.spend(8 * count) else { continue }
            for left in group.old {
                for right in group.new { matches.add(left, right, surroundings(left, right, pair)) }
            }
        }
        for (left, right) in matches.pairs(threshold: 2, margin: 0.9) { lines.pair(left, right) }
    }

    /// What speaks for two equal lines being the same: the statement around, the lines before and after, the lines inside.
    func surroundings(_ left: Int, _ right: Int, _ pair: ScopePair) -> Double {
        var score = 0.0
        if isSameParent(left, right) { score += 1 }
        if isSameNeighbour(left, right, pair, -1, orEdge: false) { score += 1 }
        if isSameNeighbour(left, right, pair, 1, orEdge: false) { score += 1 }
        return score + 2 * sharedInside(left, right)
    }

    func isSameParent(_ left: Int, _ right: Int) -> Bool {
        let (one, other) = (old.lines[left].parent, new.lines[right].parent)
        if one < 0 || other < 0 { return one < 0 && other < 0 }
        return lines.ofOld[one] == other
    }

    /// Whether the lines directly before or after belong together; `isEdge` is the answer where both have none.
    func isSameNeighbour(
        _ left: Int,
        _ right: Int,
        _ pair: ScopePair,
        _ step: Int,
        orEdge isEdge: Bool
    ) -> Bool {
        let (i, j) = (old.positions[left] + step, new.positions[right] + step)
        let (one, other) = (old.scopeLines[pair.oldScope], new.scopeLines[pair.newScope])
        let isInside = (one.indices.contains(i), other.indices.contains(j))
        guard isInside.0, isInside.1 else { return isEdge && isInside == (false, false) }
        return lines.ofOld[one[i]] == other[j]
    }

    /// The share of lines inside two statements that belong together, from 0 to 1.
    func sharedInside(_ left: Int, _ right: Int) -> Double {
        let (one, other) = (old.block(of: left).dropFirst(), new.block(of: right).dropFirst())
        let total = one.count + other.count
        guard total > 0 else { return 0 }
        let shared = one.prefix(256).reduce(0) { $0 + (other.contains(lines.ofOld[$1]) ? 1 : 0) }
        return 2 * Double(shared) / Double(min(total, 512))
    }
}
