extension MappingRun {
    /// What the client gives in this request and the version before does not have already.
    mutating func claimGiven(_ given: [String: FactKey]) {
        var pending: [(key: String, factID: String, fact: Int)] = []
        for (text, key) in given.sorted(by: { $0.key < $1.key }) {
            let factID = request.given[text] ?? ""
            let result = meaning(of: key, given: text)
            if let known = entryIndex[text] {
                if entries[known].entry.factID == factID, isRepetition(result, entries[known]) { continue }
                if entries[known].entry.key == text { entries[known].goesOn = false }
            }
            switch result {
            case .one(let fact): pending.append((text, factID, fact))
            case .none: keepUnmatched(text, factID, .fitsNothing(key: text))
            case .several(let facts):
                let shown = facts.prefix(MappingLimits.shownKeys).map { self.key(of: $0) }
                keepUnmatched(text, factID, .fitsSeveral(key: text, candidates: shown, count: facts.count))
            }
        }
        claim(pending)
    }

    /// Of two keys for one fact, the one in full counts.
    private mutating func claim(_ pending: [(key: String, factID: String, fact: Int)]) {
        let isFull = pending.map { self.key(of: $0.fact) == $0.key }
        let order = pending.indices.filter { isFull[$0] } + pending.indices.filter { !isFull[$0] }
        for item in order.map({ pending[$0] }) {
            if let other = claims[item.fact] {
                keepUnmatched(item.key, item.factID, .sameFact(key: item.key, other: other.key))
                continue
            }
            claims[item.fact] = Claim(
                key: item.key,
                factID: item.factID,
                origin: .given,
                since: since(item.factID, item.fact),
                cause: .given
            )
            takenIDs.insert(item.factID)
            warnOfReuse(item.factID, item.key, item.fact)
        }
    }

    /// Whether an entry that is given again says nothing new: it fitted nothing before, or its fact is still there and the
    /// key fits no other.
    private func isRepetition(_ result: FactIndex.Result, _ bound: Bound) -> Bool {
        if bound.entry.fact == nil { return true }
        guard bound.new >= 0 else { return false }
        if case .one(let fact) = result { return fact == bound.new }
        return true
    }

    /// A key that fits several facts means the one among them that it meant before, or that has the ID given with it.
    private mutating func meaning(of key: FactKey, given text: String) -> FactIndex.Result {
        let result = index.find(key)
        guard case .several(let facts) = result else { return result }
        let known = [entryIndex[text]].compactMap(\.self) + (holders[request.given[text] ?? ""] ?? [])
        let meant = known.first { facts.contains(entries[$0].new) }
        return meant.map { .one(entries[$0].new) } ?? result
    }

    mutating func keepUnmatched(
        _ key: String,
        _ factID: String,
        _ warning: MappingWarning,
        since: Int32? = nil
    ) {
        unmatched.append(
            MappingState.Entry(
                key: key,
                factID: factID,
                origin: .given,
                fact: nil,
                since: since ?? request.version,
                formerKey: nil
            )
        )
        warn(warning)
    }

    /// An ID given to the fact that has it already is the fact's since then.
    private func since(_ factID: String, _ fact: Int) -> Int32 {
        let same = holders[factID]?.first { entries[$0].new == fact }
        return same.map { entries[$0].entry.since } ?? request.version
    }

    private mutating func warnOfReuse(_ factID: String, _ key: String, _ fact: Int) {
        if let other = holders[factID]?.first(where: { entries[$0].new != fact }) {
            warn(.reused(factID: factID, key: key, former: entries[other].entry.fact ?? ""))
        } else if let identity = retiredIdentities[factID], identity != self.identity(of: fact) {
            warn(.reused(factID: factID, key: key, former: identity))
        }
    }
}
