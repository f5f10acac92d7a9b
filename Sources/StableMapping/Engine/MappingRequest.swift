/// What a create or an update asks of the engine.
public struct MappingRequest: Sendable {
    /// The process, whose UUID is the namespace of derived fact IDs.
    public var process: ProcessID
    /// The version that is made.
    public var version: Int32
    /// The new version's program.
    public var program: ProgramFacts
    /// Entries that the client gives: key to fact ID. They win over everything else.
    public var given: [String: String]
    /// Whether ``given`` is the whole of the given entries, so that earlier ones that are not in it go.
    public var replacesMapping: Bool
    /// Whether facts without an entry get one.
    public var derives: Bool

    /// A request; without given entries, with derivation, unless said otherwise.
    public init(
        process: ProcessID,
        version: Int32,
        program: ProgramFacts,
        given: [String: String] = [:],
        replacesMapping: Bool = false,
        derives: Bool = true
    ) {
        self.process = process
        self.version = version
        self.program = program
        self.given = given
        self.replacesMapping = replacesMapping
        self.derives = derives
    }
}

/// The version before the one that is made.
public struct MappedVersion: Sendable {
    /// The state that the engine gave with it.
    public let state: MappingState
    /// Its program.
    public let program: ProgramFacts
    /// Where in the program the facts of the state's entries are; nil where it has to be found out.
    let places: [Int]?
    /// Whether no two entries are known to have one ID.
    let hasDistinctIDs: Bool
    /// The outcome that it is of, where that is known to repeat.
    private let repeating: MappingOutcome?

    /// A version by its state and its program, which belong together.
    public init(state: MappingState, program: ProgramFacts) {
        self.state = state
        self.program = program
        places = nil
        hasDistinctIDs = false
        repeating = nil
    }

    /// The version that an outcome was made for, by the program of its request. The next version's mapping costs less with it
    /// than with the state alone, and is the same. With another program, the state alone is what counts.
    public init(_ outcome: MappingOutcome, program: ProgramFacts) {
        state = outcome.state
        self.program = program
        let isItsProgram = program.hash == outcome.programHash
        places = isItsProgram ? outcome.places : nil
        hasDistinctIDs = outcome.hasDistinctIDs
        repeating = isItsProgram && outcome.repeats != nil ? outcome : nil
    }

    /// What the engine answers, where that is known without asking: the program is a copy of this version's, nothing else is
    /// asked than was for this version, and this version's state was the same as that of the one before. Versions count in
    /// nothing but new IDs and retired ones, of which there are none then.
    func repeated(by request: MappingRequest) -> MappingOutcome? {
        guard let repeating, let question = repeating.repeats, question == Question(request),
            program.isCopy(of: request.program)
        else { return nil }
        return MappingOutcome(
            state: MappingState(version: request.version, entries: state.entries, retired: state.retired),
            report: repeating.report,
            keepsMapping: true,
            places: repeating.places,
            hasDistinctIDs: repeating.hasDistinctIDs,
            programHash: repeating.programHash,
            repeats: question
        )
    }
}
