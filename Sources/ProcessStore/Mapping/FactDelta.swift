internal import Postgres
internal import StableMapping

/// What a version changes in `process_facts`: which facts a process has, under which key, since when.
struct FactDelta: Sendable, Equatable {
    /// Facts that are new, back, or under another key.
    private(set) var live: [Fact] = []
    /// IDs that the version does not have any more.
    private(set) var gone: [String] = []

    /// A fact ID in use.
    struct Fact: Sendable, Equatable {
        let id: String
        /// Of several, the first.
        let key: String
        /// The version since which the ID is this expression's.
        let since: Int32
    }

    /// Nothing.
    init() {}

    /// From one version to the next, or to the first. Costs time in proportion to the entries.
    init(from old: MappingState?, to new: MappingState) {
        if let old, old.entries.elementsEqual(new.entries, by: FactDelta.isSameFact) { return }
        let before = FactDelta.facts(of: old)
        let after = FactDelta.facts(of: new)
        live = after.values.filter { before[$0.id] != $0 }.sorted { $0.id < $1.id }
        gone = before.keys.filter { after[$0] == nil }.sorted()
    }

    private static func isSameFact(_ old: MappingState.Entry, _ new: MappingState.Entry) -> Bool {
        old.factID == new.factID && old.key == new.key && old.since == new.since
    }

    private static func facts(of state: MappingState?) -> [String: Fact] {
        var facts: [String: Fact] = [:]
        for entry in state?.entries ?? [] where facts[entry.factID] == nil {
            facts[entry.factID] = Fact(id: entry.factID, key: entry.key, since: entry.since)
        }
        return facts
    }

    /// IDs, keys and versions of `live`.
    var parameters: [PostgresParameter] {
        [
            .textArray(live.map(\.id)), .textArray(live.map(\.key)), .int4Array(live.map(\.since)),
        ]
    }
}
