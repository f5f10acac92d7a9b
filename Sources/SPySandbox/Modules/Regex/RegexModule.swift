/// `re`
enum RegexModule {
    static func members(_ machine: Machine) -> [String: Value] {
        var members = machine.members(
            [
                "compile": { machine, arguments throws(EngineError) in
                    let bound = try arguments.bindPython("compile", ["pattern", "flags"], required: 1)
                    return .object(try pattern(bound[0] ?? .none, bound[1], machine))
                },
                "escape": { machine, arguments throws(EngineError) in
                    let text = try machine.textArgument(arguments.one("escape"), "expected string, got ")
                    return try machine.text { () throws(EngineError) in
                        try Pattern.escape(text, machine.meter)
                    }
                },
                "purge": { machine, arguments throws(EngineError) in
                    try arguments.none("purge")
                    machine.moduleState.patterns = [:]
                    return .none
                },
            ],
            [.pattern, .match]
        )
        for name in ["match", "fullmatch", "search", "findall", "finditer", "split", "sub", "subn"] {
            members[name] = .object(
                BuiltinObject(name, machine.heap) { machine, arguments throws(EngineError) in
                    try onTheFly(name, machine, arguments)
                }
            )
        }
        members["error"] = machine.type(ExceptionTypes["re.error"])
        members["NOFLAG"] = .int(0)
        for (short, long, flag) in flags {
            members[short] = .int(flag.rawValue)
            members[long] = .int(flag.rawValue)
        }
        return members
    }

    /// Short and long names, in the order of their bits.
    static let flags: [(String, String, PatternFlags)] = [
        ("I", "IGNORECASE", .ignoreCase), ("M", "MULTILINE", .multiline), ("S", "DOTALL", .dotAll),
        ("U", "UNICODE", .unicode), ("X", "VERBOSE", .verbose), ("A", "ASCII", .ascii),
    ]

    /// A function of the module: compiles the pattern, then calls the method of the same name.
    private static func onTheFly(_ name: String, _ machine: Machine, _ arguments: Arguments)
        throws(EngineError) -> Value
    {
        let names =
            switch name {
            case "sub", "subn": ["pattern", "repl", "string", "count", "flags"]
            case "split": ["pattern", "string", "maxsplit", "flags"]
            default: ["pattern", "string", "flags"]
            }
        let required = name == "sub" || name == "subn" ? 3 : 2
        let bound = try arguments.bindPython(name, names, required: required)
        let compiled = try pattern(bound[0] ?? .none, bound[names.count - 1], machine)
        let rest = bound[1..<(names.count - 1)].compactMap { $0 }
        guard let method = PatternObject.table[name] else { return .none }
        let callee = Value.object(BoundMethodObject(.object(compiled), name, method, machine.heap))
        return try machine.call(callee, rest)
    }

    static func pattern(_ source: Value, _ flags: Value?, _ machine: Machine) throws(EngineError)
        -> PatternObject
    {
        if let compiled = source.object(.pattern, as: PatternObject.self) {
            if let flags, flags.smallInteger != 0 {
                throw .valueError("cannot process flags argument with a compiled pattern")
            }
            return compiled
        }
        guard let text = source.string else {
            throw .typeError("first argument must be string or compiled pattern")
        }
        let wanted = PatternFlags(
            rawValue: try flags.map { (flags) throws(EngineError) in try machine.intArgument(flags) } ?? 0
        )
        let key = PatternKey(text: text.text, flags: wanted)
        if let known = machine.moduleState.patterns[key] { return known }
        let made = PatternObject(try Pattern(text.text, flags: wanted, machine.meter), machine.heap)
        if machine.moduleState.patterns.count > 200 { machine.moduleState.patterns = [:] }
        machine.moduleState.patterns[key] = made
        return made
    }
}
