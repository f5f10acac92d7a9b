internal import FoundationEssentials
internal import Postgres
internal import StableMapping

/// Between the engine's state and its column.
enum MappingStateCoding {
    static func bytes(_ state: MappingState) -> [UInt8] { MappingStateForm.encode(state) }

    /// A version's state and program as they are stored. Reading them takes long.
    struct RawVersion: Sendable {
        let number: Int32
        let spyCode: String
        /// The mapping's JSON.
        let mapping: String
        /// Nil for versions from before there were states.
        let state: [UInt8]?

        /// What reading costs.
        var bytes: Int { spyCode.utf8.count + mapping.utf8.count + (state?.count ?? 0) }

        /// The version's program and state.
        ///
        /// - Parameter facts: The facts of the version's code.
        func version(_ facts: (String) -> ProgramFacts = { ProgramFacts($0) }) throws -> MappedVersion {
            let program = facts(spyCode)
            return MappedVersion(state: try readState(program), program: program)
        }

        /// The state alone; the code is looked at only where there is none.
        func readState() throws -> MappingState { try readState(nil) }

        private func readState(_ program: ProgramFacts?) throws -> MappingState {
            if let state {
                // The first form was JSON.
                if state.first == MappingStateForm.number { return try MappingStateForm.decode(state) }
                return try JSONDecoder().decode(MappingState.self, from: Data(state))
            }
            return MappingState(
                version: number,
                given: try ContentCoding.mapping(mapping),
                program: program ?? ProgramFacts(spyCode)
            )
        }
    }

    /// From a row of `Queries.version(withState:)` or `Queries.mappingState`; nil where there is no such version.
    static func version(_ row: PostgresRow) throws -> RawVersion? {
        guard let number = try row.decodeOptional("version_number", as: Int32.self) else { return nil }
        return RawVersion(
            number: number,
            spyCode: try row.decodeOptional("spy_code") ?? "",
            mapping: try row.decodeOptional("stable_mapping") ?? "",
            state: try row.decodeOptional("mapping_state")
        )
    }
}
