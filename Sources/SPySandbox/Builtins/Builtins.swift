internal import SPySyntax

/// The names that every program has.
enum Builtins {
    private static let types: [String: PythonType] = [
        "int": .int, "float": .float, "str": .str, "bool": .bool, "bytes": .bytes, "list": .list,
        "tuple": .tuple,
        "dict": .dict, "set": .set, "frozenset": .frozenset, "range": .range, "slice": .slice,
        "enumerate": .enumerate,
        "zip": .zip, "map": .map, "filter": .filter, "reversed": .reversed,
    ]

    static func value(of name: String, _ machine: Machine) -> Value? {
        if let type = types[name] { return machine.type(type) }
        if let function = functions[name] ?? introspection[name] {
            return .object(BuiltinObject(name, machine.heap, function))
        }
        if ExceptionTypes.builtinNames.contains(name), let type = ExceptionTypes.byName[name] {
            return machine.type(type)
        }
        switch name {
        case "Ellipsis": return .ellipsis
        case "__name__": return (try? machine.string("__main__")) ?? Value.none
        default: return nil
        }
    }

    /// CPython's names that mean nothing here. They are no actions either: who writes `open(…)` means Python's.
    static let absent: Set<String> = [
        "BaseExceptionGroup", "ExceptionGroup", "NotImplemented", "__build_class__", "__debug__",
        "__import__",
        "__loader__", "__package__", "__spec__", "aiter", "anext", "breakpoint", "bytearray", "classmethod",
        "compile", "complex", "copyright", "credits", "delattr", "dir", "eval", "exec", "exit", "getattr",
        "globals", "help", "input", "license", "locals", "memoryview", "object", "open", "property", "quit",
        "setattr", "staticmethod", "super", "type", "vars",
    ]

    /// All names, for documentation and tests.
    static var names: [String] {
        (Array(types.keys) + Array(functions.keys) + Array(introspection.keys) + ExceptionTypes.builtinNames
            + ["Ellipsis"]).sorted()
    }

    static let functions: [String: NativeFunction] = [
        "len": { machine, arguments throws(EngineError) in .int(try machine.length(arguments.one("len"))) },
        "print": { machine, arguments throws(EngineError) in try machine.print(arguments) },
        "repr": { machine, arguments throws(EngineError) in try machine.repr(arguments.one("repr")) },
        "ascii": { machine, arguments throws(EngineError) in try machine.ascii(arguments.one("ascii")) },
        "format": { machine, arguments throws(EngineError) in
            try arguments.between(1, 2, "format")
            let specification =
                arguments.count == 2
                ? try machine.textArgument(arguments[1], "format() argument 2 must be str, not ") : .empty
            return try machine.format(arguments[0], specification)
        },
        "hash": { machine, arguments throws(EngineError) in
            .int(try Hashing.hash(arguments.one("hash"), machine.meter))
        },
        "callable": { machine, arguments throws(EngineError) in
            .bool(isCallable(try arguments.one("callable")))
        },
        "iter": { machine, arguments throws(EngineError) in
            try arguments.between(1, 2, "iter")
            if arguments.count == 1 { return .object(try machine.iterator(arguments[0])) }
            return .object(
                ComputedIterator(PythonType("callable_iterator"), [arguments[0], arguments[1]], machine.heap)
                {
                    machine,
                    iterator throws(EngineError) in
                    let value = try machine.call(iterator.values[0], [])
                    return try Equality.areSame(value, iterator.values[1], machine.meter, depth: 0)
                        ? nil : value
                }
            )
        },
        "next": { machine, arguments throws(EngineError) in
            try arguments.between(1, 2, "next")
            guard case .object(let object) = arguments[0], let iterator = object as? IteratorObject else {
                throw .typeError("'\(TypeNames.name(of: arguments[0]))' object is not an iterator")
            }
            if let value = try iterator.next(machine) { return value }
            guard arguments.count == 2 else {
                throw machine.raising(ExceptionObject(ExceptionTypes.stopIteration, [], machine.heap))
            }
            return arguments[1]
        },
        "isinstance": { machine, arguments throws(EngineError) in
            try arguments.between(2, 2, "isinstance")
            return .bool(
                try isInstance(
                    arguments[0],
                    arguments[1],
                    "isinstance() arg 2 must be a type, a tuple of types, or a union"
                )
            )
        },
        "issubclass": { machine, arguments throws(EngineError) in
            try arguments.between(2, 2, "issubclass")
            guard let type = arguments[0].object(.type, as: TypeObject.self)?.type else {
                throw .typeError("issubclass() arg 1 must be a class")
            }
            let candidates = arguments[1].tuple?.items ?? [arguments[1]]
            for candidate in candidates {
                guard let other = candidate.object(.type, as: TypeObject.self)?.type else {
                    throw .typeError("issubclass() arg 2 must be a class, a tuple of classes, or a union")
                }
                if type.isSubtype(of: other) { return .true }
            }
            return .false
        },
        "sum": { machine, arguments throws(EngineError) in try sum(machine, arguments) },
        "min": { machine, arguments throws(EngineError) in try extreme(machine, arguments, "min") },
        "max": { machine, arguments throws(EngineError) in try extreme(machine, arguments, "max") },
        "any": { machine, arguments throws(EngineError) in
            let iterator = try machine.iterator(arguments.one("any"))
            while let value = try iterator.next(machine) {
                try machine.meter.charge(steps: 1)
                if try machine.isTrue(value) { return .true }
            }
            return .false
        },
        "all": { machine, arguments throws(EngineError) in
            let iterator = try machine.iterator(arguments.one("all"))
            while let value = try iterator.next(machine) {
                try machine.meter.charge(steps: 1)
                if !(try machine.isTrue(value)) { return .false }
            }
            return .true
        },
        "sorted": { machine, arguments throws(EngineError) in
            guard arguments.count == 1 else {
                throw .typeError("sorted expected 1 argument, got \(arguments.count)")
            }
            var (key, reversed) = (Value.none, false)
            for (name, value) in arguments.keywords {
                switch name {
                case "key": key = value
                case "reverse": reversed = try machine.isTrue(value)
                default: throw .typeError("'\(name)' is an invalid keyword argument for sort()")
                }
            }
            let values = try machine.array(arguments[0])
            try machine.checkRoom(values.count * 3)
            return try machine.list(Sorting.sorted(values, key: key, reversed: reversed, machine))
        },
        "abs": { machine, arguments throws(EngineError) in try Numeric.absolute(arguments.one("abs"), machine)
        },
        "round": { machine, arguments throws(EngineError) in try Numeric.round(machine, arguments) },
        "divmod": { machine, arguments throws(EngineError) in
            try arguments.between(2, 2, "divmod")
            return try Numeric.divmod(arguments[0], arguments[1], machine)
        },
        "pow": { machine, arguments throws(EngineError) in try Numeric.power(machine, arguments) },
        "chr": { machine, arguments throws(EngineError) in
            let value = try arguments.one("chr")
            guard let code = value.smallInteger else {
                if value.isInteger { throw .overflowError("Python int too large to convert to C int") }
                throw .typeError("'\(TypeNames.name(of: value))' object cannot be interpreted as an integer")
            }
            guard code >= 0, code < 0x110000 else { throw .valueError("chr() arg not in range(0x110000)") }
            return try machine.character(UInt32(code))
        },
        "ord": { machine, arguments throws(EngineError) in
            let value = try arguments.one("ord")
            if let bytes = value.object(.bytes, as: BytesObject.self)?.bytes {
                guard bytes.count == 1 else {
                    throw .typeError("ord() expected a character, but string of length \(bytes.count) found")
                }
                return .int(Int(bytes[0]))
            }
            guard let string = value.string else {
                throw .typeError("ord() expected string of length 1, but \(TypeNames.name(of: value)) found")
            }
            return .int(try string.text.ordinal())
        },
        "hex": { machine, arguments throws(EngineError) in
            try Numeric.inRadix(arguments.one("hex"), 16, "0x", machine)
        },
        "oct": { machine, arguments throws(EngineError) in
            try Numeric.inRadix(arguments.one("oct"), 8, "0o", machine)
        },
        "bin": { machine, arguments throws(EngineError) in
            try Numeric.inRadix(arguments.one("bin"), 2, "0b", machine)
        },
    ]

    static func isCallable(_ value: Value) -> Bool {
        switch value.kind {
        case .function, .builtin, .boundMethod, .type, .namedTupleType, .action, .partial, .cachedFunction:
            true
        default: false
        }
    }

    static func isInstance(_ value: Value, _ types: Value, _ refusal: String) throws(EngineError) -> Bool {
        if let union = types.tuple {
            for type in union.items where try isInstance(value, type, refusal) { return true }
            return false
        }
        if let named = types.object(.namedTupleType, as: NamedTupleTypeObject.self) {
            return value.tuple?.type === named
        }
        guard let type = types.object(.type, as: TypeObject.self)?.type else { throw .typeError(refusal) }
        return TypeNames.type(of: value).isSubtype(of: type)
    }

    private static func sum(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
        let bound = try arguments.bind("sum", ["iterable", "start"], required: 1, positionalOnly: 1)
        var total = bound[1] ?? .int(0)
        switch total.kind {
        case .string: throw .typeError("sum() can't sum strings [use ''.join(seq) instead]")
        case .bytes: throw .typeError("sum() can't sum bytes [use b''.join(seq) instead]")
        default: break
        }
        let iterator = try machine.iterator(bound[0] ?? .none)
        while let value = try iterator.next(machine) {
            try machine.meter.charge(steps: 1)
            if case .int(let left) = total, case .int(let right) = value {
                let (sum, overflow) = left.addingReportingOverflow(right)
                if !overflow {
                    total = .int(sum)
                    continue
                }
            }
            total = try machine.binary(.add, total, value)
        }
        return total
    }

    private static func extreme(_ machine: Machine, _ arguments: Arguments, _ name: String)
        throws(EngineError) -> Value
    {
        var (key, fallback): (Value, Value?) = (.none, nil)
        for (keyword, value) in arguments.keywords {
            switch keyword {
            case "key": key = value
            case "default": fallback = value
            default: throw .typeError("'\(keyword)' is an invalid keyword argument for \(name)()")
            }
        }
        guard arguments.count > 0 else { throw .typeError("\(name) expected at least 1 argument, got 0") }
        if arguments.count > 1, fallback != nil {
            throw .typeError("Cannot specify a default for \(name)() with multiple positional arguments")
        }
        let iterator =
            arguments.count > 1
            ? ArrayIterator(arguments.positional, machine.heap) : try machine.iterator(arguments[0])
        var best: (value: Value, key: Value)?
        while let value = try iterator.next(machine) {
            try machine.meter.charge(steps: 1)
            let measure = key.isNone ? value : try machine.call(key, [value])
            guard let current = best else {
                best = (value, measure)
                continue
            }
            let isBetter: Bool
            if case .int(let one) = measure, case .int(let other) = current.key {
                isBetter = name == "min" ? one < other : one > other
            } else {
                isBetter = try Ordering.holds(
                    name == "min" ? .less : .greater,
                    measure,
                    current.key,
                    machine.meter,
                    depth: 0
                )
            }
            if isBetter { best = (value, measure) }
        }
        if let best { return best.value }
        guard let fallback else { throw .valueError("\(name)() arg is an empty sequence") }
        return fallback
    }
}
