/// `collections.namedtuple`.
enum NamedTuples {
    static func create(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
        let bound = try arguments.bind(
            "namedtuple",
            ["typename", "field_names", "rename", "defaults", "module"],
            required: 2,
            positional: 2
        )
        guard let name = bound[0]?.string else { throw .typeError("namedtuple() type name must be a string") }
        var fields: [String] = []
        if let text = bound[1]?.string {
            let spaced = text.text.string.map { $0 == "," ? " " : $0 }
            fields = String(spaced).split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\t" }).map(
                String.init
            )
        } else {
            fields = try machine.array(bound[1] ?? .none).map { $0.string?.text.string ?? "" }
        }
        if try bound[2].map({ (flag) throws(EngineError) in try machine.isTrue(flag) }) ?? false {
            fields = try renamed(fields, machine)
        }
        try check(name.text.string, fields, machine)
        var defaults: [Value] = []
        if let given = bound[3], !given.isNone { defaults = try machine.array(given) }
        if defaults.count > fields.count { throw .typeError("Got more default values than field names") }
        return .object(NamedTupleTypeObject(name.text.string, fields, defaults, machine.heap))
    }

    private static func isName(_ field: String, _ machine: Machine) throws(EngineError) -> Bool {
        try Text(field).isIdentifier(machine.meter) && !keywords.contains(field)
    }

    /// The fields with a number in place of what cannot be one.
    private static func renamed(_ fields: [String], _ machine: Machine) throws(EngineError) -> [String] {
        var seen: Set<String> = []
        var renamed: [String] = []
        for (index, field) in fields.enumerated() {
            let isGood = try isName(field, machine) && !field.hasPrefix("_") && seen.insert(field).inserted
            renamed.append(isGood ? field : "_\(index)")
        }
        return renamed
    }

    private static func check(_ name: String, _ fields: [String], _ machine: Machine) throws(EngineError) {
        for field in [name] + fields {
            guard try Text(field).isIdentifier(machine.meter) else {
                throw .valueError(
                    "Type names and field names must be valid identifiers: \(try quoted(field, machine))"
                )
            }
            if keywords.contains(field) {
                throw .valueError("Type names and field names cannot be a keyword: '\(field)'")
            }
        }
        var seen: Set<String> = []
        for (index, field) in fields.enumerated() {
            if field.hasPrefix("_"), field != "_\(index)" {
                throw .valueError("Field names cannot start with an underscore: '\(field)'")
            }
            guard seen.insert(field).inserted else {
                throw .valueError("Encountered duplicate field name: '\(field)'")
            }
        }
    }

    private static func quoted(_ text: String, _ machine: Machine) throws(EngineError) -> String {
        try Text(text).repr(machine.meter).string
    }

    private static let keywords: Set<String> = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
        "del",
        "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
        "nonlocal",
        "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
    ]

    static func make(
        _ type: NamedTupleTypeObject,
        _ machine: Machine,
        _ arguments: Arguments
    ) throws(EngineError) -> Value {
        let name = "\(type.type.name).__new__()"
        guard arguments.count <= type.fields.count else {
            let least = type.fields.count - type.defaults.count + 1
            let takes =
                type.defaults.isEmpty
                ? "\(type.fields.count + 1)" : "from \(least) to \(type.fields.count + 1)"
            throw .typeError(
                "\(name) takes \(takes) positional arguments but \(arguments.count + 1) were given"
            )
        }
        var values: [Value] = Array(repeating: .unbound, count: type.fields.count)
        for index in 0..<arguments.count { values[index] = arguments[index] }
        for (key, value) in arguments.keywords {
            try machine.meter.charge(steps: type.fields.count / 4)
            guard let index = type.fields.firstIndex(of: key) else {
                throw .typeError("\(name) got an unexpected keyword argument '\(key)'")
            }
            guard values[index].isUnbound else {
                throw .typeError("\(name) got multiple values for argument '\(key)'")
            }
            values[index] = value
        }
        let firstDefault = type.fields.count - type.defaults.count
        for index in firstDefault..<type.fields.count where values[index].isUnbound {
            values[index] = type.defaults[index - firstDefault]
        }
        let missing = zip(type.fields, values).filter { $1.isUnbound }.map { "'\($0.0)'" }
        if !missing.isEmpty {
            let list =
                missing.count == 1
                ? missing[0]
                : missing.count == 2
                    ? "\(missing[0]) and \(missing[1])"
                    : missing.dropLast().joined(separator: ", ") + ", and " + missing.last!
            throw .typeError(
                "\(name) missing \(missing.count) required positional argument\(missing.count == 1 ? "" : "s"): \(list)"
            )
        }
        return .object(TupleObject(values, machine.heap, type: type))
    }

    static func attribute(
        _ type: NamedTupleTypeObject,
        _ name: String,
        _ machine: Machine
    ) throws(EngineError) -> Value? {
        switch name {
        case "_fields":
            var fields: [Value] = []
            for field in type.fields { fields.append(try machine.string(field)) }
            return machine.tuple(fields)
        case "_field_defaults":
            let dict = DictObject(machine.heap)
            let first = type.fields.count - type.defaults.count
            for (offset, value) in type.defaults.enumerated() {
                try dict.set(machine.string(type.fields[first + offset]), value)
            }
            return .object(dict)
        case "_make": return .object(BoundMethodObject(.object(type), name, makeMethod, machine.heap))
        default: return nil
        }
    }

    static let makeMethod: NativeMethod = { machine, value, arguments throws(EngineError) in
        guard let type = value.object(.namedTupleType, as: NamedTupleTypeObject.self) else { return .none }
        let values = try machine.array(arguments.one("_make"))
        guard values.count == type.fields.count else {
            throw .typeError("Expected \(type.fields.count) arguments, got \(values.count)")
        }
        return .object(TupleObject(values, machine.heap, type: type))
    }

    static let table: [String: NativeMethod] = [
        "_asdict": { machine, value, arguments throws(EngineError) in
            let dict = DictObject(machine.heap)
            guard let tuple = value.tuple, let type = tuple.type else { return .none }
            for (field, element) in zip(type.fields, tuple.items) {
                try dict.set(machine.string(field), element)
            }
            return .object(dict)
        },
        "_replace": { machine, value, arguments throws(EngineError) in
            guard let tuple = value.tuple, let type = tuple.type else { return .none }
            var values = tuple.items
            var unknown: [String] = []
            for (key, element) in arguments.keywords {
                try machine.meter.charge(steps: type.fields.count / 4)
                if let index = type.fields.firstIndex(of: key) {
                    values[index] = element
                } else {
                    unknown.append(key)
                }
            }
            if !unknown.isEmpty {
                let names = unknown.map { "'\($0)'" }.joined(separator: ", ")
                throw .valueError("Got unexpected field names: [\(names)]")
            }
            return .object(TupleObject(values, machine.heap, type: type))
        },
    ]
}
