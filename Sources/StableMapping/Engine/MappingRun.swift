/// One run of the engine: who claims which fact, in the order of precedence.
struct MappingRun {
    let previous: MappedVersion?
    let request: MappingRequest
    let index: FactIndex
    /// For each fact of the program the entry that names it.
    var claims: [Claim?]
    /// Entries that fit no fact or several.
    var unmatched: [MappingState.Entry] = []
    /// Fact IDs that the client gave to facts: no other expression keeps them.
    var takenIDs: Set<String> = []
    /// Entries of the version before that go on, with the fact each has now; -1 where it is gone.
    var entries: [Bound] = []
    /// Indexes of the entries before, by their keys and by those they had formerly.
    var entryIndex: [String: Int] = [:]
    /// Indexes of the entries before that name facts, by fact ID.
    private var holders: [String: [Int]] = [:]
    var report = MappingReport()
    private let retiredIdentities: [String: String]
    /// Identities of the program's facts, as far as they were needed.
    private var identities: [String?]

    struct Claim {
        let key: String
        let factID: String
        let origin: MappingState.Origin
        let since: Int32
        let cause: Cause
        var formerKey: String?
    }

    /// Why a fact has its ID.
    enum Cause {
        case given, carried(oldKey: String), restored, derived
    }

    struct Bound {
        let entry: MappingState.Entry
        /// Fact of the program before; -1 where the entry fits none.
        let old: Int
        /// The same fact in the new program; -1 where there is none.
        let new: Int
        /// Whether it is part of the new mapping, unless something wins over it.
        var goesOn = true
    }

    init(_ previous: MappedVersion?, _ request: MappingRequest) {
        self.previous = previous
        self.request = request
        index = FactIndex(request.program)
        retiredIdentities = Dictionary(
            (previous?.state.retired ?? []).map { ($0.factID, $0.identity) }
        ) { $1 }
        claims = Array(repeating: nil, count: request.program.facts.count)
        identities = Array(repeating: nil, count: request.program.facts.count)
    }

    /// Entries that count against the limit whatever is derived.
    var givenCount: Int {
        unmatched.count + claims.reduce(0) { $0 + ($1?.origin == .given ? 1 : 0) }
    }

    /// The key in full of a fact of the new program.
    mutating func key(of fact: Int) -> String {
        identity(of: fact) + request.program.numberSuffix(of: fact)
    }

    /// Scope, kind and expression of a fact of the new program.
    mutating func identity(of fact: Int) -> String {
        if let known = identities[fact] { return known }
        let identity = request.program.identity(of: fact)
        identities[fact] = identity
        return identity
    }

    mutating func warn(_ warning: MappingWarning) {
        if report.warnings.count < MappingLimits.warnings { report.warnings.append(warning) }
    }

    /// Finds the facts of the entries before, in their program and in the new one.
    mutating func bindEntries() {
        guard let previous else { return }
        let partners = FactMatcher.partners(previous.program, request.program)
        var places: [String: Int] = [:]
        places.reserveCapacity(previous.state.entries.count)
        for fact in previous.program.facts.indices where previous.program.facts[fact].isDerived {
            places[previous.program.key(of: fact)] = fact
        }
        var oldIndex: FactIndex?
        for entry in previous.state.entries {
            var old = entry.fact.map { places[$0] ?? -1 } ?? -1
            if old < 0, let fact = entry.fact, let key = try? FactKey(fact) {
                let facts = oldIndex ?? FactIndex(previous.program)
                oldIndex = facts
                if case .one(let found) = facts.find(key) { old = found }
            }
            if entry.fact != nil { holders[entry.factID, default: []].append(entries.count) }
            entries.append(
                Bound(entry: entry, old: old, new: old < 0 ? -1 : partners[old], goesOn: goesOn(entry))
            )
        }
        for (position, bound) in entries.enumerated() {
            if let former = bound.entry.formerKey { entryIndex[former] = position }
        }
        for (position, bound) in entries.enumerated() { entryIndex[bound.entry.key] = position }
    }

    /// An update that replaces the mapping drops given entries that it does not repeat.
    private func goesOn(_ entry: MappingState.Entry) -> Bool {
        guard request.replacesMapping else { return true }
        if isGivenAgain(entry) { return true }
        return entry.origin == .derived && request.derives
    }

    /// Whether the client repeats an entry, under its key or the one it had formerly.
    func isGivenAgain(_ entry: MappingState.Entry) -> Bool {
        request.given[entry.key] == entry.factID
            || entry.formerKey.flatMap { request.given[$0] } == entry.factID
    }

    /// What the client gives in this request and the version before does not have already.
    mutating func claimGiven(_ given: [String: FactKey]) {
        var pending: [(key: String, factID: String, fact: Int)] = []
        for (text, key) in given.sorted(by: { $0.key < $1.key }) {
            let factID = request.given[text] ?? ""
            let result = meaning(of: key, given: text)
            if let known = entryIndex[text] {
                if entries[known].entry.factID == factID, !isOther(result, entries[known]) { continue }
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
        // Of two keys for one fact, the one in full counts.
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

    /// Whether a key that is given again means another fact than the one its entry followed.
    private func isOther(_ result: FactIndex.Result, _ bound: Bound) -> Bool {
        guard bound.entry.fact != nil, case .one(let fact) = result else { return false }
        return fact != bound.new
    }

    /// A key that fits several facts means the one among them that it meant before, or that has the ID given with it.
    private func meaning(of key: FactKey, given text: String) -> FactIndex.Result {
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
