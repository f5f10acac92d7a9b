extension MappingState {
    /// The state of a version whose mapping the engine did not make: all entries are taken as given with it.
    ///
    /// Entries whose key is none, and those that the engine would refuse, fit no fact and stay as they are.
    ///
    /// - Parameters:
    ///   - version: The version.
    ///   - mapping: Its mapping.
    ///   - program: Its program.
    public init(version: Int32, given mapping: [String: String], program: ProgramFacts) {
        let keys = mapping.filter { (try? FactKey($0.key)) != nil }
        // No ID is derived, so whose process it is makes no difference.
        let process = ProcessID(bytes: [UInt8](repeating: 0, count: 16))
        let outcome = process.flatMap {
            try? MappingEngine.next(
                after: nil,
                MappingRequest(process: $0, version: version, program: program, given: keys, derives: false)
            )
        }
        let known = outcome?.state.entries ?? []
        let seen = Set(known.map(\.key))
        let others = mapping.filter { !seen.contains($0.key) }.map { key, factID in
            Entry(key: key, factID: factID, origin: .given, fact: nil, since: version, formerKey: nil)
        }
        self.init(
            version: version,
            entries: (known + others).sorted { $0.key < $1.key },
            retired: []
        )
    }
}
