/// What tuples, ranges and lists share.
enum SequenceMethods {
    static let table: [String: NativeMethod] = [
        "index": { machine, value, arguments throws(EngineError) in
            if let range = value.object(.range, as: RangeObject.self) {
                let wanted = try arguments.one("range.index")
                guard let number = wanted.smallInteger, let index = RangeMethods.index(of: number, in: range)
                else {
                    throw .valueError("\(try machine.reprText(wanted).string) is not in range")
                }
                return .int(index)
            }
            return try index(value.tuple?.items ?? [], value, arguments, machine)
        },
        "count": { machine, value, arguments throws(EngineError) in
            if let range = value.object(.range, as: RangeObject.self) {
                guard let number = try arguments.one("range.count").smallInteger else { return .int(0) }
                return .int(RangeMethods.index(of: number, in: range) == nil ? 0 : 1)
            }
            return try count(value.tuple?.items ?? [], arguments.one("tuple.count"), machine)
        },
    ]

    static let sliceIndices: NativeMethod = { machine, value, arguments throws(EngineError) in
        guard let slice = value.object(.slice, as: SliceObject.self) else { return .none }
        let count = try machine.intArgument(arguments.one("slice.indices"))
        if count < 0 { throw .valueError("length should not be negative") }
        let indices = try machine.indices(slice, count)
        return machine.tuple([.int(indices.start), .int(indices.stop), .int(indices.step)])
    }

    static func index(
        _ items: [Value],
        _ sequence: Value,
        _ arguments: Arguments,
        _ machine: Machine
    ) throws(EngineError) -> Value {
        try arguments.between(1, 3, "index")
        func bound(_ index: Int, _ fallback: Int) throws(EngineError) -> Int {
            guard let given = try machine.sliceArgument(arguments, index) else { return fallback }
            return given < 0 ? max(given + items.count, 0) : given
        }
        var position = try bound(1, 0)
        let end = min(try bound(2, items.count), items.count)
        while position < end {
            if try Equality.areSame(items[position], arguments[0], machine.meter, depth: 0) {
                return .int(position)
            }
            position += 1
            if position & 15 == 0 { try machine.meter.charge(steps: 4) }
        }
        if sequence.kind == .tuple { throw .valueError("tuple.index(x): x not in tuple") }
        throw .valueError(
            "\(try machine.reprText(arguments[0]).string) is not in \(TypeNames.name(of: sequence))"
        )
    }

    static func count(_ items: [Value], _ wanted: Value, _ machine: Machine) throws(EngineError) -> Value {
        try machine.meter.charge(steps: items.count / 4)
        var count = 0
        for item in items where try Equality.areSame(item, wanted, machine.meter, depth: 0) { count += 1 }
        return .int(count)
    }
}

/// Arithmetic of ranges.
enum RangeMethods {
    static func index(of number: Int, in range: RangeObject) -> Int? {
        guard range.count > 0 else { return nil }
        let last = range[range.count - 1]
        guard
            range.step > 0 ? number >= range.start && number <= last : number <= range.start && number >= last
        else { return nil }
        let (distance, overflow) = number.subtractingReportingOverflow(range.start)
        guard !overflow, distance % range.step == 0 else { return nil }
        return distance / range.step
    }
}
