internal import SPySyntax

/// Keys and items of dictionaries as sets. The order of each result is CPython's (`dictobject.c`).
enum DictViews {
    /// Whether a value is a view that behaves as a set: keys or items.
    static func isSet(_ value: Value) -> Bool {
        guard let view = value.object(.dictView, as: DictViewObject.self) else { return false }
        return view.part != .values
    }

    /// A view, or a set itself, as a set to look into; nothing for anything else.
    static func asSet(_ value: Value) throws(EngineError) -> SetObject? {
        if let set = value.set { return set }
        guard isSet(value), let view = value.object(.dictView, as: DictViewObject.self), let dict = view.dict
        else { return nil }
        try view.heap.meter.charge(steps: dict.count * (view.part == .keys ? 1 : 4))
        let set = SetObject(view.heap)
        if view.part == .keys, dict.flavor == .plain { try set.reserve(forKeys: dict.count) }
        for (key, element) in dict.items {
            try set.add(view.part == .keys ? key : .object(TupleObject([key, element], view.heap)))
        }
        return set
    }

    /// Operators of which one side is a view; the other may be any iterable.
    static func binary(
        _ operation: BinaryOperator,
        _ left: Value,
        _ right: Value,
        _ machine: Machine
    ) throws(EngineError) -> SetObject? {
        guard machine.isIterable(left), machine.isIterable(right) else { return nil }
        if operation == .bitAnd { return try intersection(left, right, machine) }
        if operation == .bitXor, let one = items(left), let other = items(right) {
            return try symmetricDifference(one, other, machine)
        }
        let result: SetObject
        if isSet(left), let known = try asSet(left) {
            result = known
        } else {
            result = try SetAlgebra.set(of: left, machine)
        }
        switch operation {
        case .bitOr: try SetAlgebra.update(result, right, machine)
        case .subtract: try SetAlgebra.subtract(right, from: result, machine)
        case .bitXor: try SetAlgebra.toggle(right, in: result, machine)
        default: return nil
        }
        return result
    }

    private static func items(_ value: Value) -> DictObject? {
        guard let view = value.object(.dictView, as: DictViewObject.self), view.part == .items else {
            return nil
        }
        return view.dict
    }

    private static func intersection(_ left: Value, _ right: Value, _ machine: Machine)
        throws(EngineError) -> SetObject
    {
        var (view, other) = isSet(left) ? (left, right) : (right, left)
        let count = try machine.length(view)
        if let set = other.set, !set.isFrozen, count <= set.count {
            return try SetAlgebra.intersection(set, view, machine)
        }
        if isSet(other), try machine.length(other) > count { swap(&view, &other) }
        let result = SetObject(machine.heap)
        try machine.forEach(other) { (element) throws(EngineError) in
            if try machine.contains(view, element) { try result.add(element) }
        }
        return result
    }

    /// Items that only one of two dictionaries has: those of the smaller one first.
    private static func symmetricDifference(_ left: DictObject, _ right: DictObject, _ machine: Machine)
        throws(EngineError) -> SetObject
    {
        let (large, small) = right.count > left.count ? (right, left) : (left, right)
        let rest = DictObject(machine.heap)
        try rest.update(large)
        let result = SetObject(machine.heap)
        for (key, value) in small.items {
            try machine.meter.charge(steps: 1)
            if let other = try rest.get(key), try Equality.areSame(other, value, machine.meter, depth: 0) {
                _ = try rest.remove(key)
            } else {
                try result.add(machine.tuple([key, value]))
            }
        }
        for (key, value) in rest.items { try result.add(machine.tuple([key, value])) }
        return result
    }
}
