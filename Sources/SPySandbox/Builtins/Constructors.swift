/// What happens when a program calls a type.
enum Constructors {
    static func call(_ type: PythonType, _ machine: Machine, _ arguments: Arguments) throws(EngineError)
        -> Value
    {
        if type.isException { return try exception(type, machine, arguments) }
        if let made = try ModuleMethods.construct(type, machine, arguments) { return made }
        throw .typeError("cannot create '\(type.qualifiedName)' instances")
    }

    static let table: [ObjectIdentifier: NativeFunction] = [
        ObjectIdentifier(PythonType.int): { machine, arguments throws(EngineError) in
            try int(machine, arguments)
        },
        ObjectIdentifier(PythonType.float): { machine, arguments throws(EngineError) in
            if arguments.count == 1, arguments.names.isEmpty {
                return .float(try float(arguments[0], machine))
            }
            let bound = try arguments.bind("float", ["x"], positionalOnly: 1)
            guard let value = bound[0] else { return .float(0) }
            return .float(try float(value, machine))
        },
        ObjectIdentifier(PythonType.bool): { machine, arguments throws(EngineError) in
            try arguments.between(0, 1, "bool")
            return .bool(arguments.count == 0 ? false : try machine.isTrue(arguments[0]))
        },
        ObjectIdentifier(PythonType.str): { machine, arguments throws(EngineError) in
            if arguments.count == 1, arguments.names.isEmpty { return try machine.str(arguments[0]) }
            let bound = try arguments.bind("str", ["object", "encoding", "errors"])
            guard let value = bound[0] else { return .object(machine.emptyText) }
            if bound[1] != nil, let bytes = value.object(.bytes, as: BytesObject.self) {
                return try machine.call(machine.attribute(.object(bytes), "decode"), [bound[1] ?? .none])
            }
            return try machine.str(value)
        },
        ObjectIdentifier(PythonType.bytes): { machine, arguments throws(EngineError) in
            try bytes(machine, arguments)
        },
        ObjectIdentifier(PythonType.list): { machine, arguments throws(EngineError) in
            try arguments.between(0, 1, "list")
            let list = ListObject(machine.heap)
            if arguments.count == 1 { try machine.extend(list, arguments[0]) }
            return .object(list)
        },
        ObjectIdentifier(PythonType.tuple): { machine, arguments throws(EngineError) in
            try arguments.between(0, 1, "tuple")
            if arguments.count == 0 { return machine.tuple([]) }
            if let tuple = arguments[0].tuple, tuple.type == nil { return arguments[0] }
            return machine.tuple(try machine.array(arguments[0]))
        },
        ObjectIdentifier(PythonType.dict): { machine, arguments throws(EngineError) in
            try dict(machine, arguments, DictObject(machine.heap), "dict")
        },
        ObjectIdentifier(PythonType.ordered): { machine, arguments throws(EngineError) in
            let ordered = DictObject(machine.heap)
            ordered.flavor = .ordered
            return try dict(machine, arguments, ordered, "OrderedDict")
        },
        ObjectIdentifier(PythonType.counter): { machine, arguments throws(EngineError) in
            let counter = DictObject(machine.heap)
            counter.flavor = .counter
            if arguments.count > 0, !arguments[0].isNone {
                try Counters.count(arguments[0], into: counter, machine)
            }
            for (name, value) in arguments.keywords { try counter.set(machine.string(name), value) }
            return .object(counter)
        },
        ObjectIdentifier(PythonType.defaultDict): { machine, arguments throws(EngineError) in
            let made = DictObject(machine.heap)
            made.flavor = .defaultDict
            if arguments.count > 0 {
                guard arguments[0].isNone || Builtins.isCallable(arguments[0]) else {
                    throw .typeError("first argument must be callable or None")
                }
                made.factory = arguments[0]
            }
            if arguments.count > 1 { try DictMethods.update(machine, made, arguments[1]) }
            for (name, value) in arguments.keywords { try made.set(machine.string(name), value) }
            return .object(made)
        },
        ObjectIdentifier(PythonType.set): { machine, arguments throws(EngineError) in
            try arguments.between(0, 1, "set")
            let set = SetObject(machine.heap)
            if arguments.count == 1 { try SetAlgebra.update(set, arguments[0], machine) }
            return .object(set)
        },
        ObjectIdentifier(PythonType.frozenset): { machine, arguments throws(EngineError) in
            try arguments.between(0, 1, "frozenset")
            if arguments.count == 1, arguments[0].set?.isFrozen == true { return arguments[0] }
            let set = SetObject(machine.heap, frozen: true)
            if arguments.count == 1 { try SetAlgebra.update(set, arguments[0], machine) }
            return .object(set)
        },
        ObjectIdentifier(PythonType.range): { machine, arguments throws(EngineError) in
            try range(machine, arguments)
        },
        ObjectIdentifier(PythonType.slice): { machine, arguments throws(EngineError) in
            try arguments.between(1, 3, "slice")
            if arguments.count == 1 { return .object(SliceObject(.none, arguments[0], .none, machine.heap)) }
            let step = arguments.count == 3 ? arguments[2] : .none
            return .object(SliceObject(arguments[0], arguments[1], step, machine.heap))
        },
        ObjectIdentifier(PythonType.deque): { machine, arguments throws(EngineError) in
            let bound = try arguments.bind("deque", ["iterable", "maxlen"])
            var maximum: Int?
            if let given = bound[1], !given.isNone {
                guard let number = given.smallInteger else { throw .typeError("an integer is required") }
                guard number >= 0 else { throw .valueError("maxlen must be non-negative") }
                maximum = number
            }
            let deque = DequeObject(maximum: maximum, machine.heap)
            if let source = bound[0] {
                try machine.forEach(source) { (element) throws(EngineError) in try deque.append(element) }
            }
            return .object(deque)
        },
        ObjectIdentifier(PythonType.enumerate): { machine, arguments throws(EngineError) in
            let bound = try arguments.bind("enumerate", ["iterable", "start"], required: 1)
            let start = bound[1] ?? .int(0)
            guard start.isInteger else {
                throw .typeError("'\(TypeNames.name(of: start))' object cannot be interpreted as an integer")
            }
            return .object(EnumerateIterator(try machine.iterator(bound[0] ?? .none), start: start))
        },
        ObjectIdentifier(PythonType.zip): { machine, arguments throws(EngineError) in
            var isStrict = false
            for (name, value) in arguments.keywords {
                guard name == "strict" else {
                    throw .typeError("'\(name)' is an invalid keyword argument for zip()")
                }
                isStrict = try machine.isTrue(value)
            }
            var sources: [IteratorObject] = []
            for (index, source) in arguments.positional.enumerated() {
                guard machine.isIterable(source) else {
                    if arguments.count > 0 {
                        throw .typeError("'\(TypeNames.name(of: source))' object is not iterable")
                    }
                    throw .typeError("zip argument #\(index + 1) must support iteration")
                }
                sources.append(try machine.iterator(source))
            }
            return .object(ZipIterator(sources, strict: isStrict, machine.heap))
        },
        ObjectIdentifier(PythonType.map): { machine, arguments throws(EngineError) in
            try arguments.noKeywords("map")
            guard arguments.count >= 2 else { throw .typeError("map() must have at least two arguments.") }
            var sources: [IteratorObject] = []
            for source in arguments.positional.dropFirst() { sources.append(try machine.iterator(source)) }
            return .object(MapIterator(arguments[0], sources, machine.heap))
        },
        ObjectIdentifier(PythonType.filter): { machine, arguments throws(EngineError) in
            try arguments.between(2, 2, "filter")
            return .object(FilterIterator(arguments[0], try machine.iterator(arguments[1])))
        },
        ObjectIdentifier(PythonType.reversed): { machine, arguments throws(EngineError) in
            try reversed(machine, arguments)
        },
        ObjectIdentifier(PythonType.partial): { machine, arguments throws(EngineError) in
            guard arguments.count > 0 else { throw .typeError("type 'partial' takes at least one argument") }
            guard Builtins.isCallable(arguments[0]) else {
                throw .typeError("the first argument must be callable")
            }
            return .object(
                PartialObject(
                    arguments[0],
                    Array(arguments.positional.dropFirst()),
                    arguments.keywords,
                    machine.heap
                )
            )
        },
    ]

    private static func exception(
        _ type: PythonType,
        _ machine: Machine,
        _ arguments: Arguments
    ) throws(EngineError) -> Value {
        if !arguments.names.isEmpty { throw .typeError("\(type.name)() takes no keyword arguments") }
        try machine.checkRoom(arguments.count)
        if type.name == "OSError", (2...5).contains(arguments.count), let code = arguments[0].smallInteger,
            let name = errorNames[code]
        {
            return .object(ExceptionObject(ExceptionTypes[name], arguments.positional, machine.heap))
        }
        return .object(ExceptionObject(type, arguments.positional, machine.heap))
    }

    /// The classes that `OSError` becomes by its number.
    private static let errorNames: [Int: String] = [
        1: "PermissionError", 2: "FileNotFoundError", 3: "ProcessLookupError", 4: "InterruptedError",
        10: "ChildProcessError", 11: "BlockingIOError", 13: "PermissionError", 17: "FileExistsError",
        20: "NotADirectoryError", 21: "IsADirectoryError", 32: "BrokenPipeError",
        103: "ConnectionAbortedError",
        104: "ConnectionResetError", 110: "TimeoutError", 111: "ConnectionRefusedError",
    ]

    private static func dict(
        _ machine: Machine,
        _ arguments: Arguments,
        _ dict: DictObject,
        _ name: String
    ) throws(EngineError) -> Value {
        guard arguments.count <= 1 else {
            throw .typeError("\(name) expected at most 1 argument, got \(arguments.count)")
        }
        if arguments.count == 1 { try DictMethods.update(machine, dict, arguments[0]) }
        for (key, value) in arguments.keywords { try dict.set(machine.string(key), value) }
        return .object(dict)
    }

    private static func bytes(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
        guard arguments.count > 0 else { return .object(BytesObject([], machine.heap)) }
        if let string = arguments[0].string {
            guard arguments.count > 1 else { throw .typeError("string argument without an encoding") }
            return try BytesMethods.encode(
                machine,
                string.text,
                Arguments(arguments.base + 1, count: arguments.count - 1)
            )
        }
        if let count = arguments[0].smallInteger {
            guard count >= 0 else { throw .valueError("negative count") }
            try machine.meter.charge(bytes: count)
            return .object(BytesObject(Array(repeating: 0, count: count), machine.heap))
        }
        if arguments[0].kind == .bytes { return arguments[0] }
        var bytes: [UInt8] = []
        for value in try machine.array(arguments[0]) {
            guard let number = UInt8(exactly: try machine.intArgument(value)) else {
                throw .valueError("bytes must be in range(0, 256)")
            }
            bytes.append(number)
        }
        try machine.meter.charge(bytes: bytes.count)
        return .object(BytesObject(bytes, machine.heap))
    }

    private static func range(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
        try arguments.noKeywords("range")
        guard arguments.count > 0 else { throw .typeError("range expected at least 1 argument, got 0") }
        guard arguments.count <= 3 else {
            throw .typeError("range expected at most 3 arguments, got \(arguments.count)")
        }
        func number(_ index: Int) throws(EngineError) -> Int {
            if let number = arguments[index].smallInteger { return number }
            if arguments[index].isInteger {
                throw .overflowError("SPy's range is limited to 64-bit integers")
            }
            throw .typeError(
                "'\(TypeNames.name(of: arguments[index]))' object cannot be interpreted as an integer"
            )
        }
        if arguments.count == 1 { return .object(RangeObject(0, try number(0), 1, machine.heap)) }
        let step = arguments.count == 3 ? try number(2) : 1
        guard step != 0 else { throw .valueError("range() arg 3 must not be zero") }
        return .object(RangeObject(try number(0), try number(1), step, machine.heap))
    }

    private static func reversed(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
        let value = try arguments.one("reversed")
        let heap = machine.heap
        switch value.kind {
        case .list: return .object(ListIterator(machine.unsafeList(value), reversed: true))
        case .tuple:
            try machine.checkRoom(value.tuple!.count)
            return .object(ArrayIterator(value.tuple!.items.reversed(), heap, .reversed, isCopy: true))
        case .range:
            let range = value.object(.range, as: RangeObject.self)!
            guard range.count > 0 else { return .object(RangeIterator(RangeObject(0, 0, 1, heap))) }
            let last = range[range.count - 1]
            return .object(
                RangeIterator(RangeObject(last, range.start &- range.step.signum(), 0 &- range.step, heap))
            )
        case .string, .bytes, .dict:
            return .object(ArrayIterator(try machine.array(value).reversed(), heap, .reversed, isCopy: true))
        case .dictView:
            return .object(ArrayIterator(try machine.array(value).reversed(), heap, .reversed, isCopy: true))
        case .deque:
            return .object(DequeIterator(value.object(.deque, as: DequeObject.self)!, reversed: true))
        default: throw .typeError("'\(TypeNames.name(of: value))' object is not reversible")
        }
    }
}
