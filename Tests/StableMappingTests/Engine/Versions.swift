import StableMapping
import Testing

/// Short forms for tests.
enum Versions {
    static let process = ProcessID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")!

    static func first(
        _ code: String,
        given: [String: String] = [:],
        derives: Bool = true
    ) throws -> MappingOutcome {
        try MappingEngine.next(
            after: nil,
            MappingRequest(
                process: process,
                version: 1,
                program: ProgramFacts(code),
                given: given,
                derives: derives
            )
        )
    }

    static func next(
        _ outcome: MappingOutcome,
        _ before: String,
        _ after: String,
        given: [String: String] = [:],
        replaces: Bool = false,
        derives: Bool = true
    ) throws -> MappingOutcome {
        let program = ProgramFacts(before)
        let request = MappingRequest(
            process: process,
            version: outcome.state.version + 1,
            program: ProgramFacts(after),
            given: given,
            replacesMapping: replaces,
            derives: derives
        )
        let next = try MappingEngine.next(
            after: MappedVersion(state: outcome.state, program: program),
            request
        )
        // What the engine still knows of the version before makes no difference.
        let same = try MappingEngine.next(after: MappedVersion(outcome, program: program), request)
        #expect(same == next)
        return next
    }

    static func pair(_ before: String, _ after: String) throws -> (MappingOutcome, MappingOutcome) {
        let first = try first(before)
        return (first, try next(first, before, after))
    }
}
