extension MappingRun {
    /// The state and the report.
    mutating func finish() -> MappingOutcome {
        let sorted = sortedEntries()
        let entries = sorted.map(\.entry)
        report.unmatched = unmatched.map { MappingReport.Item(key: $0.key, factID: $0.factID) }
        let sources = reportClaims()
        // Those before had IDs of their own, and no others came but new ones.
        var areDistinct = unmatched.isEmpty && sources.others == 0 && previous?.hasDistinctIDs ?? true
        var retired: [MappingState.Retired] = []
        if !areDistinct || sources.carried < self.entries.count || !retiredIdentities.isEmpty {
            let factIDs = Set(entries.lazy.map(\.factID))
            retired = retire(except: factIDs)
            areDistinct = factIDs.count == entries.count
            if !areDistinct { warnOfSharedIDs(entries) }
        }
        sortReport()
        let state = MappingState(version: request.version, entries: entries, retired: retired)
        let isRepetition = isRepetition(state)
        return MappingOutcome(
            state: state,
            report: report,
            keepsMapping: isRepetition || keepsEntries(sorted),
            places: Self.places(sorted),
            hasDistinctIDs: areDistinct,
            programHash: request.program.hash,
            repeats: isRepetition ? Question(request) : nil
        )
    }

    /// An entry of the new mapping, the fact that it names, and the entry before with the same key; -1 for none.
    private struct Placed {
        let entry: MappingState.Entry
        let fact: Int
        let former: Int

        init(_ entry: MappingState.Entry, fact: Int, former: Int = -1) {
            self.entry = entry
            self.fact = fact
            self.former = former
        }
    }

    /// The new entries in the order of their keys. Those that keep their keys are in order already, and most do.
    private mutating func sortedEntries() -> [Placed] {
        var kept = Array(repeating: -1, count: entries.count)
        var others = unmatched.map { Placed($0, fact: -1) }
        for fact in claims.indices {
            guard let claim = claims[fact] else { continue }
            if case .carried(let former) = claim.cause,
                claim.key.hasSameBytes(as: entries[former].entry.key)
            {
                kept[former] = fact
            } else {
                others.append(Placed(entry(of: claim, fact), fact: fact))
            }
        }
        var sorted: [Placed] = []
        sorted.reserveCapacity(kept.count + others.count)
        for (former, fact) in kept.enumerated() where fact >= 0 {
            guard let claim = claims[fact] else { continue }
            sorted.append(Placed(entry(of: claim, fact), fact: fact, former: former))
        }
        if !others.isEmpty { sorted = merged(sorted, others) }
        if sorted.indices.dropFirst().allSatisfy({ sorted[$0 - 1].entry.key < sorted[$0].entry.key }) {
            return sorted
        }
        // Keys that Unicode calls equal: those that fit nothing come first, the others in the order of the text.
        let fitting = sorted.filter { $0.fact >= 0 }.sorted { $0.fact < $1.fact }
        return (sorted.filter { $0.fact < 0 } + fitting).sorted { $0.entry.key < $1.entry.key }
            .map { Placed($0.entry, fact: $0.fact) }
    }

    private func merged(_ left: [Placed], _ right: [Placed]) -> [Placed] {
        let right = right.sorted { $0.entry.key < $1.entry.key }
        var all: [Placed] = []
        all.reserveCapacity(left.count + right.count)
        var next = 0
        for item in left {
            while next < right.count, right[next].entry.key < item.entry.key {
                all.append(right[next])
                next += 1
            }
            all.append(item)
        }
        return all + right[next...]
    }

    private mutating func entry(of claim: Claim, _ fact: Int) -> MappingState.Entry {
        MappingState.Entry(
            key: claim.key,
            factID: claim.factID,
            origin: claim.origin,
            fact: key(of: fact),
            since: claim.since,
            formerKey: claim.formerKey
        )
    }

    /// Whether the entries are those of the version before, which may name their facts by other numbers now.
    private func keepsEntries(_ sorted: [Placed]) -> Bool {
        guard let previous, sorted.count == previous.state.entries.count else { return false }
        return sorted.allSatisfy { $0.former >= 0 }
    }

    /// Where the facts of the entries are; nil where Unicode may call the names of different facts equal.
    private static func places(_ sorted: [Placed]) -> [Int]? {
        for index in sorted.indices {
            guard sorted[index].entry.fact?.isASCII ?? true else { return nil }
        }
        return sorted.map(\.fact)
    }

    /// Whether a state is that of the version before, and its program a copy of that one's.
    private func isRepetition(_ state: MappingState) -> Bool {
        guard let previous, previous.program.isCopy(of: request.program) else { return false }
        return previous.state.entries == state.entries && previous.state.retired == state.retired
    }

    /// Reports what became of each fact with an ID; how many IDs were carried, and how many are neither carried nor new.
    private mutating func reportClaims() -> (carried: Int, others: Int) {
        var (carried, others) = (0, 0)
        report.carried.reserveCapacity(entries.count)
        for fact in claims.indices {
            guard let claim = claims[fact] else { continue }
            let item = MappingReport.Item(key: claim.key, factID: claim.factID)
            switch claim.cause {
            case .given:
                others += 1
                report.given.append(item)
            case .derived: report.derived.append(item)
            case .restored:
                others += 1
                report.restored.append(item)
            case .carried(let former):
                carried += 1
                let oldKey = entries[former].entry.key
                if oldKey == claim.key {
                    report.carried.append(item)
                } else {
                    report.moved.append(
                        MappingReport.Move(oldKey: oldKey, key: claim.key, factID: claim.factID)
                    )
                }
            }
        }
        return (carried, others)
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
        guard !suffix.isEmpty else { return key }
        return key.hasSuffix(suffix) ? String(key.dropLast(suffix.count)) : key
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
