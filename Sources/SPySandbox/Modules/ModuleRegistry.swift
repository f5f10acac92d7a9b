/// The modules that programs may import.
enum ModuleRegistry {
    /// What each module holds; made when a program imports it first.
    private static let modules: [String: @Sendable (Machine) throws(EngineError) -> [String: Value]] = [
        "math": { machine throws(EngineError) in MathModule.members(machine) },
        "itertools": { machine throws(EngineError) in ItertoolsModule.members(machine) },
        "functools": { machine throws(EngineError) in FunctoolsModule.members(machine) },
        "collections": { machine throws(EngineError) in CollectionsModule.members(machine) },
        "json": { machine throws(EngineError) in JSONModule.members(machine) },
        "statistics": { machine throws(EngineError) in StatisticsModule.members(machine) },
        "random": { machine throws(EngineError) in RandomModule.members(machine) },
        "datetime": { machine throws(EngineError) in DateTimeModule.members(machine) },
        "decimal": { machine throws(EngineError) in DecimalModule.members(machine) },
        "re": { machine throws(EngineError) in RegexModule.members(machine) },
    ]

    static var names: [String] { modules.keys.sorted() }

    static func members(of name: String, _ machine: Machine) throws(EngineError) -> [String: Value]? {
        try modules[name]?(machine)
    }
}

extension Machine {
    func importModule(_ name: String) throws(EngineError) -> ModuleObject {
        if let known = modules[name] { return known }
        guard let members = try ModuleRegistry.members(of: name, self) else {
            throw .raise("ModuleNotFoundError", "No module named '\(name)'")
        }
        let module = ModuleObject(name, members, heap)
        modules[name] = module
        return module
    }

    func importName(_ name: String, from module: String) throws(EngineError) -> Value {
        guard let value = try importModule(module).members[name] else {
            throw .raise("ImportError", "cannot import name '\(name)' from '\(module)' (unknown location)")
        }
        return value
    }

    /// The members of a module from its functions and types.
    func members(_ functions: [String: NativeFunction], _ types: [PythonType] = []) -> [String: Value] {
        var members: [String: Value] = [:]
        for (name, function) in functions { members[name] = .object(BuiltinObject(name, heap, function)) }
        for type in types { members[type.name] = self.type(type) }
        return members
    }
}

/// What the modules remember during a run.
struct ModuleState {
    private var generator: RandomObject?
    /// Compiled patterns by their source.
    var patterns: [PatternKey: PatternObject] = [:]

    private var decimalContext: DecimalContextObject?

    /// The context of decimal arithmetic.
    mutating func context(_ heap: Heap) -> DecimalContextObject {
        if let decimalContext { return decimalContext }
        let made = DecimalContextObject(heap)
        decimalContext = made
        return made
    }

    /// The generator behind the functions of `random`.
    mutating func random(_ heap: Heap) -> RandomObject {
        if let generator { return generator }
        let made = RandomObject(heap)
        generator = made
        return made
    }
}

/// Construction, methods and attributes of the types that modules bring.
enum ModuleMethods {
    static func construct(
        _ type: PythonType,
        _ machine: Machine,
        _ arguments: Arguments
    ) throws(EngineError) -> Value? {
        if type === PythonType.random { return try RandomModule.construct(machine, arguments) }
        if type === PythonType.decimal { return try DecimalModule.construct(machine, arguments) }
        if let made = try DateTimeModule.construct(type, machine, arguments) { return made }
        return try ItertoolsModule.construct(type, machine, arguments)
    }

    static func method(_ name: String, of object: Object) -> NativeMethod? {
        switch object.kind {
        case .random: RandomModule.table[name]
        case .pattern: PatternObject.table[name]
        case .match: MatchObject.table[name]
        case .decimal: DecimalObject.table[name]
        case .date: DateObject.table[name]
        case .time: TimeObject.table[name]
        case .datetime: DateTimeObject.table[name] ?? DateObject.table[name]
        case .timedelta: DeltaObject.table[name]
        case .timezone: ZoneObject.table[name]
        default: nil
        }
    }

    static func classMethod(_ name: String, of type: PythonType) -> NativeMethod? {
        if type === ItertoolsModule.chain, name == "from_iterable" { return ItertoolsModule.fromIterable }
        return DateTimeModule.classMethod(name, of: type)
    }

    static func attribute(_ name: String, of type: PythonType, _ machine: Machine) throws(EngineError)
        -> Value?
    {
        try DateTimeModule.attribute(name, of: type, machine)
    }
}
