/// Finds the facts of a program by key.
struct FactIndex {
    private let program: ProgramFacts
    private var places: [Entry: [Int]] = [:]

    private struct Entry: Hashable {
        let kind: FactKind
        let hash: UInt64
    }

    enum Result {
        case none
        case one(Int)
        case several([Int])
    }

    init(_ program: ProgramFacts) {
        self.program = program
        places.reserveCapacity(program.facts.count)
        for (index, fact) in program.facts.enumerated() {
            places[Entry(kind: fact.kind, hash: fact.hash), default: []].append(index)
        }
    }

    /// The facts that a key means: those it names in full; where there are none, those of any scope; where there are none
    /// again, those of any kind. What is derived comes before what is not.
    func find(_ key: FactKey) -> Result {
        let kinds = key.kind.map { [$0] } ?? [.condition, .loopCondition, .returned]
        let full = candidates(key, kinds).filter {
            program.scopes[program.facts[$0].scope].path == key.scope ?? ""
        }
        if let found = choose(full) { return found }
        if key.scope == nil, let found = choose(candidates(key, kinds)) { return found }
        guard key.kind == .name || key.kind == .call else { return .none }
        let others = candidates(key, [.condition, .loopCondition, .returned]).filter {
            key.scope == nil || program.scopes[program.facts[$0].scope].path == key.scope
        }
        return choose(others) ?? .none
    }

    private func candidates(_ key: FactKey, _ kinds: [FactKind]) -> [Int] {
        let found = kinds.flatMap { places[Entry(kind: $0, hash: key.hash)] ?? [] }
        guard let ordinal = key.ordinal else { return found }
        return found.filter { program.facts[$0].ordinal == ordinal - 1 }
    }

    private func choose(_ found: [Int]) -> Result? {
        if found.isEmpty { return nil }
        if found.count == 1 { return .one(found[0]) }
        let derived = found.filter { program.facts[$0].isDerived }
        return derived.count == 1 ? .one(derived[0]) : .several(found.sorted())
    }
}
