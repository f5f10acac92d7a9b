internal import FoundationEssentials
internal import SPySyntax
internal import ServiceKit
internal import StableMapping

/// What a create or an update says of the mapping. A pure value.
struct MappingChange: Sendable {
    /// The new version's program.
    let program: ProgramFacts
    /// Its code.
    let code: String
    /// Entries that the client gives: key to fact ID.
    var given: [String: String] = [:]
    /// Whether earlier given entries that are not among `given` go.
    var replaces = false
    /// What the process is to demand from now on; nil where that stays.
    var compatibility: MappingCompatibility?
    /// Whether facts get IDs from now on; nil where that stays.
    var derives: Bool?

    /// What making a mapping costs, as bytes of text.
    var size: Int {
        code.utf8.count + given.reduce(into: 0) { $0 += $1.key.utf8.count + $1.value.utf8.count + 16 }
    }

    /// The facts of an earlier version's code: those of the new one where the two differ in comments and white space alone.
    func program(of earlier: String) -> ProgramFacts {
        haveSameTokens(earlier, code) ? program : ProgramFacts(earlier)
    }

    /// What the process demands with this change, this one included.
    func policy(after current: MappingPolicy) -> MappingPolicy {
        MappingPolicy(
            compatibility: compatibility ?? current.compatibility,
            derives: derives ?? current.derives
        )
    }

    /// The mapping of version `version`. Takes milliseconds for a large program.
    ///
    /// - Throws: `ServiceError`: INVALID_ARGUMENT where keys are none or entries too many.
    func outcome(
        of process: UUID,
        version: Int32,
        after previous: MappedVersion?,
        deriving derives: Bool
    ) throws(ServiceError) -> MappingOutcome {
        let request = MappingRequest(
            process: process.processID,
            version: version,
            program: program,
            given: given,
            replacesMapping: replaces,
            derives: derives
        )
        do throws(MappingError) {
            return try MappingEngine.next(after: previous, request)
        } catch {
            throw ServiceError(error)
        }
    }
}

extension UUID {
    /// The same for the mapping engine.
    var processID: ProcessID {
        guard let process = withUnsafeBytes(of: uuid, { ProcessID(bytes: $0) }) else {
            preconditionFailure("a UUID has 16 bytes")
        }
        return process
    }
}
