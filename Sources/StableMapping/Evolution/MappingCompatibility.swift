/// What a process demands of its next version.
public enum MappingCompatibility: String, Hashable, Sendable, Codable, CaseIterable {
    /// Nothing.
    case none = "NONE"
    /// Facts may be added, renamed and moved, but none removed and none retargeted.
    case backward = "BACKWARD"

    /// One fact that breaks the demand.
    public enum Violation: Hashable, Sendable, CustomStringConvertible {
        /// The fact is gone.
        case removed(key: String, factID: String)
        /// A fact ID went to another expression, or an expression got another fact ID.
        case retargeted(MappingEvolution.Retarget)

        /// A sentence that says what breaks the demand.
        public var description: String {
            switch self {
            case .removed(let key, let factID): "'\(key)' with the fact ID '\(factID)' is removed."
            case .retargeted(let change) where change.oldFactID == change.factID:
                "The fact ID '\(change.factID)' goes from '\(change.oldKey)' to '\(change.key)'."
            case .retargeted(let change):
                "'\(change.key)' gets the fact ID '\(change.factID)' in place of '\(change.oldFactID)'."
            }
        }
    }

    /// What breaks the demand between two versions, in the order of the keys; nothing where it is kept.
    public func violations(in evolution: MappingEvolution) -> [Violation] {
        switch self {
        case .none: []
        case .backward:
            evolution.removed.map { .removed(key: $0.key, factID: $0.factID) }
                + evolution.retargeted.map(Violation.retargeted)
        }
    }
}
