/// `collections`
enum CollectionsModule {
    static func members(_ machine: Machine) -> [String: Value] {
        machine.members(
            [
                "namedtuple": { machine, arguments throws(EngineError) in
                    try NamedTuples.create(machine, arguments)
                }
            ],
            [.ordered, .counter, .defaultDict, .deque]
        )
    }
}
