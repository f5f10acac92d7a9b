extension Machine {
    func isIterable(_ value: Value) -> Bool {
        switch value.kind {
        case .list, .tuple, .dict, .set, .string, .bytes, .range, .iterator, .dictView, .deque: true
        default: false
        }
    }

    /// `iter(value)`
    func iterator(_ value: Value) throws(EngineError) -> IteratorObject {
        guard case .object(let object) = value else { throw notIterable(value) }
        switch object.kind {
        case .list: return ListIterator(unsafeDowncast(object, to: ListObject.self))
        case .tuple: return ArrayIterator(unsafeDowncast(object, to: TupleObject.self).items, heap)
        case .dict: return DictIterator(unsafeDowncast(object, to: DictObject.self), .keys)
        case .set: return SetIterator(unsafeDowncast(object, to: SetObject.self))
        case .string: return StringIterator(unsafeDowncast(object, to: StringObject.self))
        case .range: return RangeIterator(unsafeDowncast(object, to: RangeObject.self))
        case .iterator: return unsafeDowncast(object, to: IteratorObject.self)
        case .dictView:
            let view = unsafeDowncast(object, to: DictViewObject.self)
            return DictIterator(view.dict ?? DictObject(heap), view.part)
        case .bytes:
            let bytes = unsafeDowncast(object, to: BytesObject.self).bytes
            try meter.charge(bytes: bytes.count * 16)
            meter.refund(bytes: bytes.count * 16)
            return ArrayIterator(
                bytes.map { .int(Int($0)) },
                heap,
                PythonType("bytes_iterator"),
                isCopy: true
            )
        case .deque: return DequeIterator(unsafeDowncast(object, to: DequeObject.self))
        default: throw notIterable(value)
        }
    }

    func notIterable(_ value: Value) -> EngineError {
        .typeError("'\(TypeNames.name(of: value))' object is not iterable")
    }

    /// Calls a function with each value; every value is a step.
    @inline(__always)
    func forEach(_ value: Value, _ body: (Value) throws(EngineError) -> Void) throws(EngineError) {
        let iterator = try iterator(value)
        while let element = try iterator.next(self) {
            try meter.charge(steps: 1)
            try body(element)
        }
    }

    /// All values of an iterable, in memory that is checked against the budget but counted by who keeps them.
    func array(_ value: Value) throws(EngineError) -> [Value] {
        switch value.kind {
        case .list:
            let list = unsafeList(value)
            try checkRoom(list.count)
            return list.array
        case .tuple: return value.tuple!.items
        default: break
        }
        let iterator = try iterator(value)
        var values: [Value] = []
        if let remaining = iterator.remaining {
            try checkRoom(remaining)
            values.reserveCapacity(remaining)
        }
        var charged = 0
        defer { meter.refund(bytes: charged) }
        while let element = try iterator.next(self) {
            try meter.charge(steps: 1)
            try meter.charge(bytes: 16)
            charged += 16
            values.append(element)
        }
        return values
    }

    /// Refuses copies for which there is no memory.
    func checkRoom(_ count: Int) throws(EngineError) {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: 16)
        try meter.charge(bytes: overflow ? .max : bytes)
        meter.refund(bytes: bytes)
        try meter.charge(steps: count / 8)
    }

    func extend(_ list: ListObject, _ added: Value) throws(EngineError) {
        switch added.kind {
        case .list:
            let other = unsafeList(added)
            try meter.charge(steps: other.count / 8)
            try list.append(other.elements)
        case .tuple:
            for item in added.tuple!.items { try list.append(item) }
        default:
            try forEach(added) { (element) throws(EngineError) in try list.append(element) }
        }
    }

    // MARK: Unpacking

    func unpack(_ value: Value, _ target: UnsafeMutablePointer<Value>, _ count: Int) throws(EngineError) {
        if let tuple = value.tuple, tuple.count == count {
            for index in 0..<count { target[index] = tuple.items[index] }
            return
        }
        if let list = value.list, list.count == count {
            for index in 0..<count { target[index] = list[index] }
            return
        }
        guard isIterable(value) else {
            throw .typeError("cannot unpack non-iterable \(TypeNames.name(of: value)) object")
        }
        let iterator = try iterator(value)
        var values: [Value] = []
        while values.count < count {
            guard let element = try iterator.next(self) else {
                throw .valueError("not enough values to unpack (expected \(count), got \(values.count))")
            }
            values.append(element)
        }
        if try iterator.next(self) != nil {
            throw .valueError("too many values to unpack (expected \(count))")
        }
        for (index, element) in values.enumerated() { target[index] = element }
    }

    func unpack(
        _ value: Value,
        _ target: UnsafeMutablePointer<Value>,
        _ before: Int,
        _ after: Int
    ) throws(EngineError) {
        guard isIterable(value) else {
            throw .typeError("cannot unpack non-iterable \(TypeNames.name(of: value)) object")
        }
        let values = try array(value)
        guard values.count >= before + after else {
            throw .valueError(
                "not enough values to unpack (expected at least \(before + after), got \(values.count))"
            )
        }
        for index in 0..<before { target[index] = values[index] }
        target[before] = try list(Array(values[before..<(values.count - after)]))
        for index in 0..<after { target[before + 1 + index] = values[values.count - after + index] }
    }
}
