extension FactMatcher {
    /// Lines that belong together hold facts that belong together.
    mutating func matchFactsOfLines() {
        for (left, right) in lines.ofOld.enumerated() where right >= 0 && !isSettled[old.lines[left].scope] {
            matchFacts(left, right)
        }
    }

    mutating func matchFacts(_ left: Int, _ right: Int) {
        let one = old.facts(of: left).filter { old.facts[$0].kind != .name }
        let other = new.facts(of: right).filter { new.facts[$0].kind != .name }
        let isSame =
            old.lines[left].tokens.count == new.lines[right].tokens.count && one.count == other.count
            && zip(one, other).allSatisfy { old.facts[$0].kind == new.facts[$1].kind }
        if isSame, old.lines[left].head == new.lines[right].head {
            for (fact, partner) in zip(one, other) { facts.pair(fact, partner) }
            return
        }
        pairUnique(one, other) { $0.facts[$1].hash }
        guard isSupported(left, right) else { return }
        pairUnique(one.filter { old.facts[$0].isPrincipal }, other.filter { new.facts[$0].isPrincipal }) {
            UInt64($0.facts[$1].kind.rawValue)
        }
        pairUnique(one.filter { old.facts[$0].kind == .call }, other.filter { new.facts[$0].kind == .call }) {
            $0.callee(of: $1)
        }
        pairUnique(
            one.filter { old.facts[$0].kind == .condition && !old.facts[$0].isPrincipal },
            other.filter { new.facts[$0].kind == .condition && !new.facts[$0].isPrincipal }
        ) { _, _ in 0 }
    }

    /// Whether two lines that differ have something in common: a name or a literal that is the same, an operator, or a name
    /// that was renamed. `return a` and `return b` have nothing.
    private func isSupported(_ left: Int, _ right: Int) -> Bool {
        let one = old.tokens[old.lines[left].tokens].dropFirst()
        let other = new.tokens[new.lines[right].tokens].dropFirst()
        if one.isEmpty || other.isEmpty || !Set(one).isDisjoint(with: other) { return true }
        return one.contains { token in
            guard token.isName, let fact = name(old, token.hash, from: old.lines[left].scope),
                facts.ofOld[fact] >= 0
            else { return false }
            let renamed = Token(hash: new.facts[facts.ofOld[fact]].hash, isName: true)
            return other.contains(renamed)
        }
    }

    /// Pairs facts without partners that are alone on their side with what a function says of them.
    private mutating func pairUnique(_ left: [Int], _ right: [Int], by key: (ProgramFacts, Int) -> UInt64) {
        var places: [UInt64: Places] = [:]
        for fact in left where facts.ofOld[fact] < 0 {
            places[StructureHash.of(UInt64(old.facts[fact].kind.rawValue), key(old, fact)), default: Places()]
                .addOld(fact)
        }
        for fact in right where facts.ofNew[fact] < 0 {
            places[StructureHash.of(UInt64(new.facts[fact].kind.rawValue), key(new, fact))]?.addNew(fact)
        }
        for place in places.values where place.isUnique { facts.pair(place.old, place.new) }
    }

    /// Names that vanished, and those that most lines have in their place.
    mutating func matchRenamedNames() {
        for (left, right) in votes.clear() { facts.pair(left, right) }
    }
}
