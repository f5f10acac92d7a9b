internal import SPySyntax

extension Machine {
    @inline(__always)
    func compare(
        _ comparison: ComparisonOperator,
        _ left: UnsafeMutablePointer<Value>,
        _ right: UnsafeMutablePointer<Value>
    ) throws(EngineError) -> Bool {
        if case .int(let x) = left.pointee, case .int(let y) = right.pointee {
            switch comparison {
            case .less: return x < y
            case .lessOrEqual: return x <= y
            case .greater: return x > y
            case .greaterOrEqual: return x >= y
            case .equal: return x == y
            case .notEqual: return x != y
            default: break
            }
        }
        return try compareSlowly(comparison, left.pointee, right.pointee)
    }

    @inline(never)
    func compareSlowly(
        _ comparison: ComparisonOperator,
        _ left: Value,
        _ right: Value
    ) throws(EngineError) -> Bool {
        switch comparison {
        case .equal: return try Equality.areEqual(left, right, meter, depth: 0)
        case .notEqual: return !(try Equality.areEqual(left, right, meter, depth: 0))
        case .is: return left.isIdentical(to: right)
        case .isNot: return !left.isIdentical(to: right)
        case .in: return try contains(right, left)
        case .notIn: return !(try contains(right, left))
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            return try Ordering.holds(comparison, left, right, meter, depth: 0)
        }
    }

    /// `element in container`
    func contains(_ container: Value, _ element: Value) throws(EngineError) -> Bool {
        guard case .object(let object) = container else {
            throw .typeError("argument of type '\(TypeNames.name(of: container))' is not iterable")
        }
        switch object.kind {
        case .dict: return try unsafeDowncast(object, to: DictObject.self).get(element) != nil
        case .set:
            if let inner = element.set, !inner.isFrozen {
                let frozen = SetObject(heap, frozen: true)
                try frozen.merge(inner)
                return try unsafeDowncast(object, to: SetObject.self).contains(.object(frozen))
            }
            return try unsafeDowncast(object, to: SetObject.self).contains(element)
        case .string:
            guard let part = element.string else {
                throw .typeError(
                    "'in <string>' requires string as left operand, not \(TypeNames.name(of: element))"
                )
            }
            return try StringMethods.find(
                unsafeDowncast(object, to: StringObject.self).text,
                part.text,
                meter
            ) != nil
        case .list:
            let list = unsafeDowncast(object, to: ListObject.self)
            var index = 0
            while index < list.count {
                if try Equality.areSame(list[index], element, meter, depth: 0) { return true }
                index += 1
                if index & 15 == 0 { try meter.charge(steps: 16) }
            }
            return false
        case .tuple:
            let tuple = unsafeDowncast(object, to: TupleObject.self)
            try meter.charge(steps: tuple.count / 4)
            for item in tuple.items {
                if try Equality.areSame(item, element, meter, depth: 0) { return true }
            }
            return false
        case .range:
            let range = unsafeDowncast(object, to: RangeObject.self)
            if let number = element.smallInteger { return RangeMethods.index(of: number, in: range) != nil }
            if case .float(let number) = element, let exact = Int(exactly: number) {
                return RangeMethods.index(of: exact, in: range) != nil
            }
            return false
        case .dictView:
            let view = unsafeDowncast(object, to: DictViewObject.self)
            guard let dict = view.dict else { return false }
            switch view.part {
            case .keys: return try dict.get(element) != nil
            case .items:
                guard let pair = element.tuple, pair.count == 2, let value = try dict.get(pair.items[0])
                else { return false }
                return try Equality.areSame(value, pair.items[1], meter, depth: 0)
            case .values: break
            }
        case .bytes:
            let bytes = unsafeDowncast(object, to: BytesObject.self).bytes
            if let number = element.smallInteger {
                guard (0...255).contains(number) else { throw .valueError("byte must be in range(0, 256)") }
                try meter.charge(steps: bytes.count / 32)
                return bytes.contains(UInt8(number))
            }
            guard let part = element.object(.bytes, as: BytesObject.self)?.bytes else {
                throw .typeError("a bytes-like object is required, not '\(TypeNames.name(of: element))'")
            }
            try meter.charge(steps: bytes.count * max(part.count, 1) / 64)
            return part.isEmpty || bytes.indices.contains { bytes[$0...].starts(with: part) }
        default: break
        }
        guard isIterable(container) else {
            throw .typeError("argument of type '\(TypeNames.name(of: container))' is not iterable")
        }
        let iterator = try iterator(container)
        while let value = try iterator.next(self) {
            try meter.charge(steps: 1)
            if try Equality.areSame(value, element, meter, depth: 0) { return true }
        }
        return false
    }

    @inline(__always)
    func isTrue(_ value: Value) throws(EngineError) -> Bool {
        switch value {
        case .bool(let flag): return flag
        case .int(let number): return number != 0
        case .none, .unbound: return false
        case .float(let number): return number != 0
        case .ellipsis: return true
        case .object(let object): return isTrue(object)
        }
    }

    private func isTrue(_ object: Object) -> Bool {
        switch object.kind {
        case .string: return !unsafeDowncast(object, to: StringObject.self).text.isEmpty
        case .bytes: return !unsafeDowncast(object, to: BytesObject.self).bytes.isEmpty
        case .list: return unsafeDowncast(object, to: ListObject.self).count > 0
        case .tuple: return unsafeDowncast(object, to: TupleObject.self).count > 0
        case .dict: return unsafeDowncast(object, to: DictObject.self).count > 0
        case .set: return unsafeDowncast(object, to: SetObject.self).count > 0
        case .range: return unsafeDowncast(object, to: RangeObject.self).count > 0
        case .deque: return unsafeDowncast(object, to: DequeObject.self).count > 0
        case .dictView: return (unsafeDowncast(object, to: DictViewObject.self).dict?.count ?? 0) > 0
        default: return object.foreign?.isTrue() ?? true
        }
    }
}

/// `<`, `<=`, `>` and `>=` on values.
enum Ordering {
    static func holds(
        _ comparison: ComparisonOperator,
        _ left: Value,
        _ right: Value,
        _ meter: Meter,
        depth: Int
    ) throws(EngineError) -> Bool {
        if let left = left.set ?? nil, let right = right.set {
            return try SetAlgebra.compare(comparison, left, right, meter)
        }
        if left.kind == .dictView || right.kind == .dictView,
            let left = try DictViews.asSet(left), let right = try DictViews.asSet(right)
        {
            return try SetAlgebra.compare(comparison, left, right, meter)
        }
        if left.dict?.flavor == .counter, right.dict?.flavor == .counter {
            return try Counters.compare(comparison, left.dict!, right.dict!, meter)
        }
        guard let order = try order(left, right, meter, comparison, depth: depth) else {
            throw .typeError(
                "'\(comparison.symbol)' not supported between instances of '\(TypeNames.name(of: left))' and '\(TypeNames.name(of: right))'"
            )
        }
        return holds(comparison, order)
    }

    static func holds(_ comparison: ComparisonOperator, _ order: ForeignObject.Order) -> Bool {
        switch (comparison, order) {
        case (_, .unordered): false
        case (.less, .less), (.lessOrEqual, .less), (.lessOrEqual, .equal), (.greater, .greater),
            (.greaterOrEqual, .greater), (.greaterOrEqual, .equal):
            true
        default: false
        }
    }

    /// The order of two values; nothing where they have none.
    static func order(
        _ left: Value,
        _ right: Value,
        _ meter: Meter,
        _ comparison: ComparisonOperator,
        depth: Int
    ) throws(EngineError) -> ForeignObject.Order? {
        if let one = Numeral(left), let other = Numeral(right) { return one.order(other) }
        if case .object(let object) = left, let foreign = object.foreign {
            return try foreign.order(right, meter)
        }
        if case .object(let object) = right, let foreign = object.foreign {
            switch try foreign.order(left, meter) {
            case .less: return .greater
            case .greater: return .less
            case let same: return same
            }
        }
        guard case .object(let one) = left, case .object(let other) = right, one.kind == other.kind else {
            return nil
        }
        if depth > Nesting.limit { throw Nesting.exceeded(" in comparison") }
        switch one.kind {
        case .string:
            let (one, other) = (
                unsafeDowncast(one, to: StringObject.self).text,
                unsafeDowncast(other, to: StringObject.self).text
            )
            try meter.charge(steps: min(one.count, other.count) / 64)
            return one == other ? .equal : one < other ? .less : .greater
        case .bytes:
            let (one, other) = (
                unsafeDowncast(one, to: BytesObject.self).bytes,
                unsafeDowncast(other, to: BytesObject.self).bytes
            )
            try meter.charge(steps: min(one.count, other.count) / 64)
            return one == other ? .equal : one.lexicographicallyPrecedes(other) ? .less : .greater
        case .list:
            let (one, other) = (
                unsafeDowncast(one, to: ListObject.self), unsafeDowncast(other, to: ListObject.self)
            )
            return try lexicographic(
                UnsafeBufferPointer(rebasing: one.elements[...]),
                UnsafeBufferPointer(rebasing: other.elements[...]),
                meter,
                comparison,
                depth
            )
        case .tuple:
            let (one, other) = (
                unsafeDowncast(one, to: TupleObject.self), unsafeDowncast(other, to: TupleObject.self)
            )
            return try lexicographic(one.items, other.items, meter, comparison, depth)
        case .deque:
            let (one, other) = (
                unsafeDowncast(one, to: DequeObject.self), unsafeDowncast(other, to: DequeObject.self)
            )
            return try lexicographic(one.array, other.array, meter, comparison, depth)
        default: return nil
        }
    }

    private static func lexicographic(
        _ left: some RandomAccessCollection<Value>,
        _ right: some RandomAccessCollection<Value>,
        _ meter: Meter,
        _ comparison: ComparisonOperator,
        _ depth: Int
    ) throws(EngineError) -> ForeignObject.Order? {
        // Lists within lists that are shared may be met ever so often: each time counts.
        try meter.charge(steps: 1 + min(left.count, right.count) / 4)
        for (one, other) in zip(left, right) {
            if try Equality.areSame(one, other, meter, depth: depth + 1) { continue }
            // The first difference decides, and if the two have no order, that is the error.
            return try holds(comparison, one, other, meter, depth: depth + 1)
                ? (comparison == .less || comparison == .lessOrEqual ? .less : .greater)
                : (comparison == .less || comparison == .lessOrEqual ? .greater : .less)
        }
        return left.count < right.count ? .less : left.count == right.count ? .equal : .greater
    }
}
