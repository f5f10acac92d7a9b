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
        for claim in claims { if let claim { used.insert(claim.factID) } }
        for entry in unmatched { used.insert(entry.factID) }
        for bound in entries { used.insert(bound.entry.factID) }
        return used
    }

    /// The state and the report.
    mutating func finish() -> MappingOutcome {
        var entries = unmatched
        entries.reserveCapacity(unmatched.count + claims.count)
        var places: [String: Int] = [:]
        places.reserveCapacity(claims.count)
        report.unmatched = unmatched.map { MappingReport.Item(key: $0.key, factID: $0.factID) }
        for (fact, claim) in claims.enumerated() {
            guard let claim else { continue }
            add(claim)
            let full = key(of: fact)
            places[full] = fact
            entries.append(
                MappingState.Entry(
                    key: claim.key,
                    factID: claim.factID,
                    origin: claim.origin,
                    fact: full,
                    since: claim.since,
                    formerKey: claim.formerKey
                )
            )
        }
        entries.sort { $0.key < $1.key }
        let factIDs = Set(entries.lazy.map(\.factID))
        let retired = retire(except: factIDs)
        if factIDs.count < entries.count { warnOfSharedIDs(entries) }
        sortReport()
        let state = MappingState(version: request.version, entries: entries, retired: retired)
        return MappingOutcome(
            state: state,
            report: report,
            places: places,
            programHash: request.program.hash,
            repeats: isRepetition(state) ? Question(request) : nil
        )
    }

    /// Whether a state is that of the version before, and its program a copy of that one's.
    private func isRepetition(_ state: MappingState) -> Bool {
        guard let previous, previous.program.isCopy(of: request.program) else { return false }
        return previous.state.entries == state.entries && previous.state.retired == state.retired
    }

    private mutating func add(_ claim: Claim) {
        let item = MappingReport.Item(key: claim.key, factID: claim.factID)
        switch claim.cause {
        case .given: report.given.append(item)
        case .derived: report.derived.append(item)
        case .restored: report.restored.append(item)
        case .carried(let oldKey) where oldKey == claim.key: report.carried.append(item)
        case .carried(let oldKey):
            report.moved.append(MappingReport.Move(oldKey: oldKey, key: claim.key, factID: claim.factID))
        }
    }

    /// IDs of the version before that are not in use any more, after those that were not in use before.
    private mutating func retire(except live: Set<String>) -> [MappingState.Retired] {
        var retired = (previous?.state.retired ?? []).filter { !live.contains($0.factID) }
        let gone = entries.filter { !live.contains($0.entry.factID) }
        report.retired = gone.map { MappingReport.Item(key: $0.entry.key, factID: $0.entry.factID) }
        for bound in gone.sorted(by: { $0.old < $1.old }) {
            guard bound.old >= 0, let suffix = previous?.program.numberSuffix(of: bound.old) else { continue }
            retired.append(
                MappingState.Retired(
                    factID: bound.entry.factID,
                    identity: MappingRun.identity(bound.entry.fact ?? "", without: suffix),
                    since: bound.entry.since,
                    retiredIn: request.version
                )
            )
        }
        return Array(retired.suffix(MappingLimits.retired))
    }

    /// A key in full without the number after `#`.
    static func identity(_ key: String, without suffix: String) -> String {
        key.hasSuffix(suffix) ? String(key.dropLast(suffix.count)) : key
    }

    private mutating func warnOfSharedIDs(_ entries: [MappingState.Entry]) {
        var keys: [String: [String]] = [:]
        for entry in entries { keys[entry.factID, default: []].append(entry.key) }
        for (factID, keys) in keys.filter({ $0.value.count > 1 }).sorted(by: { $0.key < $1.key }) {
            warn(.sharedFactID(factID: factID, keys: keys))
        }
    }

    private mutating func sortReport() {
        report.given.sort { $0.key < $1.key }
        report.derived.sort { $0.key < $1.key }
        report.carried.sort { $0.key < $1.key }
        report.moved.sort { $0.key < $1.key }
        report.restored.sort { $0.key < $1.key }
        report.retired.sort { $0.key < $1.key }
        report.unmatched.sort { $0.key < $1.key }
    }
}
