/// Methods of `dict`.
enum DictMethods {
    @inline(__always)
    private static func dict(_ value: Value) -> DictObject { value.dict! }

    static let table: [String: NativeMethod] = [
        "get": { machine, value, arguments throws(EngineError) in
            try arguments.between(1, 2, "get", owner: "dict")
            return try dict(value).get(arguments[0]) ?? (arguments.count == 2 ? arguments[1] : .none)
        },
        "keys": { machine, value, arguments throws(EngineError) in
            try arguments.none("dict.keys")
            return .object(DictViewObject(dict(value), .keys, machine.heap))
        },
        "values": { machine, value, arguments throws(EngineError) in
            try arguments.none("dict.values")
            return .object(DictViewObject(dict(value), .values, machine.heap))
        },
        "items": { machine, value, arguments throws(EngineError) in
            try arguments.none("dict.items")
            return .object(DictViewObject(dict(value), .items, machine.heap))
        },
        "pop": { machine, value, arguments throws(EngineError) in
            try arguments.between(1, 2, "pop", owner: "dict")
            // An empty dictionary does not even ask for the hash.
            if dict(value).count > 0, let removed = try dict(value).remove(arguments[0]) { return removed }
            guard arguments.count == 2 else { throw machine.keyError(arguments[0]) }
            return arguments[1]
        },
        "popitem": { machine, value, arguments throws(EngineError) in
            try arguments.none("dict.popitem")
            guard let item = dict(value).removeLast() else {
                throw machine.keyError(try machine.string("popitem(): dictionary is empty"))
            }
            return machine.tuple([item.key, item.value])
        },
        "setdefault": { machine, value, arguments throws(EngineError) in
            try arguments.between(1, 2, "setdefault", owner: "dict")
            let dict = dict(value)
            if let found = try dict.get(arguments[0]) { return found }
            let fallback = arguments.count == 2 ? arguments[1] : .none
            try dict.set(arguments[0], fallback)
            return fallback
        },
        "update": { machine, value, arguments throws(EngineError) in
            guard arguments.count <= 1 else {
                throw .typeError("update expected at most 1 argument, got \(arguments.count)")
            }
            if arguments.count == 1 { try update(machine, dict(value), arguments[0]) }
            for (name, element) in arguments.keywords { try dict(value).set(machine.string(name), element) }
            return .none
        },
        "clear": { machine, value, arguments throws(EngineError) in
            try arguments.none("dict.clear")
            dict(value).removeAll()
            return .none
        },
        "copy": { machine, value, arguments throws(EngineError) in
            try arguments.none("dict.copy")
            return .object(try copy(dict(value), machine))
        },
    ]

    /// Methods of `OrderedDict` alone.
    static let ordered: [String: NativeMethod] = [
        "move_to_end": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bind("move_to_end", ["key", "last"], required: 1)
            let dict = dict(value)
            let key = bound[0] ?? .none
            guard let element = try dict.remove(key) else { throw machine.keyError(key) }
            if try bound[1].map({ (flag) throws(EngineError) in try machine.isTrue(flag) }) ?? true {
                try dict.set(key, element)
                return .none
            }
            let others = dict.items
            try machine.meter.charge(steps: others.count)
            dict.removeAll()
            try dict.set(key, element)
            for item in others { try dict.set(item.key, item.value) }
            return .none
        },
        "popitem": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bind("popitem", ["last"])
            let dict = dict(value)
            guard dict.count > 0 else { throw machine.keyError(try machine.string("dictionary is empty")) }
            let isLast = try bound[0].map { (flag) throws(EngineError) in try machine.isTrue(flag) } ?? true
            let first = isLast ? nil : dict.nextIndex(from: 0)
            guard let item = first.map({ dict.remove(at: $0) }) ?? dict.removeLast() else { return .none }
            return machine.tuple([item.key, item.value])
        },
    ]

    static func copy(_ dict: DictObject, _ machine: Machine) throws(EngineError) -> DictObject {
        let copy = DictObject(machine.heap)
        copy.flavor = dict.flavor
        copy.factory = dict.factory
        try copy.update(dict)
        return copy
    }

    static func union(_ left: DictObject, _ right: DictObject, _ machine: Machine) throws(EngineError)
        -> Value
    {
        let result = try copy(left, machine)
        if left.flavor == .plain { result.flavor = right.flavor == .plain ? .plain : right.flavor }
        if result.flavor == .defaultDict, left.flavor == .plain { result.factory = right.factory }
        try result.update(right)
        return .object(result)
    }

    /// `update` with a dictionary or with pairs.
    static func update(_ machine: Machine, _ dict: DictObject, _ source: Value) throws(EngineError) {
        if let other = source.dict { return try dict.update(other) }
        let iterator = try machine.iterator(source)
        var index = 0
        while let pair = try iterator.next(machine) {
            try machine.meter.charge(steps: 1)
            guard machine.isIterable(pair) else {
                throw .typeError("cannot convert dictionary update sequence element #\(index) to a sequence")
            }
            let parts = try machine.array(pair)
            guard parts.count == 2 else {
                throw .valueError(
                    "dictionary update sequence element #\(index) has length \(parts.count); 2 is required"
                )
            }
            try dict.set(parts[0], parts[1])
            index += 1
        }
    }
}
