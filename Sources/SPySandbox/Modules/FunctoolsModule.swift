/// `functools`
enum FunctoolsModule {
    static func members(_ machine: Machine) -> [String: Value] {
        machine.members(
            [
                "reduce": { machine, arguments throws(EngineError) in try reduce(machine, arguments) },
                "cmp_to_key": { machine, arguments throws(EngineError) in
                    let compare = try arguments.bind("cmp_to_key", ["mycmp"], required: 1)[0] ?? .none
                    return .object(
                        PartialObject(
                            .object(
                                BuiltinObject("cmp_to_key", machine.heap) {
                                    machine,
                                    arguments throws(EngineError) in
                                    .object(OrderingKey(arguments[0], arguments[1], machine))
                                }
                            ),
                            [compare],
                            [],
                            machine.heap
                        )
                    )
                },
                "lru_cache": { machine, arguments throws(EngineError) in
                    let bound = try arguments.bind("lru_cache", ["maxsize", "typed"])
                    if let function = bound[0], Builtins.isCallable(function) {
                        return .object(CachedFunctionObject(function, maximum: 128, machine.heap))
                    }
                    var maximum: Int? = 128
                    if let given = bound[0] {
                        maximum = given.isNone ? nil : max(try machine.intArgument(given), 0)
                    }
                    let most = maximum
                    return .object(
                        BuiltinObject("decorating_function", machine.heap) {
                            machine,
                            arguments throws(EngineError) in
                            .object(
                                CachedFunctionObject(
                                    try arguments.one("lru_cache"),
                                    maximum: most,
                                    machine.heap
                                )
                            )
                        }
                    )
                },
                "cache": { machine, arguments throws(EngineError) in
                    .object(CachedFunctionObject(try arguments.one("cache"), maximum: nil, machine.heap))
                },
            ],
            [.partial]
        )
    }

    private static func reduce(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
        try arguments.between(2, 3, "reduce")
        guard machine.isIterable(arguments[1]) else {
            throw .typeError("reduce() arg 2 must support iteration")
        }
        let iterator = try machine.iterator(arguments[1])
        var result: Value? = arguments.count == 3 ? arguments[2] : nil
        while let value = try iterator.next(machine) {
            try machine.meter.charge(steps: 1)
            if let current = result {
                result = try machine.call(arguments[0], [current, value])
            } else {
                result = value
            }
        }
        guard let result else { throw .typeError("reduce() of empty iterable with no initial value") }
        return result
    }
}

/// What `functools.cmp_to_key` makes of a value: an order that a function of the program decides.
///
/// Only the order: equality and hashing never call back into a program, which tables and comparisons rely on.
final class OrderingKey: ForeignObject {
    private let compare: Value
    private let value: Value
    private unowned let machine: Machine

    init(_ compare: Value, _ value: Value, _ machine: Machine) {
        self.compare = compare
        self.value = value
        self.machine = machine
        super.init(.property, machine.heap)
    }

    override func order(_ other: Value, _ meter: Meter) throws(EngineError) -> Order? {
        guard case .object(let object) = other, let other = object as? OrderingKey else { return nil }
        let verdict = try machine.call(compare, [value, other.value])
        guard let number = Numeral(verdict) else { return nil }
        return number.order(.small(0))
    }
}

/// What `functools.lru_cache` makes of a function.
final class CachedFunctionObject: Container {
    private var function: Value
    private let maximum: Int?
    private var known: DictObject
    private var (hits, misses) = (0, 0)

    init(_ function: Value, maximum: Int?, _ heap: Heap) {
        self.function = function
        self.maximum = maximum
        known = DictObject(heap)
        super.init(.cachedFunction, heap)
    }

    deinit {
        var held = [function, .object(known)]
        function = .none
        heap.release(&held)
    }

    override func clear() {
        function = .none
        known.removeAll()
    }

    func call(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
        var parts = arguments.positional
        for (name, value) in arguments.keywords {
            parts.append(.ellipsis)
            parts.append(try machine.string(name))
            parts.append(value)
        }
        // A lone integer or text is its own key, so that `f(1)` and `f(1.0)` are kept apart, as in CPython.
        let isPlain = arguments.names.isEmpty && parts.count == 1 && Self.isItsOwnKey(parts[0])
        let key = isPlain ? parts[0] : machine.tuple(parts)
        if let result = try known.remove(key) {
            // Used last, so it goes last.
            try known.set(key, result)
            hits += 1
            return result
        }
        misses += 1
        let result = try machine.call(function, arguments.positional, arguments.keywords)
        if maximum != 0 { try known.set(key, result) }
        if let maximum, maximum > 0, known.count > maximum, let oldest = known.nextIndex(from: 0) {
            _ = known.remove(at: oldest)
        }
        return result
    }

    private static func isItsOwnKey(_ value: Value) -> Bool {
        if case .bool = value { return false }
        return value.isInteger || value.kind == .string
    }

    static let table: [String: NativeMethod] = [
        "cache_clear": { machine, value, arguments throws(EngineError) in
            if let cached = value.object(.cachedFunction, as: CachedFunctionObject.self) {
                cached.known.removeAll()
                (cached.hits, cached.misses) = (0, 0)
            }
            return .none
        },
        "cache_info": { machine, value, arguments throws(EngineError) in
            guard let cached = value.object(.cachedFunction, as: CachedFunctionObject.self) else {
                return .none
            }
            let type = NamedTupleTypeObject(
                "CacheInfo",
                ["hits", "misses", "maxsize", "currsize"],
                [],
                machine.heap
            )
            let maximum = cached.maximum.map { Value.int($0) } ?? .none
            let items: [Value] = [.int(cached.hits), .int(cached.misses), maximum, .int(cached.known.count)]
            return .object(TupleObject(items, machine.heap, type: type))
        },
    ]
}
