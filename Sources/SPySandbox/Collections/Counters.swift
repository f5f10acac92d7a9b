internal import SPySyntax

/// `collections.Counter`.
enum Counters {
    private static func counter(_ value: Value) -> DictObject { value.dict! }

    static func count(_ source: Value, into counter: DictObject, _ machine: Machine) throws(EngineError) {
        if let other = source.dict {
            for item in other.items { try add(item.value, to: item.key, of: counter, machine) }
            return
        }
        try machine.forEach(source) { (element) throws(EngineError) in
            try add(.int(1), to: element, of: counter, machine)
        }
    }

    private static func add(
        _ amount: Value,
        to key: Value,
        of counter: DictObject,
        _ machine: Machine
    ) throws(EngineError) {
        let hash = try Hashing.hash(key, machine.meter)
        guard let index = try counter.find(key, hash: hash) else {
            return try counter.set(key, amount, hash: hash)
        }
        if case .int(let count) = counter.value(at: index), case .int(let more) = amount, count < 1 << 62,
            more < 1 << 61
        {
            counter.setValue(at: index, .int(count + more))
        } else {
            // Beside what the sum itself costs.
            try machine.meter.charge(steps: 1)
            counter.setValue(at: index, try machine.binary(.add, counter.value(at: index), amount))
        }
    }

    /// The entries, the most frequent first; nothing where counts have no order.
    static func mostCommon(_ counter: DictObject, _ machine: Machine) throws(EngineError) -> [(
        key: Value, value: Value
    )]? {
        let items = counter.items
        try machine.checkRoom(items.count * 3)
        do throws(EngineError) {
            let order = try Sorting.sorted(
                items.indices.map { .int($0) },
                keys: items.map(\.value),
                reversed: true,
                machine
            )
            return order.map { items[$0.smallInteger ?? 0] }
        } catch {
            if case .raised = error { return nil }
            throw error
        }
    }

    static let table: [String: NativeMethod] = [
        "most_common": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bind("most_common", ["n"])
            guard var items = try mostCommon(counter(value), machine) else {
                throw .typeError("'<' not supported between instances of the counts")
            }
            if let limit = bound[0], !limit.isNone {
                items = Array(items.prefix(max(try machine.intArgument(limit), 0)))
            }
            return try machine.list(items.map { machine.tuple([$0.key, $0.value]) })
        },
        "elements": { machine, value, arguments throws(EngineError) in
            var values: [Value] = []
            for item in counter(value).items {
                let count = max(try machine.intArgument(item.value), 0)
                try machine.checkRoom(values.count + count)
                values += Array(repeating: item.key, count: count)
            }
            return .object(
                ArrayIterator(values, machine.heap, PythonType("chain", module: "itertools"), isCopy: true)
            )
        },
        "total": { machine, value, arguments throws(EngineError) in
            var total = Value.int(0)
            try machine.meter.charge(steps: counter(value).count)
            for item in counter(value).items { total = try machine.binary(.add, total, item.value) }
            return total
        },
        "update": { machine, value, arguments throws(EngineError) in
            if arguments.count > 0, !arguments[0].isNone {
                try count(arguments[0], into: counter(value), machine)
            }
            for (name, amount) in arguments.keywords {
                try add(amount, to: machine.string(name), of: counter(value), machine)
            }
            return .none
        },
        "subtract": { machine, value, arguments throws(EngineError) in
            let counted = DictObject(machine.heap)
            if arguments.count > 0, !arguments[0].isNone { try count(arguments[0], into: counted, machine) }
            for (name, amount) in arguments.keywords {
                try add(amount, to: machine.string(name), of: counted, machine)
            }
            for item in counted.items {
                let before = try counter(value).get(item.key) ?? .int(0)
                try counter(value).set(item.key, machine.binary(.subtract, before, item.value))
            }
            return .none
        },
    ]

    private static func isPositive(_ value: Value, _ machine: Machine) throws(EngineError) -> Bool {
        try Ordering.holds(.greater, value, .int(0), machine.meter, depth: 0)
    }

    /// `+`, `-`, `|` and `&` keep positive counts only.
    static func binary(
        _ operation: BinaryOperator,
        _ left: DictObject,
        _ right: DictObject,
        _ machine: Machine
    ) throws(EngineError) -> Value? {
        let result = DictObject(machine.heap)
        result.flavor = .counter
        func keep(_ key: Value, _ count: Value) throws(EngineError) {
            if try isPositive(count, machine) { try result.set(key, count) }
        }
        func combined(_ one: Value, _ other: Value) throws(EngineError) -> Value? {
            switch operation {
            case .add: return try machine.binary(.add, one, other)
            case .subtract: return try machine.binary(.subtract, one, other)
            case .bitOr: return try Ordering.holds(.less, one, other, machine.meter, depth: 0) ? other : one
            case .bitAnd: return try Ordering.holds(.less, one, other, machine.meter, depth: 0) ? one : other
            default: return nil
            }
        }
        try machine.meter.charge(steps: left.count + right.count)
        for item in left.items {
            guard let count = try combined(item.value, right.get(item.key) ?? .int(0)) else { return nil }
            try keep(item.key, count)
        }
        if operation == .bitAnd { return .object(result) }
        for item in right.items where try left.get(item.key) == nil {
            try keep(
                item.key,
                operation == .subtract ? machine.binary(.subtract, .int(0), item.value) : item.value
            )
        }
        return .object(result)
    }

    static func inPlace(
        _ operation: BinaryOperator,
        _ counter: DictObject,
        _ right: Value,
        _ machine: Machine
    ) throws(EngineError) -> Bool {
        guard let other = right.dict, let result = try binary(operation, counter, other, machine)?.dict else {
            return false
        }
        counter.removeAll()
        try counter.update(result)
        return true
    }

    static func unary(_ operation: UnaryOperator, _ counter: DictObject, _ machine: Machine)
        throws(EngineError) -> Value
    {
        let empty = DictObject(machine.heap)
        empty.flavor = .counter
        let (left, right) = operation == .minus ? (empty, counter) : (counter, empty)
        return try binary(operation == .minus ? .subtract : .add, left, right, machine) ?? .none
    }

    /// Inclusion, with what is missing counted as zero.
    static func compare(
        _ comparison: ComparisonOperator,
        _ left: DictObject,
        _ right: DictObject,
        _ meter: Meter
    ) throws(EngineError) -> Bool {
        try meter.charge(steps: left.count + right.count)
        let (one, other) = comparison == .less || comparison == .lessOrEqual ? (left, right) : (right, left)
        for item in one.items + other.items {
            let (count, limit) = (try one.get(item.key) ?? .int(0), try other.get(item.key) ?? .int(0))
            if !(try Ordering.holds(.lessOrEqual, count, limit, meter, depth: 1)) { return false }
        }
        if comparison == .lessOrEqual || comparison == .greaterOrEqual { return true }
        return !(try Equality.areEqual(.object(left), .object(right), meter, depth: 0))
    }
}
