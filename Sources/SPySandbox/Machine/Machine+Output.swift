/// `len`, and `print` with what it leaves.
extension Machine {
    /// `len(value)`
    func length(_ value: Value) throws(EngineError) -> Int {
        guard case .object(let object) = value else {
            throw .typeError("object of type '\(TypeNames.name(of: value))' has no len()")
        }
        switch object.kind {
        case .string: return unsafeDowncast(object, to: StringObject.self).text.count
        case .bytes: return unsafeDowncast(object, to: BytesObject.self).bytes.count
        case .list: return unsafeDowncast(object, to: ListObject.self).count
        case .tuple: return unsafeDowncast(object, to: TupleObject.self).count
        case .dict: return unsafeDowncast(object, to: DictObject.self).count
        case .set: return unsafeDowncast(object, to: SetObject.self).count
        case .range: return unsafeDowncast(object, to: RangeObject.self).count
        case .deque: return unsafeDowncast(object, to: DequeObject.self).count
        case .dictView: return unsafeDowncast(object, to: DictViewObject.self).dict?.count ?? 0
        default: throw .typeError("object of type '\(TypeNames.name(of: value))' has no len()")
        }
    }

    func print(_ arguments: Arguments) throws(EngineError) -> Value {
        let bound = try Arguments(arguments.base + arguments.count, count: 0, names: arguments.names)
            .bind("print", ["sep", "end", "file", "flush"])
        func part(_ value: Value?, _ name: String, _ fallback: Text) throws(EngineError) -> Text {
            guard let value, !value.isNone else { return fallback }
            guard let string = value.string else {
                throw .typeError("\(name) must be None or a string, not \(TypeNames.name(of: value))")
            }
            return string.text
        }
        let separator = try part(bound[0], "sep", " ")
        let end = try part(bound[1], "end", "\n")
        for index in 0..<arguments.count {
            if index > 0 { try write(separator) }
            let shown = try str(arguments[index])
            try write(shown.string?.text ?? .empty)
        }
        try write(end)
        return .none
    }

    /// Adds to the output, as far as its budget goes.
    func write(_ text: Text) throws(EngineError) {
        try meter.charge(steps: 1 + text.count / 32)
        switch text.storage {
        case .ascii(let units):
            guard output.count + units.count <= limits.outputBytes else { throw outputSpent() }
            output += units
        case .wide(let units):
            guard output.count + units.count * 4 <= limits.outputBytes else { throw outputSpent() }
            for unit in units {
                let scalar = Unicode.Scalar(unit) ?? "\u{FFFD}"
                output += Array(String(Character(scalar)).utf8)
            }
        }
    }

    private func outputSpent() -> EngineError {
        .budgetExceeded(BudgetExceeded(budget: .output, limit: limits.outputBytes))
    }
}
