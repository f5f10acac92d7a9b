/// Functions that are as they were: most of a program, from one version to the next. Each step takes their lines and facts by
/// their places, and finds what it would find by looking.
extension FactMatcher {
    /// Whether all that two scopes say themselves is the same, with the same facts in the same lines. False where there are functions
    /// inside, whose lines may belong to others.
    func isUnchanged(_ oldScope: Int, _ newScope: Int) -> Bool {
        let (left, right) = (old.scopeLines[oldScope], new.scopeLines[newScope])
        guard left.count == right.count else { return false }
        let headers = (old.scopes[oldScope].line, new.scopes[newScope].line)
        guard headers.0 >= 0, headers.1 >= 0, old.lines[headers.0].head == new.lines[headers.1].head,
            old.lines[headers.0].inside == new.lines[headers.1].inside
        else { return false }
        for (line, other) in zip(left, right) {
            let kind = old.lines[line].kind
            guard kind == new.lines[other].kind, kind != .function, kind != .classDefinition,
                old.lines[line].deep == new.lines[other].deep,
                old.lines[line].tokens.count == new.lines[other].tokens.count,
                haveSameFacts(old.facts(of: line), new.facts(of: other))
            else { return false }
        }
        return haveSameFacts(parameters(old, oldScope), parameters(new, newScope))
    }

    private func haveSameFacts(_ left: some Collection<Int>, _ right: some Collection<Int>) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy { fact, other in
                old.facts[fact].hash == new.facts[other].hash && old.facts[fact].kind == new.facts[other].kind
            }
    }

    /// Names of a function that stand in its head.
    private func parameters(_ program: ProgramFacts, _ scope: Int) -> [Int] {
        program.facts(of: program.scopes[scope].line).filter { program.facts[$0].scope == scope }
    }

    /// Of an unchanged scope, the facts that are alone in it, before and after.
    mutating func matchAlone(_ pair: ScopePair) {
        let (left, right) = (old.scopeLines[pair.oldScope], new.scopeLines[pair.newScope])
        for (line, other) in zip(left, right) { pairAlone(old.facts(of: line), new.facts(of: other)) }
        pairAlone(parameters(old, pair.oldScope), parameters(new, pair.newScope))
    }

    private mutating func pairAlone(_ left: some Sequence<Int>, _ right: some Sequence<Int>) {
        for (fact, other) in zip(left, right) {
            // A scope has each name once; of others, functions of one name have the numbers together.
            let isAlone = old.facts[fact].equals == 1 && new.facts[other].equals == 1
            if isAlone || old.facts[fact].kind == .name { facts.pair(fact, other) }
        }
    }

    /// Pairs the lines and facts of an unchanged scope, unless a line has another partner already.
    mutating func settle(_ pair: ScopePair) -> Bool {
        let (left, right) = (old.scopeLines[pair.oldScope], new.scopeLines[pair.newScope])
        for (line, other) in zip(left, right) where lines.ofOld[line] != other && !lines.areFree(line, other)
        {
            return false
        }
        for (line, other) in zip(left, right) {
            lines.pair(line, other)
            for (fact, partner) in zip(old.facts(of: line), new.facts(of: other)) {
                facts.pair(fact, partner)
            }
        }
        isSettled[pair.oldScope] = true
        return true
    }
}
