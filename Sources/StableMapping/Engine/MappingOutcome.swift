/// What the engine answers: the new version's state with its mapping, and what became of each entry.
///
/// It holds for the version before that it was made from, and for no other: where another update came between, the engine
/// is asked again. IDs of an outcome that was not stored were never given to anyone.
public struct MappingOutcome: Hashable, Sendable {
    /// The state to store with the version.
    public let state: MappingState
    /// What became of each entry.
    public let report: MappingReport
    /// Where in the program the facts of the entries are, by their keys in full.
    let places: [String: Int]
    /// What tells that program from others.
    let programHash: UInt64
    /// What was asked, where the answer is the state of the version before once more: asked so again for the same program,
    /// the engine answers so again.
    let repeats: Question?

    /// Whether the version before has the same mapping. Where it is not known without comparing, false.
    public var isKnownToRepeat: Bool { repeats != nil }

    /// The mapping of the version.
    public var mapping: [String: String] { state.mapping }
}

/// What a request asks beside the program and the version.
struct Question: Hashable, Sendable {
    let process: ProcessID
    let given: [String: String]
    let replacesMapping: Bool
    let derives: Bool

    init(_ request: MappingRequest) {
        process = request.process
        given = request.given
        replacesMapping = request.replacesMapping
        derives = request.derives
    }
}

/// What became of each entry; lists are in the order of their keys.
public struct MappingReport: Hashable, Sendable {
    /// Entries that the client gave and that fit a fact.
    public internal(set) var given: [Item] = []
    /// Facts that got a new ID.
    public internal(set) var derived: [Item] = []
    /// Entries whose key and ID are those of the version before.
    public internal(set) var carried: [Item] = []
    /// Entries whose ID is that of the version before, under another key.
    public internal(set) var moved: [Move] = []
    /// Facts that were gone and are back, with the ID they had.
    public internal(set) var restored: [Item] = []
    /// Entries of the version before whose ID is no longer in use.
    public internal(set) var retired: [Item] = []
    /// Entries that the client gave, now or earlier, and that fit no fact or several.
    public internal(set) var unmatched: [Item] = []
    /// What the client may want to know, at most ``MappingLimits/warnings`` of them.
    public internal(set) var warnings: [MappingWarning] = []

    /// A key and its fact ID.
    public struct Item: Hashable, Sendable {
        /// The key.
        public let key: String
        /// The fact ID.
        public let factID: String
    }

    /// A fact ID that stands under another key than before.
    public struct Move: Hashable, Sendable {
        /// The key in the version before.
        public let oldKey: String
        /// The key now.
        public let key: String
        /// The fact ID.
        public let factID: String
    }
}
