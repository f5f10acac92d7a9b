/// What the engine answers: the new version's state with its mapping, and what became of each entry.
///
/// It holds for the version before that it was made from, and for no other: where another update came between, the engine
/// is asked again. IDs of an outcome that was not stored were never given to anyone.
public struct MappingOutcome: Hashable, Sendable {
    /// The state to store with the version.
    public let state: MappingState
    /// What became of each entry.
    public let report: MappingReport
    /// Whether the version before is known to have the same mapping, letter for letter, with facts that have their IDs since the
    /// same versions.
    public let keepsMapping: Bool
    /// Where in the program the facts of the state's entries are, -1 for those that fit none; nil where their keys do not tell them
    /// apart.
    let places: [Int]?
    /// Whether no two entries are known to have one ID.
    let hasDistinctIDs: Bool
    /// What tells that program from others.
    let programHash: UInt64
    /// What was asked, where the answer is the state of the version before once more: asked so again for the same program,
    /// the engine answers so again.
    let repeats: Question?

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
