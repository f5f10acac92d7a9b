internal import GrimoireAPI
internal import StableMapping

/// What a process demands of its mappings, whichever version.
struct MappingPolicy: Sendable, Equatable {
    /// What the next version's mapping must keep.
    var compatibility: MappingCompatibility = .none
    /// Whether facts without an entry get an ID.
    var derives = true
}

extension MappingCompatibility {
    /// From the API's word; nil where it is none.
    init?(_ level: Grimoire_V1_MappingCompatibility.Level) {
        switch level {
        case .none: self = .none
        case .backward: self = .backward
        case .UNRECOGNIZED: return nil
        }
    }

    /// What breaks the demand from one version to the next. Costs nothing where nothing is demanded.
    func violations(from old: MappingState, to new: MappingState) -> [Violation] {
        self == .none ? [] : violations(in: MappingEvolution(from: old, to: new))
    }

    /// The API's word.
    var level: Grimoire_V1_MappingCompatibility.Level {
        switch self {
        case .none: .none
        case .backward: .backward
        }
    }
}

extension RequestValidator {
    mutating func compatibility(_ level: Grimoire_V1_MappingCompatibility.Level) -> MappingCompatibility {
        if let compatibility = MappingCompatibility(level) { return compatibility }
        reject("compatibility", "must be NONE or BACKWARD, or absent.", "NOT_ALLOWED")
        return .none
    }
}
