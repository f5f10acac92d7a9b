/// One run of the engine: who claims which fact, in the order of precedence.
struct MappingRun {
    let previous: MappedVersion?
    let request: MappingRequest
    /// Facts of the new program by key: for keys that nobody has followed to their facts.
    lazy var index = FactIndex(request.program)
    /// For each fact of the program the entry that names it.
    var claims: [Claim?]
    /// Entries that fit no fact or several.
    var unmatched: [MappingState.Entry] = []
    /// Fact IDs that the client gave to facts: no other expression keeps them.
    var takenIDs: Set<String> = []
    /// Entries of the version before that go on, with the fact each has now; -1 where it is gone.
    var entries: [Bound] = []
    /// Indexes of the entries before, by their keys and by those they had formerly; where the client gives some.
    var entryIndex: [String: Int] = [:]
    /// Indexes of the entries before that name facts, by fact ID; where the client gives some.
    var holders: [String: [Int]] = [:]
    var report = MappingReport()
    let retiredIdentities: [String: String]
    /// Identities of the program's facts, as far as they were needed.
    private var identities: [String?]

    struct Claim {
        let key: String
        let factID: String
        let origin: MappingState.Origin
        let since: Int32
        let cause: Cause
        var formerKey: String?

        /// Whether none of the entries before has it.
        var isNew: Bool { if case .carried = cause { false } else { true } }
    }

    /// Why a fact has its ID.
    enum Cause {
        case given, restored, derived
        /// From one of the entries before.
        case carried(Int)
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
        retiredIdentities = Dictionary(
            (previous?.state.retired ?? []).map { ($0.factID, $0.identity) }
        ) { $1 }
        claims = Array(repeating: nil, count: request.program.facts.count)
        identities = Array(repeating: nil, count: request.program.facts.count)
    }

    /// Entries that count against the limit whatever is derived.
    var givenCount: Int {
        var count = unmatched.count
        for fact in claims.indices where claims[fact]?.origin == .given { count += 1 }
        return count
    }

    /// The key in full of a fact of the new program.
    mutating func key(of fact: Int) -> String {
        let identity = identity(of: fact)
        return request.program.facts[fact].equals > 1
            ? identity + request.program.numberSuffix(of: fact) : identity
    }

    /// Scope, kind and expression of a fact of the new program.
    mutating func identity(of fact: Int) -> String {
        if let known = identities[fact] { return known }
        let identity = request.program.identity(of: fact)
        identities[fact] = identity
        return identity
    }

    /// How many more entries the mapping can have.
    var room: Int {
        var claimed = 0
        for fact in claims.indices where claims[fact] != nil { claimed += 1 }
        return MappingLimits.entries - unmatched.count - claimed
    }

    mutating func warn(_ warning: MappingWarning) {
        if report.warnings.count < MappingLimits.warnings { report.warnings.append(warning) }
    }

    /// Finds the facts of the entries before, in their program and in the new one.
    mutating func bindEntries() {
        guard let previous else { return }
        let partners = FactMatcher.partners(previous.program, request.program)
        let places = previous.places ?? derivedPlaces(previous)
        var oldIndex: FactIndex?
        entries.reserveCapacity(previous.state.entries.count)
        for (position, entry) in previous.state.entries.enumerated() {
            var old = places[position]
            if old >= 0, let key = entry.fact {
                keepIdentity(of: partners[old], from: old, key, previous.program)
            }
            if old < 0, let fact = entry.fact, let key = try? FactKey(fact) {
                let facts = oldIndex ?? FactIndex(previous.program)
                oldIndex = facts
                if case .one(let found) = facts.find(key) { old = found }
            }
            entries.append(
                Bound(entry: entry, old: old, new: old < 0 ? -1 : partners[old], goesOn: goesOn(entry))
            )
        }
        if !request.given.isEmpty { indexEntries() }
    }

    /// For what the client gives alone.
    private mutating func indexEntries() {
        for (position, bound) in entries.enumerated() {
            if bound.entry.fact != nil { holders[bound.entry.factID, default: []].append(position) }
            if let former = bound.entry.formerKey { entryIndex[former] = position }
        }
        for (position, bound) in entries.enumerated() { entryIndex[bound.entry.key] = position }
    }

    /// What a fact of the program before is called, for the same one of the new program where it is written as it was: to print it
    /// anew takes much longer.
    ///
    /// - Parameter key: The former fact's, in full.
    private mutating func keepIdentity(of fact: Int, from old: Int, _ key: String, _ program: ProgramFacts) {
        guard fact >= 0, identities[fact] == nil, request.program.isWritten(fact, as: old, in: program) else {
            return
        }
        identities[fact] = Self.identity(key, without: program.numberSuffix(of: old))
    }

    /// Where facts that are derived stand in the program before, by their keys in full, for each of its entries. Where the program
    /// is the new one, what is printed for them is what the new mapping has.
    private mutating func derivedPlaces(_ previous: MappedVersion) -> [Int] {
        let program = previous.program
        let isCopy = program.isCopy(of: request.program)
        var places: [String: Int] = [:]
        places.reserveCapacity(program.facts.count)
        for fact in program.facts.indices where program.facts[fact].isDerived {
            places[isCopy ? key(of: fact) : program.key(of: fact)] = fact
        }
        return previous.state.entries.map { entry in entry.fact.flatMap { places[$0] } ?? -1 }
    }

    /// An update that replaces the mapping drops given entries that it does not repeat.
    private func goesOn(_ entry: MappingState.Entry) -> Bool {
        guard request.replacesMapping else { return true }
        if isGivenAgain(entry) { return true }
        return entry.origin == .derived && request.derives
    }

    /// Whether the client repeats an entry, under its key or the one it had formerly.
    private func isGivenAgain(_ entry: MappingState.Entry) -> Bool {
        request.given[entry.key] == entry.factID
            || entry.formerKey.flatMap { request.given[$0] } == entry.factID
    }
}
