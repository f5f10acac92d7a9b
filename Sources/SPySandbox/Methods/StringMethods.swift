/// Methods of `str`.
enum StringMethods {
    static func find(_ text: Text, _ part: Text, _ meter: Meter) throws(EngineError) -> Int? {
        let place = try text.find(part, meter)
        return place < 0 ? nil : place
    }

    @inline(__always)
    static func text(_ value: Value) -> Text { value.string?.text ?? .empty }

    typealias Map = @Sendable (Text, Meter) throws(EngineError) -> Text
    typealias Test = @Sendable (Text, Meter) throws(EngineError) -> Bool

    private static func map(_ name: String, _ body: @escaping Map) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in
            try arguments.none("str.\(name)")
            return try machine.text { () throws(EngineError) in try body(text(value), machine.meter) }
        }
    }

    private static func test(_ name: String, _ body: @escaping Test) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in
            try arguments.none("str.\(name)")
            return .bool(try body(text(value), machine.meter))
        }
    }

    static let table: [String: NativeMethod] = [
        "upper": map("upper") { text, meter throws(EngineError) in try text.upper(meter) },
        "lower": map("lower") { text, meter throws(EngineError) in try text.lower(meter) },
        "casefold": map("casefold") { text, meter throws(EngineError) in try text.casefold(meter) },
        "swapcase": map("swapcase") { text, meter throws(EngineError) in try text.swapcase(meter) },
        "capitalize": map("capitalize") { text, meter throws(EngineError) in try text.capitalize(meter) },
        "title": map("title") { text, meter throws(EngineError) in try text.title(meter) },
        "isspace": test("isspace") { text, meter throws(EngineError) in try text.isSpace(meter) },
        "isalpha": test("isalpha") { text, meter throws(EngineError) in try text.isAlpha(meter) },
        "isdecimal": test("isdecimal") { text, meter throws(EngineError) in try text.isDecimal(meter) },
        "isdigit": test("isdigit") { text, meter throws(EngineError) in try text.isDigit(meter) },
        "isnumeric": test("isnumeric") { text, meter throws(EngineError) in try text.isNumeric(meter) },
        "isalnum": test("isalnum") { text, meter throws(EngineError) in try text.isAlnum(meter) },
        "isprintable": test("isprintable") { text, meter throws(EngineError) in try text.isPrintable(meter) },
        "isidentifier": test("isidentifier") { text, meter throws(EngineError) in try text.isIdentifier(meter)
        },
        "isupper": test("isupper") { text, meter throws(EngineError) in try text.isUpper(meter) },
        "islower": test("islower") { text, meter throws(EngineError) in try text.isLower(meter) },
        "istitle": test("istitle") { text, meter throws(EngineError) in try text.isTitle(meter) },
        "isascii": test("isascii") { text, meter throws(EngineError) in text.isASCII },
        "strip": strip("strip", .both), "lstrip": strip("lstrip", .left), "rstrip": strip("rstrip", .right),
        "find": search("find") { text, part, start, end, meter throws(EngineError) in
            .int(try text.find(part, from: start, to: end, meter))
        },
        "rfind": search("rfind") { text, part, start, end, meter throws(EngineError) in
            .int(try text.rfind(part, from: start, to: end, meter))
        },
        "index": search("index") { text, part, start, end, meter throws(EngineError) in
            .int(try text.index(part, from: start, to: end, meter))
        },
        "rindex": search("rindex") { text, part, start, end, meter throws(EngineError) in
            .int(try text.rindex(part, from: start, to: end, meter))
        },
        "count": search("count") { text, part, start, end, meter throws(EngineError) in
            .int(try text.count(of: part, from: start, to: end, meter))
        },
        "startswith": affix("startswith") { $0.starts(with: $1, from: $2, to: $3) },
        "endswith": affix("endswith") { $0.ends(with: $1, from: $2, to: $3) },
        "removeprefix": { machine, value, arguments throws(EngineError) in
            let part = try machine.textArgument(
                arguments.one("str.removeprefix"),
                "removeprefix() argument must be str, not "
            )
            return try machine.text { () throws(EngineError) in text(value).removingPrefix(part) }
        },
        "removesuffix": { machine, value, arguments throws(EngineError) in
            let part = try machine.textArgument(
                arguments.one("str.removesuffix"),
                "removesuffix() argument must be str, not "
            )
            return try machine.text { () throws(EngineError) in text(value).removingSuffix(part) }
        },
        "replace": replace,
        "split": split("split", fromEnd: false), "rsplit": split("rsplit", fromEnd: true),
        "splitlines": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bind("splitlines", ["keepends"])
            let keeps = try bound[0].map { (flag) throws(EngineError) in try machine.isTrue(flag) } ?? false
            return try machine.list(
                machine.texts { () throws(EngineError) in
                    try text(value).lines(keepingEnds: keeps, machine.meter)
                }
            )
        },
        "join": join,
        "partition": partition("partition") { text, separator, meter throws(EngineError) in
            try text.partition(separator, meter)
        },
        "rpartition": partition("rpartition") { text, separator, meter throws(EngineError) in
            try text.partitionFromEnd(separator, meter)
        },
        "center": pad("center") { text, width, fill, meter throws(EngineError) in
            try text.centered(width, fill: fill, meter)
        },
        "ljust": pad("ljust") { text, width, fill, meter throws(EngineError) in
            try text.leftJustified(width, fill: fill, meter)
        },
        "rjust": pad("rjust") { text, width, fill, meter throws(EngineError) in
            try text.rightJustified(width, fill: fill, meter)
        },
        "zfill": { machine, value, arguments throws(EngineError) in
            let width = try machine.intArgument(arguments.one("str.zfill"))
            return try machine.text { () throws(EngineError) in
                try text(value).zeroFilled(width, machine.meter)
            }
        },
        "expandtabs": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bind("expandtabs", ["tabsize"])
            let size = try bound[0].map { (size) throws(EngineError) in try machine.intArgument(size) } ?? 8
            return try machine.text { () throws(EngineError) in
                try text(value).expandingTabs(size, machine.meter)
            }
        },
        "format": { machine, value, arguments throws(EngineError) in
            try TemplateFormat.format(text(value), arguments.positional, arguments.keywords, machine)
        },
        "format_map": { machine, value, arguments throws(EngineError) in
            let mapping = try arguments.one("str.format_map")
            return try TemplateFormat.format(text(value), mapping: mapping, machine)
        },
        "translate": translate,
        "encode": { machine, value, arguments throws(EngineError) in
            try BytesMethods.encode(machine, text(value), arguments)
        },
    ]

    private static func strip(_ name: String, _ ends: Text.Ends) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in
            try arguments.between(0, 1, name)
            var characters: Text?
            if arguments.count == 1, !arguments[0].isNone {
                characters = try machine.textArgument(
                    arguments[0],
                    "\(name) arg must be None or str",
                    bare: true
                )
            }
            return try machine.text { () throws(EngineError) in
                try text(value).stripped(ends, of: characters, machine.meter)
            }
        }
    }

    typealias Search = @Sendable (Text, Text, Int?, Int?, Meter) throws(EngineError) -> Value

    private static func search(_ name: String, _ body: @escaping Search) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in
            try arguments.noKeywords("str.\(name)")
            guard (1...3).contains(arguments.count) else {
                throw .typeError(
                    arguments.count == 0
                        ? "\(name)() takes at least 1 argument (0 given)"
                        : "\(name)() takes at most 3 arguments (\(arguments.count) given)"
                )
            }
            let part = try machine.textArgument(arguments[0], "must be str, not ")
            return try body(
                text(value),
                part,
                machine.sliceArgument(arguments, 1),
                machine.sliceArgument(arguments, 2),
                machine.meter
            )
        }
    }

    private static func affix(
        _ name: String,
        _ body: @escaping @Sendable (Text, Text, Int?, Int?) -> Bool
    ) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in
            try arguments.noKeywords("str.\(name)")
            guard (1...3).contains(arguments.count) else {
                throw .typeError(
                    arguments.count == 0
                        ? "\(name)() takes at least 1 argument (0 given)"
                        : "\(name)() takes at most 3 arguments (\(arguments.count) given)"
                )
            }
            let (start, end) = (
                try machine.sliceArgument(arguments, 1), try machine.sliceArgument(arguments, 2)
            )
            let whole = text(value)
            if let part = arguments[0].string {
                try machine.meter.charge(steps: part.text.count / 32)
                return .bool(body(whole, part.text, start, end))
            }
            guard let parts = arguments[0].tuple else {
                throw .typeError(
                    "\(name) first arg must be str or a tuple of str, not \(TypeNames.name(of: arguments[0]))"
                )
            }
            for part in parts.items {
                guard let part = part.string else {
                    throw .typeError(
                        "tuple for \(name) must only contain str, not \(TypeNames.name(of: part))"
                    )
                }
                try machine.meter.charge(steps: 1 + part.text.count / 32)
                if body(whole, part.text, start, end) { return .true }
            }
            return .false
        }
    }

    private static let replace: NativeMethod = { machine, value, arguments throws(EngineError) in
        try arguments.between(2, 3, "replace")
        let old = try machine.textArgument(arguments[0], "replace() argument 1 must be str, not ")
        let new = try machine.textArgument(arguments[1], "replace() argument 2 must be str, not ")
        let limit = arguments.count == 3 ? try machine.intArgument(arguments[2]) : nil
        return try machine.text { () throws(EngineError) in
            try text(value).replacing(old, with: new, limit: limit, machine.meter)
        }
    }

    private static func split(_ name: String, fromEnd: Bool) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bind(name, ["sep", "maxsplit"])
            let limit =
                try bound[1].map { (limit) throws(EngineError) in try machine.intArgument(limit) } ?? -1
            let whole = text(value)
            var separator: Text?
            if let given = bound[0], !given.isNone {
                separator = try machine.textArgument(given, "must be str or None, not ")
            }
            return try machine.list(
                machine.texts { () throws(EngineError) in
                    if let separator {
                        return fromEnd
                            ? try whole.splitFromEnd(separator: separator, limit: limit, machine.meter)
                            : try whole.split(separator: separator, limit: limit, machine.meter)
                    }
                    return fromEnd
                        ? try whole.splitFromEnd(limit: limit, machine.meter)
                        : try whole.split(limit: limit, machine.meter)
                }
            )
        }
    }

    private static let join: NativeMethod = { machine, value, arguments throws(EngineError) in
        let source = try arguments.one("str.join")
        guard machine.isIterable(source) else { throw .typeError("can only join an iterable") }
        let values = try machine.array(source)
        var parts: [Text] = []
        parts.reserveCapacity(values.count)
        for (index, part) in values.enumerated() {
            guard let string = part.string else {
                throw .typeError(
                    "sequence item \(index): expected str instance, \(TypeNames.name(of: part)) found"
                )
            }
            parts.append(string.text)
        }
        return try machine.text { () throws(EngineError) in try text(value).join(parts, machine.meter) }
    }

    typealias Partition = @Sendable (Text, Text, Meter) throws(EngineError) -> (Text, Text, Text)

    private static func partition(_ name: String, _ body: @escaping Partition) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in
            let separator = try machine.textArgument(arguments.one("str.\(name)"), "must be str, not ")
            return machine.tuple(
                try machine.texts { () throws(EngineError) in
                    let (before, middle, after) = try body(text(value), separator, machine.meter)
                    return [before, middle, after]
                }
            )
        }
    }

    typealias Pad = @Sendable (Text, Int, Text, Meter) throws(EngineError) -> Text

    private static func pad(_ name: String, _ body: @escaping Pad) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in
            try arguments.between(1, 2, name)
            let width = try machine.intArgument(arguments[0])
            var fill: Text = " "
            if arguments.count == 2 {
                fill = try machine.textArgument(
                    arguments[1],
                    "The fill character must be a unicode character, not "
                )
                guard fill.count == 1 else {
                    throw .typeError("The fill character must be exactly one character long")
                }
            }
            return try machine.text { () throws(EngineError) in
                try body(text(value), width, fill, machine.meter)
            }
        }
    }

    private static let translate: NativeMethod = { machine, value, arguments throws(EngineError) in
        let table = try arguments.one("str.translate")
        return try machine.text { () throws(EngineError) in
            try text(value).translated(machine.meter) { (point) throws(EngineError) in
                guard let dict = table.dict, let found = try dict.get(.int(Int(point))) else { return nil }
                if found.isNone { return .deleted }
                if let text = found.string { return .text(text.text) }
                guard let code = found.smallInteger else {
                    throw .typeError("character mapping must return integer, None or str")
                }
                return .text(try Text.character(code))
            }
        }
    }
}

extension Machine {
    /// A text, or the error with the name of what came instead; `bare` leaves the name out.
    func textArgument(_ value: Value, _ refusal: String, bare: Bool = false) throws(EngineError) -> Text {
        guard let string = value.string else {
            throw .typeError(bare ? refusal : refusal + TypeNames.name(of: value))
        }
        return string.text
    }

    func intArgument(_ value: Value) throws(EngineError) -> Int {
        if let number = value.smallInteger { return number }
        if value.isInteger { throw .overflowError("Python int too large to convert to C ssize_t") }
        throw .typeError("'\(TypeNames.name(of: value))' object cannot be interpreted as an integer")
    }

    /// A bound as in a slice: a number of any size, or `None`.
    func sliceArgument(_ arguments: Arguments, _ index: Int) throws(EngineError) -> Int? {
        guard index < arguments.count, !arguments[index].isNone else { return nil }
        if let number = arguments[index].smallInteger { return number }
        guard let big = arguments[index].bigInteger else {
            throw .typeError("slice indices must be integers or None or have an __index__ method")
        }
        return big.isNegative ? -Int.max : Int.max
    }
}
