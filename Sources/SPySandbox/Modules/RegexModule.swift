/// `re`
enum RegexModule {
    static func members(_ machine: Machine) -> [String: Value] {
        var members = machine.members(
            [
                "compile": { machine, arguments throws(EngineError) in
                    let bound = try arguments.bind("compile", ["pattern", "flags"], required: 1)
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
        let flags: [(String, String, PatternFlags)] = [
            ("I", "IGNORECASE", .ignoreCase), ("M", "MULTILINE", .multiline), ("S", "DOTALL", .dotAll),
            ("X", "VERBOSE", .verbose), ("A", "ASCII", .ascii), ("U", "UNICODE", .unicode),
        ]
        members["NOFLAG"] = .int(0)
        for (short, long, flag) in flags {
            members[short] = .int(flag.rawValue)
            members[long] = .int(flag.rawValue)
        }
        return members
    }

    /// A function of the module: compiles the pattern, then calls the method of the same name.
    private static func onTheFly(_ name: String, _ machine: Machine, _ arguments: Arguments)
        throws(EngineError) -> Value
    {
        guard arguments.count > 0 else {
            throw .typeError("\(name)() missing 1 required positional argument: 'pattern'")
        }
        // The flags come after the arguments of the method.
        let most = ["sub", "subn"].contains(name) ? 4 : name == "split" ? 3 : 2
        var keywords = arguments.keywords
        var flags = arguments.count > most ? arguments[most] : nil
        if let index = keywords.firstIndex(where: { $0.name == "flags" }) {
            flags = keywords.remove(at: index).value
        }
        let compiled = try pattern(arguments[0], flags, machine)
        let rest = Array(arguments.positional[1..<min(arguments.count, most)])
        guard let method = PatternObject.table[name] else { return .none }
        let bound = Value.object(BoundMethodObject(.object(compiled), name, method, machine.heap))
        return try machine.call(bound, rest, keywords)
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

/// What a compiled pattern is remembered by.
struct PatternKey: Hashable {
    let text: Text
    let flags: PatternFlags
}

/// A compiled regular expression.
final class PatternObject: ForeignObject {
    let pattern: Pattern

    init(_ pattern: Pattern, _ heap: Heap) {
        self.pattern = pattern
        super.init(.pattern, heap)
        heap.debit(1_000)
    }

    deinit { heap.credit(1_000) }

    override func repr(_ machine: Machine) throws(EngineError) -> String {
        "re.compile(\(try pattern.text.repr(machine.meter).string))"
    }

    override func attribute(_ name: String, _ machine: Machine) throws(EngineError) -> Value? {
        switch name {
        case "pattern": return try machine.string(pattern.text)
        case "flags": return .int(pattern.flags.rawValue)
        case "groups": return .int(pattern.groupCount)
        case "groupindex":
            let dict = DictObject(machine.heap)
            for (name, index) in pattern.groupNames { try dict.set(machine.string(name), .int(index)) }
            return .object(dict)
        default: return nil
        }
    }

    private static func pattern(_ value: Value) -> Pattern {
        value.object(.pattern, as: PatternObject.self)!.pattern
    }

    private static func subject(_ value: Value?) throws(EngineError) -> StringObject {
        guard let value, let string = value.string else {
            throw .typeError(
                "expected string or bytes-like object, got '\(TypeNames.name(of: value ?? .none))'"
            )
        }
        return string
    }

    private static func matching(_ name: String, _ mode: Pattern.Mode) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bind(name, ["string", "pos", "endpos"], required: 1)
            let subject = try subject(bound[0])
            let start =
                try bound[1].map { (start) throws(EngineError) in try machine.intArgument(start) } ?? 0
            let end = try bound[2].map { (end) throws(EngineError) in try machine.intArgument(end) } ?? .max
            guard
                let match = try pattern(value).match(subject.text, from: start, to: end, mode, machine.meter)
            else {
                return .none
            }
            return .object(MatchObject(match, value, subject, machine.heap))
        }
    }

    static let table: [String: NativeMethod] = [
        "match": matching("match", .start), "fullmatch": matching("fullmatch", .full),
        "search": matching("search", .anywhere),
        "findall": { machine, value, arguments throws(EngineError) in
            let subject = try subject(arguments.bind("findall", ["string", "pos", "endpos"], required: 1)[0])
            let list = ListObject(machine.heap)
            var scanner = Pattern.Scanner(pattern(value), subject.text)
            while let match = try scanner.next(machine.meter) {
                var groups: [Value] = []
                let wanted = match.groups.count == 1 ? match.groups[...] : match.groups.dropFirst()
                for range in wanted {
                    groups.append(try machine.string(range.map { subject.text.slice($0) } ?? .empty))
                }
                try list.append(groups.count == 1 ? groups[0] : machine.tuple(groups))
            }
            return .object(list)
        },
        "finditer": { machine, value, arguments throws(EngineError) in
            let subject = try subject(
                arguments.bind("finditer", ["string", "pos", "endpos"], required: 1)[0]
            )
            var scanner = Pattern.Scanner(pattern(value), subject.text)
            return .object(
                ComputedIterator(PythonType("callable_iterator"), [value, .object(subject)], machine.heap) {
                    machine,
                    iterator throws(EngineError) in
                    guard let match = try scanner.next(machine.meter), let subject = iterator.values[1].string
                    else { return nil }
                    return .object(MatchObject(match, iterator.values[0], subject, machine.heap))
                }
            )
        },
        "split": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bind("split", ["string", "maxsplit"], required: 1)
            let subject = try subject(bound[0])
            let limit =
                try bound[1].map { (limit) throws(EngineError) in try machine.intArgument(limit) } ?? 0
            let before = machine.meter.bytesHeld
            let parts =
                limit < 0
                ? [subject.text] : try pattern(value).split(subject.text, limit: limit, machine.meter)
            machine.meter.refund(bytes: max(machine.meter.bytesHeld - before, 0))
            var values: [Value] = []
            for part in parts {
                values.append(
                    try part.map { (part) throws(EngineError) in try machine.string(part) } ?? .none
                )
            }
            return try machine.list(values)
        },
        "sub": { machine, value, arguments throws(EngineError) in
            try substitute(machine, value, arguments, "sub").text
        },
        "subn": { machine, value, arguments throws(EngineError) in
            let (text, count) = try substitute(machine, value, arguments, "subn")
            return machine.tuple([text, .int(count)])
        },
    ]

    private static func substitute(
        _ machine: Machine,
        _ value: Value,
        _ arguments: Arguments,
        _ name: String
    ) throws(EngineError) -> (text: Value, count: Int) {
        let bound = try arguments.bind(name, ["repl", "string", "count"], required: 2)
        let pattern = pattern(value)
        let subject = try subject(bound[1])
        let limit = try bound[2].map { (limit) throws(EngineError) in try machine.intArgument(limit) } ?? 0
        let replacement = bound[0] ?? .none
        var count = 0
        if let template = replacement.string {
            let parsed = try ReplacementTemplate(template.text, for: pattern, machine.meter)
            let text = try machine.text { () throws(EngineError) in
                let result = try pattern.substitute(parsed, in: subject.text, limit: limit, machine.meter)
                count = result.count
                return result.text
            }
            return (text, count)
        }
        var builder = TextBuilder(capacity: subject.text.count)
        var scanner = Pattern.Scanner(pattern, subject.text)
        var position = 0
        while limit <= 0 || count < limit, let match = try scanner.next(machine.meter) {
            builder.append(subject.text, position..<match.range.lowerBound)
            let result = try machine.call(
                replacement,
                [.object(MatchObject(match, value, subject, machine.heap))]
            )
            guard let text = result.string else {
                throw .typeError("expected str instance, \(TypeNames.name(of: result)) found")
            }
            builder.append(text.text)
            position = match.range.upperBound
            count += 1
        }
        builder.append(subject.text, position..<subject.text.count)
        return (try machine.string(builder.finish()), count)
    }
}

/// A match of a regular expression.
final class MatchObject: ForeignObject {
    private let match: Pattern.Match
    private let pattern: Value
    private let subject: StringObject

    init(_ match: Pattern.Match, _ pattern: Value, _ subject: StringObject, _ heap: Heap) {
        self.match = match
        self.pattern = pattern
        self.subject = subject
        super.init(.match, heap)
        heap.debit(match.groups.count * 24)
    }

    deinit { heap.credit(match.groups.count * 24) }

    private var compiled: Pattern { pattern.object(.pattern, as: PatternObject.self)!.pattern }

    override func repr(_ machine: Machine) throws(EngineError) -> String {
        let shown = try subject.text.slice(match.range).repr(machine.meter).string
        return
            "<re.Match object; span=(\(match.range.lowerBound), \(match.range.upperBound)), match=\(shown)>"
    }

    override func item(_ key: Value, _ machine: Machine) throws(EngineError) -> Value? {
        try group(key, .none, machine)
    }

    override func attribute(_ name: String, _ machine: Machine) throws(EngineError) -> Value? {
        switch name {
        case "string": return .object(subject)
        case "re": return pattern
        case "pos": return .int(0)
        case "endpos": return .int(subject.text.count)
        case "lastindex": return match.lastIndex.map { .int($0) } ?? Value.none
        case "lastgroup":
            guard let last = match.lastIndex,
                let name = compiled.groupNames.first(where: { $0.index == last })?.name
            else { return Value.none }
            return try machine.string(name)
        default: return nil
        }
    }

    private func index(_ key: Value) throws(EngineError) -> Int {
        if let number = key.smallInteger, match.groups.indices.contains(number) { return number }
        if let name = key.string, let found = compiled.groupNames.first(where: { $0.name == name.text }) {
            return found.index
        }
        throw .indexError("no such group")
    }

    private func group(_ key: Value, _ fallback: Value, _ machine: Machine) throws(EngineError) -> Value {
        try group(index(key), fallback, machine)
    }

    private func group(_ index: Int, _ fallback: Value, _ machine: Machine) throws(EngineError) -> Value {
        guard let range = match.groups[index] else { return fallback }
        return try machine.string(subject.text.slice(range))
    }

    private static func matchOf(_ value: Value) -> MatchObject { value.object(.match, as: MatchObject.self)! }

    static let table: [String: NativeMethod] = [
        "group": { machine, value, arguments throws(EngineError) in
            let match = matchOf(value)
            if arguments.count == 0 { return try match.group(0, .none, machine) }
            if arguments.count == 1 { return try match.group(arguments[0], .none, machine) }
            var groups: [Value] = []
            for key in arguments.positional { groups.append(try match.group(key, .none, machine)) }
            return machine.tuple(groups)
        },
        "groups": { machine, value, arguments throws(EngineError) in
            let fallback = try arguments.bind("groups", ["default"])[0] ?? .none
            var groups: [Value] = []
            for index in matchOf(value).match.groups.indices.dropFirst() {
                groups.append(try matchOf(value).group(index, fallback, machine))
            }
            return machine.tuple(groups)
        },
        "groupdict": { machine, value, arguments throws(EngineError) in
            let fallback = try arguments.bind("groupdict", ["default"])[0] ?? .none
            let dict = DictObject(machine.heap)
            for (name, index) in matchOf(value).compiled.groupNames {
                try dict.set(machine.string(name), matchOf(value).group(index, fallback, machine))
            }
            return .object(dict)
        },
        "start": place { .int($0?.lowerBound ?? -1) }, "end": place { .int($0?.upperBound ?? -1) },
        "span": { machine, value, arguments throws(EngineError) in
            try arguments.between(0, 1, "span")
            let match = matchOf(value)
            let range = match.match.groups[arguments.count == 1 ? try match.index(arguments[0]) : 0]
            return machine.tuple([.int(range?.lowerBound ?? -1), .int(range?.upperBound ?? -1)])
        },
        "expand": { machine, value, arguments throws(EngineError) in
            let text = try machine.textArgument(arguments.one("Match.expand"), "expected str, got ")
            let match = matchOf(value)
            return try machine.text { () throws(EngineError) in
                try ReplacementTemplate(text, for: match.compiled, machine.meter)
                    .expand(match.match, match.subject.text, machine.meter)
            }
        },
    ]

    private static func place(_ body: @escaping @Sendable (Range<Int>?) -> Value) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in
            try arguments.between(0, 1, "start")
            let match = matchOf(value)
            return body(match.match.groups[arguments.count == 1 ? try match.index(arguments[0]) : 0])
        }
    }
}
