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
        var flags: [String] = []
        for (_, name, flag) in RegexModule.flags where pattern.flags.contains(flag) && flag != .unicode {
            flags.append("re.\(name)")
        }
        let shown = flags.isEmpty ? "" : ", " + flags.joined(separator: "|")
        return "re.compile(\(try pattern.text.repr(machine.meter).string)\(shown))"
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

    /// What a method looks through: a string, and the part between `pos` and `endpos`.
    private static func subjectPart(
        _ machine: Machine,
        _ arguments: Arguments,
        _ name: String
    ) throws(EngineError) -> (StringObject, Range<Int>) {
        let bound = try arguments.bind(name, ["string", "pos", "endpos"], required: 1)
        let subject = try subject(bound[0])
        func position(_ index: Int, _ fallback: Int) throws(EngineError) -> Int {
            guard let given = bound[index] else { return fallback }
            return min(max(try machine.intArgument(given), 0), subject.text.count)
        }
        let (start, end) = (try position(1, 0), try position(2, subject.text.count))
        return (subject, start..<max(start, end))
    }

    private static func matching(_ name: String, _ mode: Pattern.Mode) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in
            let (subject, part) = try subjectPart(machine, arguments, name)
            let match = try pattern(value).match(
                subject.text,
                from: part.lowerBound,
                to: part.upperBound,
                mode,
                machine.meter
            )
            return match.map { .object(MatchObject($0, value, subject, part, machine.heap)) } ?? .none
        }
    }

    static let table: [String: NativeMethod] = [
        "match": matching("match", .start), "fullmatch": matching("fullmatch", .full),
        "search": matching("search", .anywhere),
        "findall": { machine, value, arguments throws(EngineError) in
            let (subject, part) = try subjectPart(machine, arguments, "findall")
            let list = ListObject(machine.heap)
            var scanner = Pattern.Scanner(
                pattern(value),
                subject.text,
                from: part.lowerBound,
                to: part.upperBound
            )
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
            let (subject, part) = try subjectPart(machine, arguments, "finditer")
            var scanner = Pattern.Scanner(
                pattern(value),
                subject.text,
                from: part.lowerBound,
                to: part.upperBound
            )
            return .object(
                ComputedIterator(PythonType("callable_iterator"), [value, .object(subject)], machine.heap) {
                    machine,
                    iterator throws(EngineError) in
                    guard let match = try scanner.next(machine.meter), let subject = iterator.values[1].string
                    else { return nil }
                    return .object(MatchObject(match, iterator.values[0], subject, part, machine.heap))
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
                [.object(MatchObject(match, value, subject, 0..<subject.text.count, machine.heap))]
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
