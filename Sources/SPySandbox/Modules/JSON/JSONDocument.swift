/// Makes values of a parsed document, with what `json.loads` was told to do.
struct JSONDocument {
    let machine: Machine
    let objectHook: Value?
    let pairsHook: Value?
    let parseFloat: Value?
    let parseInteger: Value?
    let parseConstant: Value?

    var needsLiterals: Bool { parseFloat != nil || parseInteger != nil || parseConstant != nil }

    /// Parsed JSON is at most as deep as the parser allows, so this recursion is bounded.
    func value(of document: JSONValue) throws(EngineError) -> Value {
        switch document {
        case .null: return .none
        case .bool(let flag): return .bool(flag)
        case .integer(let number):
            return try machine.measured { () throws(EngineError) in
                try machine.meter.charge(bytes: number.byteCount)
                return machine.integer(number)
            } ?? .none
        case .float(let number): return .float(number)
        case .literal(let text, let kind): return try value(of: text, kind)
        case .string(let text): return try machine.string(text)
        case .array(let items):
            let list = ListObject(machine.heap)
            for item in items { try list.append(value(of: item)) }
            return .object(list)
        case .object(let members): return try object(members)
        }
    }

    private func object(_ members: [JSONValue.Member]) throws(EngineError) -> Value {
        if let pairsHook {
            let pairs = ListObject(machine.heap)
            for member in members {
                try pairs.append(machine.tuple([machine.string(member.name), value(of: member.value)]))
            }
            return try machine.call(pairsHook, [.object(pairs)])
        }
        let dict = DictObject(machine.heap)
        for member in members { try dict.set(machine.string(member.name), value(of: member.value)) }
        guard let objectHook else { return .object(dict) }
        return try machine.call(objectHook, [.object(dict)])
    }

    private func value(of text: Text, _ kind: JSONValue.LiteralKind) throws(EngineError) -> Value {
        let hook =
            switch kind {
            case .integer: parseInteger
            case .float: parseFloat
            case .constant: parseConstant
            }
        if let hook { return try machine.call(hook, [machine.string(text)]) }
        if kind == .integer {
            return try machine.measured { () throws(EngineError) in
                machine.integer(try text.integer(machine.meter))
            } ?? .none
        }
        return .float(try text.float(machine.meter))
    }
}
