extension MappingRun {
    /// Entries given earlier that fitted nothing: they may fit now. They take no fact from an entry that was given and goes on.
    mutating func claimUnmatched() {
        var followed: [Int: String] = [:]
        let open = entries.indices.filter { entries[$0].goesOn && entries[$0].entry.fact == nil }
        guard !open.isEmpty else { return }
        for bound in entries where bound.goesOn && bound.entry.origin == .given && bound.new >= 0 {
            if !takenIDs.contains(bound.entry.factID) { followed[bound.new] = bound.entry.key }
        }
        for place in open {
            let entry = entries[place].entry
            let result = (try? FactKey(entry.key)).map(index.find) ?? .none
            switch result {
            case .one(let fact):
                if let other = claims[fact]?.key ?? followed[fact] {
                    let warning = MappingWarning.sameFact(key: entry.key, other: other)
                    keepUnmatched(entry.key, entry.factID, warning, since: entry.since)
                    continue
                }
                claims[fact] = Claim(
                    key: entry.key,
                    factID: entry.factID,
                    origin: .given,
                    since: request.version,
                    cause: .given
                )
                takenIDs.insert(entry.factID)
            case .none:
                keepUnmatched(entry.key, entry.factID, .fitsNothing(key: entry.key), since: entry.since)
            case .several(let facts):
                let shown = facts.prefix(MappingLimits.shownKeys).map { key(of: $0) }
                let warning = MappingWarning.fitsSeveral(
                    key: entry.key,
                    candidates: shown,
                    count: facts.count
                )
                keepUnmatched(entry.key, entry.factID, warning, since: entry.since)
            }
        }
    }

    /// Entries of the version before follow their facts: the given ones first, then the derived ones while there is room.
    mutating func claimCarried() {
        let following = entries.indices.filter { entries[$0].goesOn && entries[$0].entry.fact != nil }
        for place in following where entries[place].entry.origin == .given { carry(place) }
        let derived = following.filter { entries[$0].entry.origin == .derived }
        let room = max(room, 0)
        for place in derived.prefix(room) { carry(place) }
        if derived.count > room { warn(.notDerived(count: derived.count - room)) }
    }

    private mutating func carry(_ place: Int) {
        let bound = entries[place]
        let entry = bound.entry
        var fact = bound.new
        if bound.old < 0, let full = entry.fact, let key = try? FactKey(full),
            case .one(let found) = index.find(key)
        {
            // The program before is not the one the state was made from; the key is what is left.
            fact = found
        }
        guard fact >= 0 else { return }
        let isRepeated = request.given[entry.key] == entry.factID
        if let other = claims[fact] {
            guard isRepeated else { return }
            let warning = MappingWarning.sameFact(key: entry.key, other: other.key)
            return keepUnmatched(entry.key, entry.factID, warning, since: entry.since)
        }
        guard isRepeated || !takenIDs.contains(entry.factID) else { return }
        let key = carriedKey(entry, fact)
        claims[fact] = Claim(
            key: key,
            factID: entry.factID,
            origin: entry.origin,
            since: entry.since,
            cause: .carried(place),
            formerKey: entry.formerKey ?? (key == entry.key ? nil : entry.key)
        )
        guard !request.given.isEmpty else { return }
        let stale = [entry.key, entry.formerKey ?? key].first {
            $0 != key && request.given[$0] == entry.factID
        }
        if let stale { warn(.followed(key: stale, newKey: key)) }
    }

    /// A given key stays as given while it means its fact.
    private mutating func carriedKey(_ entry: MappingState.Entry, _ fact: Int) -> String {
        let full = key(of: fact)
        guard entry.origin == .given, entry.key != entry.fact, entry.key != full,
            let key = try? FactKey(entry.key), case .one(let found) = index.find(key), found == fact
        else { return full }
        return entry.key
    }
}
