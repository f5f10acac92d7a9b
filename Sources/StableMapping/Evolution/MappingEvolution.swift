/// What became of the facts between two versions.
public struct MappingEvolution: Hashable, Sendable {
    /// Entries that have key and fact ID in both versions.
    public private(set) var kept: [MappingReport.Item] = []
    /// Fact IDs that stand under another key: renamed, moved or changed in its place.
    public private(set) var moved: [MappingReport.Move] = []
    /// Entries whose fact ID the older version does not have.
    public private(set) var added: [MappingReport.Item] = []
    /// Facts whose ID the newer version does not have.
    public private(set) var removed: [MappingReport.Item] = []
    /// Entries that fitted no fact, and that the newer version does not have.
    public private(set) var dropped: [MappingReport.Item] = []
    /// Fact IDs that a client gave to another expression, and expressions to which it gave another fact ID.
    public private(set) var retargeted: [Retarget] = []

    /// A fact ID or an expression that belongs to another one than before.
    public struct Retarget: Hashable, Sendable {
        /// The key in the older version.
        public let oldKey: String
        /// The key in the newer version.
        public let key: String
        /// The fact ID in the older version.
        public let oldFactID: String
        /// The fact ID in the newer version.
        public let factID: String
    }

    /// What became of the facts from an older version to a newer one of the same process, however many lie between.
    ///
    /// Lists are in the order of the keys. Costs time in proportion to the entries, but for sorting.
    public init(from older: MappingState, to newer: MappingState) {
        var evolution = Comparison(older, newer)
        evolution.matchSame()
        evolution.matchIDs()
        evolution.matchFacts()
        self.init(evolution)
    }

    private init(_ comparison: Comparison) {
        kept = comparison.kept
        moved = comparison.moved.sorted { $0.key < $1.key }
        retargeted = comparison.retargeted.sorted { ($0.key, $0.oldKey) < ($1.key, $1.oldKey) }
        added = comparison.newer.filter { !$0.isDone }.map { Comparison.item($0.entry) }
        let gone = comparison.older.filter { !$0.isDone }.map(\.entry)
        removed = gone.filter { $0.fact != nil }.map(Comparison.item)
        dropped = gone.filter { $0.fact == nil }.map(Comparison.item)
    }

    /// The entries of two versions while they are compared.
    private struct Comparison {
        var older: [Side]
        var newer: [Side]
        let olderVersion: Int32
        var kept: [MappingReport.Item] = []
        var moved: [MappingReport.Move] = []
        var retargeted: [Retarget] = []

        struct Side {
            let entry: MappingState.Entry
            var isDone = false

            /// The fact that the entry names, or the key where it fits none.
            var fact: String { entry.fact ?? entry.key }
        }

        init(_ older: MappingState, _ newer: MappingState) {
            self.older = older.entries.map { Side(entry: $0) }
            self.newer = newer.entries.map { Side(entry: $0) }
            olderVersion = older.version
        }

        static func item(_ entry: MappingState.Entry) -> MappingReport.Item {
            MappingReport.Item(key: entry.key, factID: entry.factID)
        }

        /// The same ID on the same fact, or under the same key.
        mutating func matchSame() {
            let places = Dictionary(newer.indices.map { ([newer[$0].fact, newer[$0].entry.factID], $0) }) {
                one,
                _ in one
            }
            for index in older.indices {
                let entry = older[index].entry
                guard let partner = places[[older[index].fact, entry.factID]], !newer[partner].isDone else {
                    continue
                }
                let other = newer[partner].entry
                finish(index, partner)
                if entry.key == other.key {
                    kept.append(Comparison.item(other))
                } else {
                    moved.append(MappingReport.Move(oldKey: entry.key, key: other.key, factID: other.factID))
                }
            }
        }

        /// The same ID elsewhere: it followed its fact, unless it is the fact's only since later.
        mutating func matchIDs() {
            var places: [String: [Int]] = [:]
            for index in newer.indices where !newer[index].isDone {
                places[newer[index].entry.factID, default: []].append(index)
            }
            for index in older.indices where !older[index].isDone {
                let entry = older[index].entry
                guard let partner = places[entry.factID]?.first(where: { !newer[$0].isDone }) else {
                    continue
                }
                let other = newer[partner].entry
                finish(index, partner)
                if entry.fact == nil || other.fact == nil || other.since <= olderVersion {
                    moved.append(MappingReport.Move(oldKey: entry.key, key: other.key, factID: other.factID))
                } else {
                    retargeted.append(retarget(entry, other))
                }
            }
        }

        /// The same fact with another ID.
        mutating func matchFacts() {
            let places = Dictionary(newer.indices.map { (newer[$0].fact, $0) }) { one, _ in one }
            for index in older.indices where !older[index].isDone {
                let entry = older[index].entry
                guard let partner = places[older[index].fact], !newer[partner].isDone,
                    newer[partner].entry.origin == .given || entry.origin == .given
                else { continue }
                finish(index, partner)
                retargeted.append(retarget(entry, newer[partner].entry))
            }
        }

        private mutating func finish(_ old: Int, _ new: Int) {
            older[old].isDone = true
            newer[new].isDone = true
        }

        private func retarget(_ old: MappingState.Entry, _ new: MappingState.Entry) -> Retarget {
            Retarget(oldKey: old.key, key: new.key, oldFactID: old.factID, factID: new.factID)
        }
    }
}
