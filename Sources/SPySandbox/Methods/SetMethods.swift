internal import SPySyntax

/// Operators and methods of `set` and `frozenset`. The order of each result is CPython's.
enum SetMethods {
    private static func set(_ value: Value) -> SetObject { value.set! }

    static func copy(_ set: SetObject, frozen: Bool? = nil) throws(EngineError) -> SetObject {
        let copy = SetObject(set.heap, frozen: frozen ?? set.isFrozen)
        try copy.merge(set)
        return copy
    }

    /// A dictionary's keys or items as a set, or a set itself; nothing for anything else.
    static func viewAsSet(_ value: Value) throws(EngineError) -> SetObject? {
        if let set = value.set { return set }
        guard let view = value.object(.dictView, as: DictViewObject.self), view.part != .values,
            let dict = view.dict
        else { return nil }
        let set = SetObject(view.heap)
        for (key, element) in dict.items {
            try set.add(view.part == .keys ? key : .object(TupleObject([key, element], view.heap)))
        }
        return set
    }

    /// Any iterable as a set.
    private static func asSet(_ value: Value, _ machine: Machine) throws(EngineError) -> SetObject {
        if let set = value.set { return set }
        let set = SetObject(machine.heap)
        try update(machine, set, value)
        return set
    }

    static func update(_ machine: Machine, _ set: SetObject, _ source: Value) throws(EngineError) {
        if let other = source.set { return try set.merge(other) }
        if let dict = source.dict { try set.reserve(forKeys: dict.count) }
        try machine.forEach(source) { (element) throws(EngineError) in try set.add(element) }
    }

    static func intersection(_ one: SetObject, _ other: SetObject) throws(EngineError) -> SetObject {
        if one === other { return try copy(one) }
        let result = SetObject(one.heap, frozen: one.isFrozen)
        let (large, small) = other.count > one.count ? (other, one) : (one, other)
        try one.heap.meter.charge(steps: small.count / 2)
        for entry in small.entries where try large.contains(entry.key, hash: entry.hash) {
            try result.add(entry.key, hash: entry.hash)
        }
        return result
    }

    static func difference(_ one: SetObject, _ other: SetObject) throws(EngineError) -> SetObject {
        try one.heap.meter.charge(steps: one.count / 2)
        if one.count >> 2 > other.count {
            let result = try copy(one)
            try remove(other, from: result)
            return result
        }
        let result = SetObject(one.heap, frozen: one.isFrozen)
        for entry in one.entries where !(try other.contains(entry.key, hash: entry.hash)) {
            try result.add(entry.key, hash: entry.hash)
        }
        return result
    }

    private static func remove(_ other: SetObject, from set: SetObject) throws(EngineError) {
        if other === set { return set.removeAll() }
        for entry in other.entries { _ = try set.discard(entry.key, hash: entry.hash) }
    }

    private static func toggle(_ other: SetObject, in set: SetObject) throws(EngineError) {
        try set.heap.meter.charge(steps: other.count / 2)
        for entry in other.entries where !(try set.discard(entry.key, hash: entry.hash)) {
            try set.add(entry.key, hash: entry.hash)
        }
    }

    static func symmetricDifference(_ one: SetObject, _ other: SetObject) throws(EngineError) -> SetObject {
        let result = try copy(other, frozen: one.isFrozen)
        try toggle(one, in: result)
        return result
    }

    /// `|`, `&`, `-` and `^`; nothing where the operands are no sets.
    static func binary(
        _ operation: BinaryOperator,
        _ left: Value,
        _ right: Value,
        _ machine: Machine
    ) throws(EngineError) -> Value? {
        guard let one = try viewAsSet(left) else { return nil }
        let isView = left.kind == .dictView
        guard
            let other = try isView && right.kind != .set
                ? (machine.isIterable(right) ? asSet(right, machine) : nil) : viewAsSet(right),
            isView || right.kind == .set || right.kind == .dictView
        else { return nil }
        switch operation {
        case .bitOr:
            let result = try copy(one, frozen: isView ? false : one.isFrozen)
            try result.merge(other)
            return .object(result)
        case .bitAnd: return .object(try intersection(one, other))
        case .subtract: return .object(try difference(one, other))
        case .bitXor: return .object(try symmetricDifference(one, other))
        default: return nil
        }
    }

    static func inPlace(
        _ operation: BinaryOperator,
        _ set: SetObject,
        _ right: Value,
        _ machine: Machine
    ) throws(EngineError) -> Bool {
        guard let other = right.set else { return false }
        switch operation {
        case .bitOr: try set.merge(other)
        case .bitAnd: set.swapContents(with: try intersection(set, other))
        case .subtract: try remove(other, from: set)
        case .bitXor: try toggle(other === set ? copy(other) : other, in: set)
        default: return false
        }
        return true
    }

    static func compare(
        _ comparison: ComparisonOperator,
        _ left: SetObject,
        _ right: SetObject,
        _ meter: Meter
    ) throws(EngineError) -> Bool {
        switch comparison {
        case .lessOrEqual: try isSubset(left, right)
        case .less: left.count < right.count ? try isSubset(left, right) : false
        case .greaterOrEqual: try isSubset(right, left)
        case .greater: right.count < left.count ? try isSubset(right, left) : false
        default: false
        }
    }

    private static func isSubset(_ one: SetObject, _ other: SetObject) throws(EngineError) -> Bool {
        guard one.count <= other.count else { return false }
        try one.heap.meter.charge(steps: one.count / 2)
        for entry in one.entries where !(try other.contains(entry.key, hash: entry.hash)) { return false }
        return true
    }

    static let table: [String: NativeMethod] = [
        "copy": { machine, value, arguments throws(EngineError) in
            try arguments.none("\(TypeNames.name(of: value)).copy")
            return set(value).isFrozen ? value : .object(try copy(set(value)))
        },
        "union": { machine, value, arguments throws(EngineError) in
            try arguments.noKeywords("\(TypeNames.name(of: value)).union")
            let result = try copy(set(value))
            for other in arguments.positional { try update(machine, result, other) }
            return .object(result)
        },
        "intersection": { machine, value, arguments throws(EngineError) in
            var result = try copy(set(value))
            for other in arguments.positional { result = try intersect(result, other, machine) }
            return .object(result)
        },
        "difference": { machine, value, arguments throws(EngineError) in
            var result = try copy(set(value))
            for other in arguments.positional {
                if other.set != nil || other.dict != nil {
                    result = try difference(result, asSet(other, machine))
                } else {
                    try machine.forEach(other) { (element) throws(EngineError) in
                        _ = try result.discard(element)
                    }
                }
            }
            return .object(result)
        },
        "symmetric_difference": { machine, value, arguments throws(EngineError) in
            let other = try arguments.one("\(TypeNames.name(of: value)).symmetric_difference")
            let one = set(value)
            if let known = other.set { return .object(try symmetricDifference(one, known)) }
            // The set made of the other is the result already, in that set's order: CPython makes no second one.
            let result = try asSet(other, machine)
            try toggle(one, in: result)
            result.isFrozen = one.isFrozen
            return .object(result)
        },
        "issubset": { machine, value, arguments throws(EngineError) in
            let other = try arguments.one("\(TypeNames.name(of: value)).issubset")
            return .bool(try isSubset(set(value), asSet(other, machine)))
        },
        "issuperset": { machine, value, arguments throws(EngineError) in
            let other = try arguments.one("\(TypeNames.name(of: value)).issuperset")
            return .bool(try isSubset(asSet(other, machine), set(value)))
        },
        "isdisjoint": { machine, value, arguments throws(EngineError) in
            guard let own = try viewAsSet(value) else { return .true }
            let other = try arguments.one("\(TypeNames.name(of: value)).isdisjoint")
            return .bool(try intersection(own, asSet(other, machine)).count == 0)
        },
    ]

    private static func intersect(_ set: SetObject, _ other: Value, _ machine: Machine) throws(EngineError)
        -> SetObject
    {
        if let other = other.set { return try intersection(set, other) }
        let result = SetObject(machine.heap, frozen: set.isFrozen)
        try machine.forEach(other) { (element) throws(EngineError) in
            if try set.contains(element) { try result.add(element) }
        }
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
            for other in arguments.positional { try update(machine, set(value), other) }
            return .none
        },
        "intersection_update": { machine, value, arguments throws(EngineError) in
            var result = try copy(set(value))
            for other in arguments.positional { result = try intersect(result, other, machine) }
            set(value).swapContents(with: result)
            return .none
        },
        "difference_update": { machine, value, arguments throws(EngineError) in
            for other in arguments.positional {
                if let other = other.set {
                    try remove(other, from: set(value))
                } else {
                    try machine.forEach(other) { (element) throws(EngineError) in
                        _ = try set(value).discard(element)
                    }
                }
            }
            return .none
        },
        "symmetric_difference_update": { machine, value, arguments throws(EngineError) in
            let other = try arguments.one("set.symmetric_difference_update")
            let one = set(value)
            let two = try asSet(other, machine)
            try toggle(two === one ? copy(two) : two, in: one)
            return .none
        },
    ]

    /// A set looked for in a set is looked for as a frozen one.
    private static func frozen(_ value: Value) throws(EngineError) -> Value {
        guard let inner = value.set, !inner.isFrozen else { return value }
        return .object(try copy(inner, frozen: true))
    }
}
