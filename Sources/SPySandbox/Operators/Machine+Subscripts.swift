extension Machine {
    /// `object[key]`
    func subscripted(_ value: Value, _ key: Value) throws(EngineError) -> Value {
        guard case .object(let object) = value else { throw notSubscriptable(value) }
        switch object.kind {
        case .dict:
            let dict = unsafeDowncast(object, to: DictObject.self)
            if let found = try dict.get(key) { return found }
            return try missing(key, dict)
        case .list:
            let list = unsafeDowncast(object, to: ListObject.self)
            if let slice = key.object(.slice, as: SliceObject.self) { return try self.slice(list, slice) }
            let index = try self.index(key, "list")
            let position = index < 0 ? index + list.count : index
            guard position >= 0, position < list.count else { throw .indexError("list index out of range") }
            return list[position]
        case .tuple:
            let tuple = unsafeDowncast(object, to: TupleObject.self)
            if let slice = key.object(.slice, as: SliceObject.self) {
                let indices = try indices(slice, tuple.count)
                if indices.count == tuple.count, indices.step == 1, tuple.type == nil { return value }
                try checkRoom(indices.count)
                return self.tuple(indices.map { tuple.items[$0] })
            }
            let index = try self.index(key, "tuple")
            let position = index < 0 ? index + tuple.count : index
            guard position >= 0, position < tuple.count else { throw .indexError("tuple index out of range") }
            return tuple.items[position]
        case .string:
            let string = unsafeDowncast(object, to: StringObject.self)
            if let slice = key.object(.slice, as: SliceObject.self) {
                let bounds = try self.bounds(slice)
                return try text { () throws(EngineError) in try string.text.slice(bounds, meter) }
            }
            let index = try self.index(key, "string")
            let position = index < 0 ? index + string.text.count : index
            guard position >= 0, position < string.text.count else {
                throw .indexError("string index out of range")
            }
            return try character(string.text[position])
        case .bytes:
            let bytes = unsafeDowncast(object, to: BytesObject.self).bytes
            if let slice = key.object(.slice, as: SliceObject.self) {
                let indices = try indices(slice, bytes.count)
                try meter.charge(bytes: indices.count)
                return .object(BytesObject(indices.map { bytes[$0] }, heap))
            }
            let index = try self.index(key, "byte")
            let position = index < 0 ? index + bytes.count : index
            guard position >= 0, position < bytes.count else { throw .indexError("index out of range") }
            return .int(Int(bytes[position]))
        case .range:
            let range = unsafeDowncast(object, to: RangeObject.self)
            if let slice = key.object(.slice, as: SliceObject.self) {
                let indices = try indices(slice, range.count)
                let step = range.step &* indices.step
                let start = range[indices.start]
                return .object(RangeObject(start, range[indices.stop], step, heap))
            }
            let index = try self.index(key, "range object")
            let position = index < 0 ? index + range.count : index
            guard position >= 0, position < range.count else {
                throw .indexError("range object index out of range")
            }
            return .int(range[position])
        case .deque:
            let deque = unsafeDowncast(object, to: DequeObject.self)
            guard let index = key.smallInteger else {
                throw .typeError("sequence index must be integer, not '\(TypeNames.name(of: key))'")
            }
            let position = index < 0 ? index + deque.count : index
            guard position >= 0, position < deque.count else { throw .indexError("deque index out of range") }
            return deque[position]
        case .type:
            let type = unsafeDowncast(object, to: TypeObject.self).type
            // `list[int]` in an annotation.
            let generic: [PythonType] = [
                .list, .dict, .tuple, .set, .frozenset, .type, .deque, .defaultDict, .ordered, .counter,
            ]
            guard generic.contains(where: { $0 === type }) else {
                throw .typeError("type '\(type.qualifiedName)' is not subscriptable")
            }
            return value
        default:
            if let foreign = object.foreign, let item = try foreign.item(key, self) { return item }
            throw notSubscriptable(value)
        }
    }

    private func notSubscriptable(_ value: Value) -> EngineError {
        .typeError("'\(TypeNames.name(of: value))' object is not subscriptable")
    }

    /// What a dictionary gives for a key that it has not.
    private func missing(_ key: Value, _ dict: DictObject) throws(EngineError) -> Value {
        switch dict.flavor {
        case .counter: return .int(0)
        case .defaultDict where !dict.factory.isNone:
            let value = try call(dict.factory, [])
            try dict.set(key, value)
            return value
        default: throw keyError(key)
        }
    }

    /// An index of a sequence that is not a slice.
    func index(_ key: Value, _ sequence: String) throws(EngineError) -> Int {
        if let index = key.smallInteger { return index }
        if key.isInteger { throw .indexError("cannot fit 'int' into an index-sized integer") }
        throw .typeError(
            sequence == "string"
                ? "string indices must be integers, not '\(TypeNames.name(of: key))'"
                : "\(sequence) indices must be integers or slices, not \(TypeNames.name(of: key))"
        )
    }

    /// A slice with numbers, which may be out of any bounds.
    func bounds(_ slice: SliceObject) throws(EngineError) -> Slice {
        func number(_ value: Value) throws(EngineError) -> Int? {
            if value.isNone { return nil }
            if let small = value.smallInteger { return max(small, -Int.max) }
            guard let big = value.bigInteger else {
                throw .typeError("slice indices must be integers or None or have an __index__ method")
            }
            return big.isNegative ? -Int.max : Int.max
        }
        return Slice(
            start: try number(slice.start),
            stop: try number(slice.stop),
            step: try number(slice.step)
        )
    }

    func indices(_ slice: SliceObject, _ count: Int) throws(EngineError) -> Slice.Indices {
        try bounds(slice).indices(count: count)
    }

    private func slice(_ list: ListObject, _ slice: SliceObject) throws(EngineError) -> Value {
        let indices = try indices(slice, list.count)
        let result = ListObject(heap)
        try result.reserve(indices.count)
        try meter.charge(steps: indices.count / 16)
        if indices.step == 1 {
            let range = indices.start..<(indices.start + indices.count)
            try result.append(UnsafeBufferPointer(rebasing: list.elements[range]))
        } else {
            var position = indices.start
            for _ in 0..<indices.count {
                try result.append(list[position])
                position += indices.step
            }
        }
        return .object(result)
    }

    /// `object[key] = element`
    func setItem(_ value: Value, _ key: Value, _ element: Value) throws(EngineError) {
        guard case .object(let object) = value else { throw noAssignment(value) }
        switch object.kind {
        case .dict: try unsafeDowncast(object, to: DictObject.self).set(key, element)
        case .list:
            let list = unsafeDowncast(object, to: ListObject.self)
            if let slice = key.object(.slice, as: SliceObject.self) {
                return try setSlice(list, slice, element)
            }
            let index = try self.index(key, "list")
            let position = index < 0 ? index + list.count : index
            guard position >= 0, position < list.count else {
                throw .indexError("list assignment index out of range")
            }
            list[position] = element
        case .deque:
            let deque = unsafeDowncast(object, to: DequeObject.self)
            let index = try self.index(key, "deque")
            let position = index < 0 ? index + deque.count : index
            guard position >= 0, position < deque.count else { throw .indexError("deque index out of range") }
            deque[position] = element
        default: throw noAssignment(value)
        }
    }

    private func noAssignment(_ value: Value) -> EngineError {
        .typeError("'\(TypeNames.name(of: value))' object does not support item assignment")
    }

    private func setSlice(_ list: ListObject, _ slice: SliceObject, _ added: Value) throws(EngineError) {
        let bounds = try self.bounds(slice)
        guard isIterable(added) else {
            throw .typeError(
                bounds.step == nil || bounds.step == 1
                    ? "can only assign an iterable" : "must assign iterable to extended slice"
            )
        }
        let values = try array(added)
        let indices = try bounds.indices(count: list.count)
        if indices.step == 1 {
            return try list.replace(
                indices.start..<max(indices.start, min(indices.stop, list.count)),
                with: values
            )
        }
        guard values.count == indices.count else {
            throw .valueError(
                "attempt to assign sequence of size \(values.count) to extended slice of size \(indices.count)"
            )
        }
        for (position, element) in zip(indices, values) { list[position] = element }
    }

    /// `del object[key]`
    func deleteItem(_ value: Value, _ key: Value) throws(EngineError) {
        guard case .object(let object) = value else { throw noDeletion(value) }
        switch object.kind {
        case .dict:
            let dict = unsafeDowncast(object, to: DictObject.self)
            if try dict.remove(key) == nil, dict.flavor != .counter { throw keyError(key) }
        case .list:
            let list = unsafeDowncast(object, to: ListObject.self)
            if let slice = key.object(.slice, as: SliceObject.self) { return try deleteSlice(list, slice) }
            let index = try self.index(key, "list")
            let position = index < 0 ? index + list.count : index
            guard position >= 0, position < list.count else {
                throw .indexError("list assignment index out of range")
            }
            try meter.charge(steps: list.count / 64)
            _ = list.remove(at: position)
        case .deque:
            let deque = unsafeDowncast(object, to: DequeObject.self)
            let index = try self.index(key, "deque")
            let position = index < 0 ? index + deque.count : index
            guard position >= 0, position < deque.count else { throw .indexError("deque index out of range") }
            _ = deque.remove(at: position)
        default: throw noDeletion(value)
        }
    }

    private func noDeletion(_ value: Value) -> EngineError {
        // Sequences and everything else are refused in different words.
        let isSequence = [.string, .tuple, .range, .bytes].contains(value.kind)
        return .typeError(
            "'\(TypeNames.name(of: value))' object \(isSequence ? "doesn't" : "does not") support item deletion"
        )
    }

    private func deleteSlice(_ list: ListObject, _ slice: SliceObject) throws(EngineError) {
        let indices = try indices(slice, list.count)
        guard indices.count > 0 else { return }
        if indices.step == 1 {
            return try list.replace(indices.start..<(indices.start + indices.count), with: [])
        }
        let gone = Set(indices)
        try checkRoom(list.count)
        let kept = list.array.enumerated().filter { !gone.contains($0.offset) }.map(\.element)
        try list.replace(0..<list.count, with: kept)
    }
}
