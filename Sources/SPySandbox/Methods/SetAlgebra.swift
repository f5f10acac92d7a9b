internal import SPySyntax

/// What sets do with each other. The order of each result is CPython's (`setobject.c`).
enum SetAlgebra {
    static func copy(_ set: SetObject, frozen: Bool? = nil) throws(EngineError) -> SetObject {
        let copy = SetObject(set.heap, frozen: frozen ?? set.isFrozen)
        try copy.merge(set)
        return copy
    }

    /// A new set of the elements of an iterable.
    static func set(of source: Value, _ machine: Machine, frozen: Bool = false) throws(EngineError)
        -> SetObject
    {
        let set = SetObject(machine.heap, frozen: frozen)
        try update(set, source, machine)
        return set
    }

    static func update(_ set: SetObject, _ source: Value, _ machine: Machine) throws(EngineError) {
        if let other = source.set { return try set.merge(other) }
        if let dict = source.dict, dict.flavor == .plain { try set.reserve(forKeys: dict.count) }
        try machine.forEach(source) { (element) throws(EngineError) in try set.add(element) }
    }

    static func union(_ one: SetObject, _ others: [Value], _ machine: Machine) throws(EngineError)
        -> SetObject
    {
        let result = try copy(one)
        for other in others where other.set !== one { try update(result, other, machine) }
        return result
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

    /// Takes no more from an iterator than it needs to know.
    static func intersection(_ one: SetObject, _ other: Value, _ machine: Machine) throws(EngineError)
        -> SetObject
    {
        if let other = other.set { return try intersection(one, other) }
        let result = SetObject(machine.heap, frozen: one.isFrozen)
        let iterator = try machine.iterator(other)
        while let element = try iterator.next(machine) {
            try machine.meter.charge(steps: 1)
            guard try one.contains(element) else { continue }
            try result.add(element)
            if result.count >= one.count { break }
        }
        return result
    }

    static func difference(_ one: SetObject, _ other: Value, _ machine: Machine) throws(EngineError)
        -> SetObject
    {
        guard let count = other.set?.count ?? (other.dict?.flavor == .plain ? other.dict?.count : nil),
            one.count >> 2 <= count
        else {
            let result = try copy(one)
            try subtract(other, from: result, machine)
            return result
        }
        try one.heap.meter.charge(steps: one.count / 2)
        let result = SetObject(one.heap, frozen: one.isFrozen)
        for entry in one.entries {
            let isCommon: Bool
            if let other = other.set {
                isCommon = try other.contains(entry.key, hash: entry.hash)
            } else {
                isCommon = try other.dict?.find(entry.key, hash: entry.hash) != nil
            }
            if !isCommon { try result.add(entry.key, hash: entry.hash) }
        }
        return result
    }

    /// `difference_update` with one argument.
    static func subtract(_ other: Value, from set: SetObject, _ machine: Machine) throws(EngineError) {
        if let other = other.set {
            if other === set { return set.removeAll() }
            try set.heap.meter.charge(steps: other.count / 2)
            for entry in other.entries { _ = try set.discard(entry.key, hash: entry.hash) }
        } else {
            try machine.forEach(other) { (element) throws(EngineError) in _ = try set.discard(element) }
        }
        try set.tidy()
    }

    /// `symmetric_difference_update`
    static func toggle(_ other: Value, in set: SetObject, _ machine: Machine) throws(EngineError) {
        if other.set === set { return set.removeAll() }
        if let dict = other.dict, dict.flavor == .plain {
            try set.heap.meter.charge(steps: dict.count / 2)
            for (key, _) in dict.items where !(try set.discard(key)) { try set.add(key) }
            return
        }
        let other = if let known = other.set { known } else { try self.set(of: other, machine) }
        try set.heap.meter.charge(steps: other.count / 2)
        for entry in other.entries where !(try set.discard(entry.key, hash: entry.hash)) {
            try set.add(entry.key, hash: entry.hash)
        }
    }

    static func symmetricDifference(_ one: SetObject, _ other: Value, _ machine: Machine)
        throws(EngineError) -> SetObject
    {
        let result = try set(of: other, machine, frozen: one.isFrozen)
        try toggle(.object(one), in: result, machine)
        return result
    }

    static func isSubset(_ one: SetObject, _ other: SetObject) throws(EngineError) -> Bool {
        guard one.count <= other.count else { return false }
        try one.heap.meter.charge(steps: one.count / 2)
        for entry in one.entries where !(try other.contains(entry.key, hash: entry.hash)) { return false }
        return true
    }

    // MARK: Operators

    /// `|`, `&`, `-` and `^`; nothing where the operands are no sets.
    static func binary(
        _ operation: BinaryOperator,
        _ left: Value,
        _ right: Value,
        _ machine: Machine
    ) throws(EngineError) -> Value? {
        if DictViews.isSet(left) || DictViews.isSet(right) {
            return try DictViews.binary(operation, left, right, machine).map { .object($0) }
        }
        guard let one = left.set, let other = right.set else { return nil }
        switch operation {
        case .bitOr: return .object(try union(one, [right], machine))
        case .bitAnd: return .object(try intersection(one, other))
        case .subtract: return .object(try difference(one, right, machine))
        case .bitXor: return .object(try symmetricDifference(one, right, machine))
        default: return nil
        }
    }

    /// Whether there is such an operator in place.
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
        case .subtract: try subtract(right, from: set, machine)
        case .bitXor: try toggle(right, in: set, machine)
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
}
