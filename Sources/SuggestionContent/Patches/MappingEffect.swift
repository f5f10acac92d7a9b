internal import StableMapping

/// What a proposed program would do to the stable mapping of its process.
public struct MappingEffect: Sendable, Hashable {
    /// How many facts keep key and ID.
    public let keptCount: Int
    /// How many keep their ID under another key.
    public let movedCount: Int
    /// How many are new.
    public let addedCount: Int
    /// How many are gone.
    public let retiredCount: Int
    /// The first of those that move.
    public let moved: [Move]
    /// Keys of the first new ones.
    public let added: [String]
    /// The first of those that are gone.
    public let retired: [Fact]

    /// A fact whose key changes.
    public struct Move: Sendable, Hashable {
        /// Its key now.
        public let oldKey: String
        /// Its key then.
        public let key: String
        /// Its ID.
        public let factID: String
    }

    /// A fact.
    public struct Fact: Sendable, Hashable {
        /// Its key.
        public let key: String
        /// Its ID.
        public let factID: String
    }

    /// The most entries of each list.
    public static let maximumListed = 50

    /// The effect; nothing where the engine refuses, as where there are too many facts.
    ///
    /// - Parameters:
    ///   - code: The proposed program.
    ///   - base: The version that it stands for.
    init?(of code: String, on base: PatchBase) {
        guard let process = base.process else { return nil }
        let present = ProgramFacts(base.code)
        let version = max(1, base.version)
        let state = MappingState(version: version, given: base.mapping, program: present)
        let request = MappingRequest(process: process, version: version + 1, program: ProgramFacts(code))
        guard
            let outcome = try? MappingEngine.next(
                after: MappedVersion(state: state, program: present),
                request
            )
        else { return nil }
        let evolution = MappingEvolution(from: state, to: outcome.state)
        keptCount = evolution.kept.count
        movedCount = evolution.moved.count
        addedCount = evolution.added.count
        retiredCount = evolution.removed.count
        let limit = MappingEffect.maximumListed
        moved = evolution.moved.prefix(limit).map { Move(oldKey: $0.oldKey, key: $0.key, factID: $0.factID) }
        added = evolution.added.prefix(limit).map(\.key)
        retired = evolution.removed.prefix(limit).map { Fact(key: $0.key, factID: $0.factID) }
    }

    /// As JSON, for the metadata.
    public var json: String {
        JSONText.object([
            ("kept", String(keptCount)), ("moved", String(movedCount)), ("added", String(addedCount)),
            ("retired", String(retiredCount)),
            (
                "moved_facts",
                JSONText.array(
                    moved.map { move in
                        JSONText.object([
                            ("old_key", JSONText.string(move.oldKey)), ("key", JSONText.string(move.key)),
                            ("fact_id", JSONText.string(move.factID)),
                        ])
                    }
                )
            ),
            ("added_keys", JSONText.strings(added)),
            (
                "retired_facts",
                JSONText.array(
                    retired.map { fact in
                        JSONText.object([
                            ("key", JSONText.string(fact.key)), ("fact_id", JSONText.string(fact.factID)),
                        ])
                    }
                )
            ),
        ])
    }
}
