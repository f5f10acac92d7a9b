internal import SPySyntax

/// Operators on sequences and collections.
extension Machine {
    func sequenceOperation(
        _ operation: BinaryOperator,
        _ left: Value,
        _ right: Value
    ) throws(EngineError) -> Value? {
        switch operation {
        case .add: return try concatenation(left, right)
        case .multiply:
            if let count = try repetitions(right) { return try repeated(left, count) }
            if let count = try repetitions(left) { return try repeated(right, count) }
            return nil
        case .modulo:
            if let format = left.string { return try PercentFormat.format(format.text, right, self) }
            return nil
        case .bitOr, .bitAnd, .bitXor, .subtract:
            if let one = left.dict, let other = right.dict {
                if one.flavor == .counter, other.flavor == .counter {
                    return try Counters.binary(operation, one, other, self)
                }
                return operation == .bitOr ? try DictMethods.union(one, other, self) : nil
            }
            return try SetAlgebra.binary(operation, left, right, self) ?? typeUnion(operation, left, right)
        default: return nil
        }
    }

    /// `int | str` between types, as a tuple of types.
    func typeUnion(_ operation: BinaryOperator, _ left: Value, _ right: Value) -> Value? {
        func members(_ value: Value) -> [Value]? {
            if value.isNone { return [type(.noneType)] }
            if value.kind == .type { return [value] }
            if let tuple = value.tuple, tuple.items.allSatisfy({ $0.kind == .type }) { return tuple.items }
            return nil
        }
        guard operation == .bitOr, let one = members(left), let other = members(right) else { return nil }
        return tuple(one + other)
    }

    func concatenation(_ left: Value, _ right: Value) throws(EngineError) -> Value? {
        guard case .object(let one) = left, case .object(let other) = right else { return nil }
        if one.kind == .dict, other.kind == .dict, let one = left.dict, let other = right.dict,
            one.flavor == .counter, other.flavor == .counter
        {
            return try Counters.binary(.add, one, other, self)
        }
        guard one.kind == other.kind else { return nil }
        switch one.kind {
        case .string:
            return try joined(
                unsafeDowncast(one, to: StringObject.self),
                unsafeDowncast(other, to: StringObject.self)
            )
        case .list:
            let result = ListObject(heap)
            let (one, other) = (
                unsafeDowncast(one, to: ListObject.self), unsafeDowncast(other, to: ListObject.self)
            )
            try meter.charge(steps: (one.count + other.count) / 8)
            try result.reserve(one.count + other.count)
            try result.append(one.elements)
            try result.append(other.elements)
            return .object(result)
        case .tuple:
            let (one, other) = (
                unsafeDowncast(one, to: TupleObject.self), unsafeDowncast(other, to: TupleObject.self)
            )
            try meter.charge(steps: (one.count + other.count) / 8)
            try heap.check()
            return tuple(one.items + other.items)
        case .bytes:
            let (one, other) = (
                unsafeDowncast(one, to: BytesObject.self), unsafeDowncast(other, to: BytesObject.self)
            )
            try meter.charge(bytes: one.bytes.count + other.bytes.count)
            return .object(BytesObject(one.bytes + other.bytes, heap))
        case .deque:
            let (one, other) = (
                unsafeDowncast(one, to: DequeObject.self), unsafeDowncast(other, to: DequeObject.self)
            )
            try meter.charge(steps: one.count + other.count)
            let result = DequeObject(maximum: one.maximum, heap)
            for value in one.array + other.array { try result.append(value) }
            return .object(result)
        default: return nil
        }
    }

    /// Two strings in one; the common case of two ASCII texts takes one allocation for the characters.
    func joined(_ left: StringObject, _ right: StringObject) throws(EngineError) -> Value {
        if right.text.isEmpty { return .object(left) }
        if left.text.isEmpty { return .object(right) }
        guard case .ascii(let first) = left.text.storage, case .ascii(let second) = right.text.storage else {
            return try text { () throws(EngineError) in try left.text.concatenated(with: right.text, meter) }
        }
        let count = first.count + second.count
        try meter.charge(bytes: count)
        try meter.charge(steps: count / 64)
        let units = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            _ = buffer[..<first.count].initialize(fromContentsOf: first)
            _ = buffer[first.count...].initialize(fromContentsOf: second)
            initialized = count
        }
        return .object(StringObject(Text(ascii: units), heap))
    }

    func repetitions(_ value: Value) throws(EngineError) -> Int? {
        if let count = value.smallInteger { return count }
        guard let big = value.bigInteger else { return nil }
        if big.isNegative { return 0 }
        return .max
    }

    func repeated(_ value: Value, _ count: Int) throws(EngineError) -> Value? {
        guard case .object(let object) = value else { return nil }
        if count == .max, [.string, .list, .tuple, .bytes].contains(object.kind) {
            throw .overflowError("cannot fit 'int' into an index-sized integer")
        }
        switch object.kind {
        case .string:
            let string = unsafeDowncast(object, to: StringObject.self)
            return try text { () throws(EngineError) in try string.text.repeated(count, meter) }
        case .list:
            let list = unsafeDowncast(object, to: ListObject.self)
            let result = ListObject(heap)
            guard count > 0, list.count > 0 else { return .object(result) }
            let (total, overflow) = list.count.multipliedReportingOverflow(by: count)
            try result.reserve(overflow ? .max : total)
            try meter.charge(steps: total / 8)
            for _ in 0..<count { try result.append(list.elements) }
            return .object(result)
        case .tuple:
            let items = unsafeDowncast(object, to: TupleObject.self).items
            guard count > 0, !items.isEmpty else { return tuple([]) }
            let (total, overflow) = items.count.multipliedReportingOverflow(by: count)
            let bytes = overflow || total > 1 << 56 ? Int.max : total * 16
            // The tuple takes the bytes itself; this only sees whether they are there.
            try meter.charge(bytes: bytes)
            meter.refund(bytes: bytes)
            try meter.charge(steps: total / 8)
            return tuple(Units.repeated(items, count))
        case .deque:
            let deque = unsafeDowncast(object, to: DequeObject.self)
            let result = DequeObject(maximum: deque.maximum, heap)
            guard count > 0 else { return .object(result) }
            for _ in 0..<count {
                for element in deque.array { try result.append(element) }
                try meter.charge(steps: deque.count + 1)
            }
            return .object(result)
        case .bytes:
            let bytes = unsafeDowncast(object, to: BytesObject.self).bytes
            let (total, overflow) = bytes.count.multipliedReportingOverflow(by: max(count, 0))
            try meter.charge(bytes: overflow ? .max : total)
            return .object(BytesObject(count > 0 ? Units.repeated(bytes, count) : [], heap))
        default: return nil
        }
    }
}
