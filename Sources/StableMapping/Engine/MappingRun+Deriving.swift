extension MappingRun {
    /// Facts that were gone and are back get the ID they had, where it is clear which.
    mutating func restore() {
        guard let previous, request.derives, !previous.state.retired.isEmpty else { return }
        let program = request.program
        var missing: [String: [Int]] = [:]
        for fact in program.facts.indices where claims[fact] == nil && program.facts[fact].isDerived {
            missing[identity(of: fact), default: []].append(fact)
        }
        guard !missing.isEmpty else { return }
        var known: [String: [MappingState.Retired]] = [:]
        let used = usedIDs()
        for retired in previous.state.retired
        where missing[retired.identity] != nil && !used.contains(retired.factID) {
            known[retired.identity, default: []].append(retired)
        }
        for (identity, all) in known {
            guard let facts = missing[identity], let last = all.map(\.retiredIn).max() else { continue }
            let candidates = all.filter { $0.retiredIn == last }
            // As many as were retired together, and no equal one that stayed: they come back in their order.
            guard candidates.count == facts.count, program.facts[facts[0]].equals == facts.count else {
                continue
            }
            for (retired, fact) in zip(candidates, facts) {
                claims[fact] = Claim(
                    key: key(of: fact),
                    factID: retired.factID,
                    origin: .derived,
                    since: retired.since,
                    cause: .restored
                )
            }
        }
    }

    /// Facts without an entry get an ID of their own, in the order of the text until a limit is reached.
    mutating func derive() {
        guard request.derives else { return }
        let program = request.program
        let missing = program.facts.indices.filter { claims[$0] == nil && program.facts[$0].isDerived }
        guard !missing.isEmpty else { return }
        // A client may have guessed an ID, given and removed it.
        var used = usedIDs().union(retiredIdentities.keys)
        var room = room
        var bytes = MappingLimits.derivedKeyBytes
        var skipped = 0
        for fact in missing {
            guard room > 0, bytes > 0 else {
                skipped += 1
                continue
            }
            let key = key(of: fact)
            bytes -= key.utf8.count
            guard key.utf8.count <= MappingLimits.keyBytes else {
                skipped += 1
                continue
            }
            room -= 1
            let factID = newID(of: fact, except: used)
            used.insert(factID)
            claims[fact] = Claim(
                key: key,
                factID: factID,
                origin: .derived,
                since: request.version,
                cause: .derived
            )
        }
        if skipped > 0 { warn(.notDerived(count: skipped)) }
    }

    /// Process, expression, its number among equal ones and the version make an ID that no other expression has, in this
    /// version or another.
    private mutating func newID(of fact: Int, except used: Set<String>) -> String {
        let base = "\(identity(of: fact))#\(request.program.facts[fact].ordinal + 1)@\(request.version)"
        var name = base
        var attempt = 1
        while true {
            let factID = NameBasedUUID.text(namespace: request.process, name: name)
            // A client may have guessed an ID; the next attempt makes another one.
            if !used.contains(factID) { return factID }
            attempt += 1
            name = "\(base)/\(attempt)"
        }
    }

    /// All fact IDs that are in use, or were in the version before.
    private func usedIDs() -> Set<String> {
        var used = Set<String>(minimumCapacity: request.given.count + claims.count + entries.count)
        used.formUnion(request.given.values)
        // What was carried is among the entries.
        for claim in claims {
            if let claim, claim.isNew { used.insert(claim.factID) }
        }
        for entry in unmatched { used.insert(entry.factID) }
        for bound in entries { used.insert(bound.entry.factID) }
        return used
    }
}
