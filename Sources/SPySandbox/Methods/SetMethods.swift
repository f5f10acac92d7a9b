/// Methods of `set` and `frozenset`.
enum SetMethods {
    private static func set(_ value: Value) -> SetObject { value.set! }

    /// Methods of both.
    static let table: [String: NativeMethod] = [
        "copy": { machine, value, arguments throws(EngineError) in
            try arguments.none("\(TypeNames.name(of: value)).copy")
            return set(value).isFrozen ? value : .object(try SetAlgebra.copy(set(value)))
        },
        "union": { machine, value, arguments throws(EngineError) in
            try arguments.noKeywords("\(TypeNames.name(of: value)).union")
            return .object(try SetAlgebra.union(set(value), arguments.positional, machine))
        },
        "intersection": { machine, value, arguments throws(EngineError) in
            try arguments.noKeywords("\(TypeNames.name(of: value)).intersection")
            return .object(try intersection(set(value), arguments.positional, machine))
        },
        "difference": { machine, value, arguments throws(EngineError) in
            try arguments.noKeywords("\(TypeNames.name(of: value)).difference")
            guard let first = arguments.positional.first else {
                return .object(try SetAlgebra.copy(set(value)))
            }
            let result = try SetAlgebra.difference(set(value), first, machine)
            for other in arguments.positional.dropFirst() {
                try SetAlgebra.subtract(other, from: result, machine)
            }
            return .object(result)
        },
        "symmetric_difference": { machine, value, arguments throws(EngineError) in
            let other = try arguments.one("\(TypeNames.name(of: value)).symmetric_difference")
            return .object(try SetAlgebra.symmetricDifference(set(value), other, machine))
        },
        "issubset": { machine, value, arguments throws(EngineError) in
            let other = try arguments.one("\(TypeNames.name(of: value)).issubset")
            if let other = other.set { return .bool(try SetAlgebra.isSubset(set(value), other)) }
            return .bool(
                try SetAlgebra.intersection(set(value), other, machine).count == set(value).count
            )
        },
        "issuperset": { machine, value, arguments throws(EngineError) in
            let other = try arguments.one("\(TypeNames.name(of: value)).issuperset")
            if let other = other.set { return .bool(try SetAlgebra.isSubset(other, set(value))) }
            return .bool(
                try !holds(of: other, machine) { (element) throws(EngineError) in
                    !(try set(value).contains(element))
                }
            )
        },
        "isdisjoint": { machine, value, arguments throws(EngineError) in
            let other = try arguments.one("\(TypeNames.name(of: value)).isdisjoint")
            if let own = value.set, let other = other.set {
                return .bool(try SetAlgebra.intersection(own, other).count == 0)
            }
            return .bool(
                try !holds(of: other, machine) { (element) throws(EngineError) in
                    try machine.contains(value, element)
                }
            )
        },
    ]

    /// Whether something holds of any element; asks no further than that.
    private static func holds(
        of source: Value,
        _ machine: Machine,
        _ condition: (Value) throws(EngineError) -> Bool
    ) throws(EngineError) -> Bool {
        let iterator = try machine.iterator(source)
        while let element = try iterator.next(machine) {
            try machine.meter.charge(steps: 1)
            if try condition(element) { return true }
        }
        return false
    }

    private static func intersection(_ set: SetObject, _ others: [Value], _ machine: Machine)
        throws(EngineError) -> SetObject
    {
        if others.isEmpty { return try SetAlgebra.copy(set) }
        var result = set
        for other in others { result = try SetAlgebra.intersection(result, other, machine) }
        return result
    }

    /// Methods of `set` alone.
    static let mutating: [String: NativeMethod] = [
        "add": { machine, value, arguments throws(EngineError) in
            try set(value).add(arguments.one("set.add"))
            return .none
        },
        "discard": { machine, value, arguments throws(EngineError) in
            _ = try set(value).discard(frozen(arguments.one("set.discard")))
            return .none
        },
        "remove": { machine, value, arguments throws(EngineError) in
            let element = try arguments.one("set.remove")
            guard try set(value).discard(frozen(element)) else { throw machine.keyError(element) }
            return .none
        },
        "pop": { machine, value, arguments throws(EngineError) in
            try arguments.none("set.pop")
            guard let element = set(value).pop() else {
                throw machine.keyError(try machine.string("pop from an empty set"))
            }
            return element
        },
        "clear": { machine, value, arguments throws(EngineError) in
            try arguments.none("set.clear")
            set(value).removeAll()
            return .none
        },
        "update": { machine, value, arguments throws(EngineError) in
            try arguments.noKeywords("set.update")
            for other in arguments.positional { try SetAlgebra.update(set(value), other, machine) }
            return .none
        },
        "intersection_update": { machine, value, arguments throws(EngineError) in
            try arguments.noKeywords("set.intersection_update")
            let result = try intersection(set(value), arguments.positional, machine)
            if result !== set(value) { set(value).swapContents(with: result) }
            return .none
        },
        "difference_update": { machine, value, arguments throws(EngineError) in
            try arguments.noKeywords("set.difference_update")
            for other in arguments.positional { try SetAlgebra.subtract(other, from: set(value), machine) }
            return .none
        },
        "symmetric_difference_update": { machine, value, arguments throws(EngineError) in
            let other = try arguments.one("set.symmetric_difference_update")
            try SetAlgebra.toggle(other, in: set(value), machine)
            return .none
        },
    ]

    /// A set looked for in a set is looked for as a frozen one.
    private static func frozen(_ value: Value) throws(EngineError) -> Value {
        guard let inner = value.set, !inner.isFrozen else { return value }
        return .object(try SetAlgebra.copy(inner, frozen: true))
    }
}
