/// What `case` patterns ask of a value.
extension Machine {
    /// Whether a value is a sequence in the sense of patterns, with the number of elements that the instruction wants.
    func matchesSequence(_ value: Value, _ instruction: Instruction) -> Bool {
        let count: Int
        switch value.kind {
        case .list: count = unsafeList(value).count
        case .tuple: count = value.tuple?.count ?? 0
        case .range: count = value.object(.range, as: RangeObject.self)?.count ?? 0
        case .deque: count = value.object(.deque, as: DequeObject.self)?.count ?? 0
        default: return false
        }
        return instruction.flag == 1 ? count >= Int(instruction.c) : count == Int(instruction.c)
    }

    /// `case Type(a, b)`: whether the value is of the type goes to the target, its positional parts behind it.
    func matchClass(
        _ value: Value,
        _ type: Value,
        _ target: UnsafeMutablePointer<Value>,
        _ count: Int
    ) throws(EngineError) {
        guard type.kind == .type || type.kind == .namedTupleType else {
            throw .typeError("called match pattern must be a type")
        }
        target.pointee = .bool(try Builtins.isInstance(value, type, ""))
        guard case .bool(true) = target.pointee, count > 0 else { return }
        if let named = type.object(.namedTupleType, as: NamedTupleTypeObject.self), let tuple = value.tuple {
            guard count <= named.fields.count else {
                throw tooManyPatterns(named.type.name, named.fields.count, count)
            }
            for index in 0..<count { target[1 + index] = tuple.items[index] }
            return
        }
        // These types stand for themselves: `case int(n)` binds the number.
        let selfMatching: [PythonType] = [
            .bool, .bytes, .dict, .float, .frozenset, .int, .list, .set, .str, .tuple,
        ]
        guard let name = type.object(.type, as: TypeObject.self)?.type else { return }
        guard selfMatching.contains(where: { name.isSubtype(of: $0) }) else {
            throw tooManyPatterns(name.name, 0, count)
        }
        guard count == 1 else { throw tooManyPatterns(name.name, 1, count) }
        target[1] = value
    }

    private func tooManyPatterns(_ type: String, _ allowed: Int, _ given: Int) -> EngineError {
        .typeError(
            "\(type)() accepts \(allowed) positional sub-pattern\(allowed == 1 ? "" : "s") (\(given) given)"
        )
    }
}
