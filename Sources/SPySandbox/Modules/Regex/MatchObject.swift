/// A match of a regular expression.
final class MatchObject: ForeignObject {
    private let match: Pattern.Match
    private let pattern: Value
    private let subject: StringObject
    /// What was looked through: `pos` and `endpos`.
    private let part: Range<Int>

    init(
        _ match: Pattern.Match,
        _ pattern: Value,
        _ subject: StringObject,
        _ part: Range<Int>,
        _ heap: Heap
    ) {
        self.part = part
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
        case "pos": return .int(part.lowerBound)
        case "endpos": return .int(part.upperBound)
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
