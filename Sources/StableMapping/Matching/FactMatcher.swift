/// Finds which facts of an older program are still there in a newer one, and where.
///
/// From the certain to the likely: functions first, then expressions that stand once in their function before and after,
/// then lines by what surrounds them, renamed names by the lines that agree on them, and at last what moved between
/// functions. Each step takes only what is clear: one candidate, with a margin over the second. What is left has no
/// partner. Time grows with n log n; a budget bounds it where lines repeat without end.
struct FactMatcher {
    let old: ProgramFacts
    let new: ProgramFacts
    /// Partners of the older program's facts, lines and scopes; -1 where they have none.
    var facts: Partners
    var lines: Partners
    var scopes: Partners
    var budget = MatchingBudget()
    /// How often lines that belong together have one name in place of another.
    var votes = RenameVotes()
    /// The scopes that belong together.
    var pairs: [ScopePair] = []
    /// The older program's scopes whose lines and facts have all found their partners.
    var isSettled: [Bool]
    let byPlaces: Bool

    /// For each fact of the older program the same fact in the newer one, or -1.
    ///
    /// - Parameter byPlaces: Whether functions that are as they were are taken by their places. It makes no difference but to time.
    static func partners(_ old: ProgramFacts, _ new: ProgramFacts, byPlaces: Bool = true) -> [Int] {
        if let same = identical(old, new) { return same }
        var matcher = FactMatcher(old, new, byPlaces: byPlaces)
        matcher.matchScopes()
        matcher.pairScopes()
        matcher.matchIdentities()
        matcher.matchEqualLines()
        matcher.matchMovedLines()
        matcher.matchChangedLines()
        matcher.matchRenamedNames()
        matcher.matchFactsOfLines()
        matcher.matchRemainders()
        return matcher.facts.ofOld
    }

    private init(_ old: ProgramFacts, _ new: ProgramFacts, byPlaces: Bool) {
        self.byPlaces = byPlaces
        self.old = old
        self.new = new
        facts = Partners(old.facts.count, new.facts.count)
        lines = Partners(old.lines.count, new.lines.count)
        scopes = Partners(old.scopes.count, new.scopes.count)
        isSettled = Array(repeating: false, count: old.scopes.count)
    }

    /// Programs that differ in spelling alone need no matching, however often their lines repeat.
    private static func identical(_ old: ProgramFacts, _ new: ProgramFacts) -> [Int]? {
        let isEqual =
            old.isCopy(of: new)
            || old.facts.count == new.facts.count && old.lines.count == new.lines.count
                && old.lines.elementsEqual(new.lines) {
                    $0.deep == $1.deep && $0.parent == $1.parent && $0.block == $1.block
                }
        return isEqual ? Array(old.facts.indices) : nil
    }

    private mutating func pairScopes() {
        for (index, partner) in scopes.ofOld.enumerated() where partner >= 0 {
            pairs.append(ScopePair(self, index, partner))
        }
    }

    /// Expressions that stand once in their scope, before and after, are the same wherever they moved in it.
    private mutating func matchIdentities() {
        for pair in pairs where pair.isUnchanged { matchAlone(pair) }
        var places: [UInt64: Places] = [:]
        for (index, fact) in old.facts.enumerated()
        where facts.ofOld[index] < 0 && scopes.ofOld[fact.scope] >= 0 {
            places[identity(fact, in: scopes.ofOld[fact.scope]), default: Places()].addOld(index)
        }
        for (index, fact) in new.facts.enumerated() where facts.ofNew[index] < 0 {
            places[identity(fact, in: fact.scope)]?.addNew(index)
        }
        for place in places.values where place.isUnique { facts.pair(place.old, place.new) }
    }

    /// Of expressions that stand as often as before in their scope, the one that is left on each side.
    private mutating func matchRemainders() {
        var left: [UInt64: Places] = [:]
        for (index, fact) in old.facts.enumerated()
        where facts.ofOld[index] < 0 && scopes.ofOld[fact.scope] >= 0 {
            left[identity(fact, in: scopes.ofOld[fact.scope]), default: Places()].addOld(index)
        }
        for (index, fact) in new.facts.enumerated() where facts.ofNew[index] < 0 {
            left[identity(fact, in: fact.scope)]?.addNew(index)
        }
        left = left.filter { $0.value.isUnique }
        guard !left.isEmpty else { return }
        // How often each of them stands there, with those that have partners.
        var all = left.mapValues { _ in Places() }
        for (index, fact) in old.facts.enumerated() where scopes.ofOld[fact.scope] >= 0 {
            all[identity(fact, in: scopes.ofOld[fact.scope])]?.addOld(index)
        }
        for (index, fact) in new.facts.enumerated() { all[identity(fact, in: fact.scope)]?.addNew(index) }
        for (key, place) in left {
            if let whole = all[key], whole.oldCount == whole.newCount { facts.pair(place.old, place.new) }
        }
    }

    private func identity(_ fact: Fact, in scope: Int) -> UInt64 {
        StructureHash.of(UInt64(scope), UInt64(fact.kind.rawValue), fact.hash)
    }
}

/// Who belongs to whom, from both sides.
struct Partners {
    private(set) var ofOld: [Int]
    private(set) var ofNew: [Int]

    init(_ oldCount: Int, _ newCount: Int) {
        ofOld = Array(repeating: -1, count: oldCount)
        ofNew = Array(repeating: -1, count: newCount)
    }

    /// Pairs two that have no partners yet.
    mutating func pair(_ old: Int, _ new: Int) {
        guard ofOld[old] < 0, ofNew[new] < 0 else { return }
        ofOld[old] = new
        ofNew[new] = old
    }

    func areFree(_ old: Int, _ new: Int) -> Bool { ofOld[old] < 0 && ofNew[new] < 0 }

    /// Whether both sides have some without partners.
    var haveFree: Bool { ofOld.contains(-1) && ofNew.contains(-1) }
}

/// Where something stands in both programs, as far as it stands there once.
struct Places {
    private(set) var old = -1
    private(set) var new = -1
    private(set) var oldCount = 0
    private(set) var newCount = 0

    var isUnique: Bool { oldCount == 1 && newCount == 1 }

    mutating func addOld(_ index: Int) {
        old = index
        oldCount += 1
    }

    mutating func addNew(_ index: Int) {
        new = index
        newCount += 1
    }
}
