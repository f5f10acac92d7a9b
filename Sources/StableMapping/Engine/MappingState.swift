/// Everything that the engine has to know of a version to make the mapping of the next one: entries, and the fact IDs that
/// are no longer in use. Stored with each version; its `Codable` form is stable, for those who read what was stored with it.
public struct MappingState: Hashable, Sendable, Codable {
    /// The version whose state it is.
    public let version: Int32
    /// The entries of the version's mapping, in the order of their keys.
    public let entries: [Entry]
    /// Fact IDs that are no longer in use, the oldest first; at most ``MappingLimits/retired``.
    public let retired: [Retired]

    /// A state as it was stored; nothing is checked.
    public init(version: Int32, entries: [Entry], retired: [Retired]) {
        self.version = version
        self.entries = entries
        self.retired = retired
    }

    /// The mapping: key to fact ID.
    public var mapping: [String: String] {
        Dictionary(entries.map { ($0.key, $0.factID) }) { first, _ in first }
    }

    /// Where a fact ID comes from.
    public enum Origin: String, Hashable, Sendable, Codable {
        /// The client gave it.
        case given = "g"
        /// The engine derived it.
        case derived = "d"
    }

    /// An entry of a mapping.
    public struct Entry: Hashable, Sendable, Codable {
        /// The key as it stands in the mapping: given keys as given, others in full.
        public let key: String
        /// The fact ID.
        public let factID: String
        /// Where the ID comes from.
        public let origin: Origin
        /// The key in full of the fact that the entry names; nothing where it fits none.
        public let fact: String?
        /// The version since which the ID is this fact's, however often that was renamed or moved.
        public let since: Int32
        /// The key that the entry had before its fact was renamed or moved first: a client that still gives it means the
        /// fact.
        public let formerKey: String?

        /// An entry as it was stored.
        public init(
            key: String,
            factID: String,
            origin: Origin,
            fact: String?,
            since: Int32,
            formerKey: String?
        ) {
            self.key = key
            self.factID = factID
            self.origin = origin
            self.fact = fact
            self.since = since
            self.formerKey = formerKey
        }

        enum CodingKeys: String, CodingKey {
            case key = "k"
            case factID = "i"
            case origin = "o"
            case fact = "f"
            case since = "s"
            case formerKey = "p"
        }
    }

    /// A fact ID that is no longer in use.
    public struct Retired: Hashable, Sendable, Codable {
        /// The fact ID.
        public let factID: String
        /// Scope, kind and expression of the fact it had last: what it may come back to.
        public let identity: String
        /// The version since which the ID was that fact's.
        public let since: Int32
        /// The first version without it.
        public let retiredIn: Int32

        /// A retired ID as it was stored.
        public init(factID: String, identity: String, since: Int32, retiredIn: Int32) {
            self.factID = factID
            self.identity = identity
            self.since = since
            self.retiredIn = retiredIn
        }

        enum CodingKeys: String, CodingKey {
            case factID = "i"
            case identity = "f"
            case since = "s"
            case retiredIn = "r"
        }
    }

    enum CodingKeys: String, CodingKey {
        case version = "v"
        case entries = "e"
        case retired = "r"
    }
}
