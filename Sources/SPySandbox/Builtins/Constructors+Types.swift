/// What programs reach through a type: `str.upper`, `dict.fromkeys`, `date.max`.
extension Constructors {
    /// Attributes of a type that are no methods, such as `datetime.max`.
    static func attribute(_ type: PythonType, _ name: String, _ machine: Machine) throws(EngineError)
        -> Value?
    {
        try ModuleMethods.attribute(name, of: type, machine)
    }

    /// Methods reached through a type: class methods, and those of its objects with the object as first argument.
    static func method(_ name: String, of type: PythonType) -> NativeMethod? {
        if let method = classMethods["\(type.name).\(name)"] { return method }
        if name == "fromkeys", type === PythonType.ordered || type === PythonType.defaultDict {
            return fromKeys(type === PythonType.ordered ? .ordered : .defaultDict)
        }
        if let method = ModuleMethods.classMethod(name, of: type) { return method }
        guard let method = unbound(name, type) else { return nil }
        return { machine, value, arguments throws(EngineError) in
            guard arguments.count > 0 else {
                throw .typeError("unbound method \(type.name).\(name)() needs an argument")
            }
            guard TypeNames.type(of: arguments[0]).isSubtype(of: type) else {
                throw .typeError(
                    "descriptor '\(name)' for '\(type.name)' objects doesn't apply to a '\(TypeNames.name(of: arguments[0]))' object"
                )
            }
            let rest = Arguments(arguments.base + 1, count: arguments.count - 1, names: arguments.names)
            return try method(machine, arguments[0], rest)
        }
    }

    /// A class method, which an object of the type offers too.
    static func classMethod(_ name: String, of type: PythonType) -> NativeMethod? {
        classMethods["\(type.name).\(name)"]
    }

    private static func unbound(_ name: String, _ type: PythonType) -> NativeMethod? {
        switch ObjectIdentifier(type) {
        case ObjectIdentifier(PythonType.str): StringMethods.table[name]
        case ObjectIdentifier(PythonType.list): ListMethods.table[name]
        case ObjectIdentifier(PythonType.dict), ObjectIdentifier(PythonType.defaultDict):
            DictMethods.table[name]
        case ObjectIdentifier(PythonType.ordered): DictMethods.ordered[name] ?? DictMethods.table[name]
        case ObjectIdentifier(PythonType.counter): Counters.table[name] ?? DictMethods.table[name]
        case ObjectIdentifier(PythonType.set): SetMethods.table[name] ?? SetMethods.mutating[name]
        case ObjectIdentifier(PythonType.frozenset): SetMethods.table[name]
        case ObjectIdentifier(PythonType.tuple): SequenceMethods.table[name]
        case ObjectIdentifier(PythonType.int), ObjectIdentifier(PythonType.bool): NumberMethods.integer[name]
        case ObjectIdentifier(PythonType.float): NumberMethods.float[name]
        case ObjectIdentifier(PythonType.deque): DequeMethods.table[name]
        default: nil
        }
    }

    private static func fromKeys(_ flavor: DictObject.Flavor) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in
            try arguments.between(1, 2, "fromkeys")
            let dict = DictObject(machine.heap)
            dict.flavor = flavor
            let element = arguments.count == 2 ? arguments[1] : .none
            try machine.forEach(arguments[0]) { (key) throws(EngineError) in try dict.set(key, element) }
            return .object(dict)
        }
    }

    private static let classMethods: [String: NativeMethod] = [
        "dict.fromkeys": fromKeys(.plain),
        "Counter.fromkeys": { machine, value, arguments throws(EngineError) in
            throw .raise(
                "NotImplementedError",
                "Counter.fromkeys() is undefined.  Use Counter(iterable) instead."
            )
        },
        "str.maketrans": { machine, value, arguments throws(EngineError) in
            try makeTranslation(machine, arguments)
        },
        "float.fromhex": { machine, value, arguments throws(EngineError) in
            let text = try machine.textArgument(
                arguments.one("float.fromhex"),
                "fromhex() argument must be str, not "
            )
            return .float(try text.hexadecimalFloat(machine.meter))
        },
        "int.from_bytes": NumberMethods.fromBytes,
        "bytes.fromhex": { machine, value, arguments throws(EngineError) in
            let text = try machine.textArgument(
                arguments.one("bytes.fromhex"),
                "fromhex() argument must be str, not "
            )
            let digits = text.string.utf8.filter { $0 != 32 }.compactMap {
                Character(Unicode.Scalar($0)).hexDigitValue
            }
            guard digits.count.isMultiple(of: 2), digits.count == text.string.utf8.filter({ $0 != 32 }).count
            else {
                throw .valueError("non-hexadecimal number found in fromhex() arg at position 0")
            }
            let bytes = stride(from: 0, to: digits.count, by: 2).map {
                UInt8(digits[$0] * 16 + digits[$0 + 1])
            }
            try machine.meter.charge(bytes: bytes.count)
            return .object(BytesObject(bytes, machine.heap))
        },
    ]

    private static func makeTranslation(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
        -> Value
    {
        try arguments.between(1, 3, "maketrans")
        let dict = DictObject(machine.heap)
        if arguments.count == 1 {
            guard let source = arguments[0].dict else {
                throw .typeError("if you give only one argument to maketrans it must be a dict")
            }
            for (key, value) in source.items {
                if let text = key.string {
                    guard text.text.count == 1 else {
                        throw .valueError("string keys in translate table must be of length 1")
                    }
                    try dict.set(.int(Int(text.text[0])), value)
                } else {
                    try dict.set(key, value)
                }
            }
            return .object(dict)
        }
        let from = try machine.textArgument(
            arguments[0],
            "first maketrans argument must be a string if there is a second argument",
            bare: true
        )
        let to = try machine.textArgument(arguments[1], "maketrans() argument 2 must be str, not ")
        let gone =
            arguments.count == 3
            ? try machine.textArgument(arguments[2], "maketrans() argument 3 must be str, not ") : .empty
        try machine.meter.charge(steps: from.count + gone.count)
        for (point, translation) in try Text.translationTable(from: from, to: to, deleting: gone) {
            switch translation {
            case .deleted: try dict.set(.int(Int(point)), .none)
            case .text(let text): try dict.set(.int(Int(point)), .int(Int(text[0])))
            }
        }
        return .object(dict)
    }
}
