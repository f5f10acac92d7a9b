/// `str.format` and the `%` operator: what the templates name, looked up in the arguments.
enum TemplateFormat {
    static func format(
        _ template: Text,
        _ positional: [Value],
        _ keywords: [(name: String, value: Value)],
        _ machine: Machine
    ) throws(EngineError) -> Value {
        let lookup: (FieldParser.Root) throws(EngineError) -> Value = { root throws(EngineError) in
            switch root {
            case .position(let index):
                guard index < positional.count else {
                    throw .indexError("Replacement index \(index) out of range for positional args tuple")
                }
                return positional[index]
            case .name(let name):
                let name = name.string
                guard let found = keywords.first(where: { $0.name == name }) else {
                    throw machine.keyError(try machine.string(name))
                }
                return found.value
            }
        }
        return try machine.text { () throws(EngineError) in
            var parser = FieldParser(template)
            return try render(&parser, lookup, machine)
        }
    }

    static func format(_ template: Text, mapping: Value, _ machine: Machine) throws(EngineError) -> Value {
        let lookup: (FieldParser.Root) throws(EngineError) -> Value = { root throws(EngineError) in
            switch root {
            case .position: throw .valueError("Format string contains positional fields")
            case .name(let name): return try machine.subscripted(mapping, machine.string(name))
            }
        }
        return try machine.text { () throws(EngineError) in
            var parser = FieldParser(template)
            return try render(&parser, lookup, machine)
        }
    }

    private static func render(
        _ parser: inout FieldParser,
        _ lookup: (FieldParser.Root) throws(EngineError) -> Value,
        _ machine: Machine
    ) throws(EngineError) -> Text {
        var builder = TextBuilder()
        while let part = try parser.next() {
            try machine.meter.charge(steps: 1 + part.literal.count / 64)
            try machine.meter.charge(bytes: part.literal.byteCount)
            builder.append(part.literal)
            guard let field = part.field else { continue }
            var value = try lookup(parser.root(of: field))
            for step in try FieldParser.steps(of: field) {
                switch step {
                case .attribute(let name):
                    // Attributes in a template are a way around the rules on names, so there are none.
                    throw .raise(
                        "AttributeError",
                        "SPy does not read attribute '\(name.string)' in a format string"
                    )
                case .index(let index): value = try machine.subscripted(value, .int(index))
                case .key(let key): value = try machine.subscripted(value, machine.string(key))
                }
            }
            switch try FieldParser.checkedConversion(of: field) {
            case "r": value = try machine.repr(value)
            case "s": value = try machine.str(value)
            case "a": value = try machine.ascii(value)
            default: break
            }
            var specification = field.spec
            if field.specIsTemplate {
                var nested = try parser.nested(field.spec)
                specification = try render(&nested, lookup, machine)
                parser.resume(after: nested)
            }
            guard let shown = try machine.format(value, specification).string else { continue }
            try machine.meter.charge(bytes: shown.text.byteCount)
            builder.append(shown.text)
        }
        return builder.finish()
    }
}

/// The `%` operator on text.
enum PercentFormat {
    static func format(_ template: Text, _ arguments: Value, _ machine: Machine) throws(EngineError) -> Value
    {
        try machine.text { () throws(EngineError) in
            var state = State(arguments)
            var parser = PrintfParser(template)
            var builder = TextBuilder()
            while let part = try parser.next() {
                try machine.meter.charge(steps: 1)
                switch part {
                case .literal(let text):
                    try machine.meter.charge(bytes: text.byteCount)
                    builder.append(text)
                case .directive(let directive):
                    let text = try render(directive, &state, machine)
                    builder.append(text)
                }
            }
            if !state.isMapping, state.next < state.values.count {
                throw .typeError("not all arguments converted during string formatting")
            }
            return builder.finish()
        }
    }

    private struct State {
        let values: [Value]
        let mapping: Value
        let isMapping: Bool
        var next = 0
        /// Whether some key was looked up, after which leftovers are no mistake.
        init(_ arguments: Value) {
            mapping = arguments
            values = arguments.tuple?.items ?? [arguments]
            isMapping = arguments.kind == .dict || arguments.kind == .list
        }

        mutating func take() throws(EngineError) -> Value {
            guard next < values.count else { throw .typeError("not enough arguments for format string") }
            next += 1
            return values[next - 1]
        }
    }

    private static func render(
        _ directive: PrintfParser.Directive,
        _ state: inout State,
        _ machine: Machine
    ) throws(EngineError) -> Text {
        var (width, precision): (Int?, Int?) = (nil, nil)
        var keyed: Value?
        if let key = directive.key {
            guard state.mapping.kind == .dict else { throw .typeError("format requires a mapping") }
            keyed = try machine.subscripted(state.mapping, machine.string(key))
        }
        if directive.width == .argument { width = try star(&state) }
        if directive.precision == .argument { precision = try star(&state) }
        let wanted = try directive.wanted()
        let value: Value
        if let keyed { value = keyed } else { value = try state.take() }
        let argument: PrintfParser.Directive.Argument
        switch wanted {
        case .text("s"): argument = .text(try machine.strText(value))
        case .text("r"): argument = .text(try machine.reprText(value))
        case .text: argument = .text(try machine.ascii(value).string?.text ?? .empty)
        case .integer:
            if case .float(let number) = value {
                argument = .integer(try BigInteger(number))
            } else if let number = try integer(value, machine) {
                argument = .integer(number)
            } else {
                throw directive.refusal(of: TypeNames.name(of: value))
            }
        case .exactInteger:
            guard let number = value.bigInteger else {
                throw directive.refusal(of: TypeNames.name(of: value))
            }
            argument = .integer(number)
        case .float:
            guard let number = try Constructors.double(value, machine) else {
                throw directive.refusal(of: TypeNames.name(of: value))
            }
            argument = .float(number)
        case .character:
            if let text = value.string {
                argument = .text(text.text)
            } else if let number = value.bigInteger {
                argument = .integer(number)
            } else {
                throw directive.refusal(of: TypeNames.name(of: value))
            }
        }
        return try directive.render(argument, width: width, precision: precision, machine.meter)
    }

    private static func integer(_ value: Value, _ machine: Machine) throws(EngineError) -> BigInteger? {
        if let number = value.bigInteger { return number }
        guard value.kind == .decimal else { return nil }
        return try Constructors.integer(value, machine)?.bigInteger
    }

    private static func star(_ state: inout State) throws(EngineError) -> Int {
        guard let number = try state.take().smallInteger else { throw .typeError("* wants int") }
        return number
    }
}
