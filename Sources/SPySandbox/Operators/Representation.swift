/// `repr`, `str` and `format` of values.
extension Machine {
    /// `str(value)`
    func str(_ value: Value) throws(EngineError) -> Value {
        if value.kind == .string { return value }
        return try text { () throws(EngineError) in try strText(value) }
    }

    func strText(_ value: Value) throws(EngineError) -> Text {
        switch value {
        case .object(let object):
            switch object.kind {
            case .string: return unsafeDowncast(object, to: StringObject.self).text
            case .exception: return try message(of: unsafeDowncast(object, to: ExceptionObject.self))
            default:
                if let foreign = object.foreign { return Text(try foreign.str(self)) }
                return try reprText(value)
            }
        default: return try reprText(value)
        }
    }

    /// `str(exception)`
    func message(of exception: ExceptionObject) throws(EngineError) -> Text {
        if let message = exception.message { return Text(message) }
        switch exception.arguments.count {
        case 0: return .empty
        case 1:
            // A missing key is shown as itself, which an empty or numeric text would not be.
            if exception.type.isSubtype(of: ExceptionTypes.keyError) {
                return try reprText(exception.arguments[0])
            }
            return try strText(exception.arguments[0])
        default:
            if exception.type.isSubtype(of: ExceptionTypes["OSError"]), exception.arguments.count == 2 {
                let (code, text) = (try strText(exception.arguments[0]), try strText(exception.arguments[1]))
                return Text("[Errno \(code.string)] \(text.string)")
            }
            return try reprText(tuple(exception.arguments))
        }
    }

    /// `repr(value)`
    func repr(_ value: Value) throws(EngineError) -> Value {
        try text { () throws(EngineError) in try reprText(value) }
    }

    func reprText(_ value: Value) throws(EngineError) -> Text {
        if let simple = try simpleRepr(value) { return simple }
        var builder = ReprBuilder(machine: self)
        try builder.append(value)
        return builder.finish()
    }

    /// Of values without parts.
    fileprivate func simpleRepr(_ value: Value) throws(EngineError) -> Text? {
        switch value {
        case .unbound, .none: return "None"
        case .ellipsis: return "Ellipsis"
        case .bool(let flag): return flag ? "True" : "False"
        case .int(let number): return Text(ascii: DecimalText.digits(of: number))
        case .float(let number): return Text(FloatText.repr(number))
        case .object(let object):
            switch object.kind {
            case .string: return try unsafeDowncast(object, to: StringObject.self).text.repr(meter)
            case .integer:
                return Text(try unsafeDowncast(object, to: IntegerObject.self).value.decimalText(meter))
            case .bytes: return BytesMethods.repr(unsafeDowncast(object, to: BytesObject.self).bytes)
            case .range:
                let range = unsafeDowncast(object, to: RangeObject.self)
                return Text(
                    range.step == 1
                        ? "range(\(range.start), \(range.stop))"
                        : "range(\(range.start), \(range.stop), \(range.step))"
                )
            case .function:
                return Text("<function \(unsafeDowncast(object, to: FunctionObject.self).code.name)>")
            case .builtin:
                return Text("<built-in function \(unsafeDowncast(object, to: BuiltinObject.self).name)>")
            case .boundMethod:
                let method = unsafeDowncast(object, to: BoundMethodObject.self)
                return Text(
                    "<built-in method \(method.name) of \(TypeNames.name(of: method.receiver)) object>"
                )
            case .type:
                return Text("<class '\(unsafeDowncast(object, to: TypeObject.self).type.qualifiedName)'>")
            case .namedTupleType:
                let type = unsafeDowncast(object, to: NamedTupleTypeObject.self).type
                return Text("<class '__main__.\(type.name)'>")
            case .module: return Text("<module '\(unsafeDowncast(object, to: ModuleObject.self).name)'>")
            case .action: return Text("<action \(unsafeDowncast(object, to: ActionObject.self).name)>")
            case .iterator: return Text("<\(TypeNames.type(of: object).name) object>")
            case .list, .tuple, .dict, .set, .slice, .exception, .dictView, .deque, .partial: return nil
            default:
                if let foreign = object.foreign { return Text(try foreign.repr(self)) }
                return Text("<\(TypeNames.name(of: value)) object>")
            }
        }
    }

    /// One field of an f-string, or of `format`.
    func formatField(_ value: Value, _ specification: Value, conversion: UInt8) throws(EngineError) -> Value {
        var value = value
        switch conversion {
        case 1: value = try str(value)
        case 2: value = try repr(value)
        case 3: value = try ascii(value)
        default: break
        }
        guard let specification = specification.string, !specification.text.isEmpty else {
            return try str(value)
        }
        return try format(value, specification.text)
    }

    func ascii(_ value: Value) throws(EngineError) -> Value {
        if let string = value.string {
            return try text { () throws(EngineError) in try string.text.asciiRepr(meter) }
        }
        let shown = try reprText(value)
        var builder = TextBuilder(capacity: shown.count)
        for index in 0..<shown.count {
            let point = shown[index]
            switch point {
            case 0..<128: builder.append(point)
            case 128..<0x100: builder.append("\\x" + Text.hex(point, width: 2))
            case 0x100..<0x10000: builder.append("\\u" + Text.hex(point, width: 4))
            default: builder.append("\\U" + Text.hex(point, width: 8))
            }
        }
        return try string(builder.finish())
    }

    /// `format(value, specification)`
    func format(_ value: Value, _ specification: Text) throws(EngineError) -> Value {
        if specification.isEmpty { return try str(value) }
        switch value {
        case .int(let number):
            if let quick = DecimalText.padded(number, specification) { return try string(quick) }
            return try text { () throws(EngineError) in
                try Format.integer(BigInteger(number), specification, meter)
            }
        case .bool(let flag):
            return try text { () throws(EngineError) in
                try Format.integer(BigInteger(flag ? 1 : 0), specification, typeName: "bool", meter)
            }
        case .float(let number):
            return try text { () throws(EngineError) in try Format.float(number, specification, meter) }
        case .object(let object):
            if let string = object as? StringObject {
                return try text { () throws(EngineError) in try Format.text(string.text, specification, meter)
                }
            }
            if let integer = object as? IntegerObject {
                return try text { () throws(EngineError) in
                    try Format.integer(integer.value, specification, meter)
                }
            }
            if let foreign = object.foreign, let result = try foreign.format(specification, self) {
                return result
            }
        default: break
        }
        throw .typeError("unsupported format string passed to \(TypeNames.name(of: value)).__format__")
    }

    func joinStrings(_ parts: UnsafeBufferPointer<Value>) throws(EngineError) -> Value {
        var length = 0
        for part in parts { length += part.string?.text.byteCount ?? 0 }
        try meter.charge(steps: length / 64)
        return try text { () throws(EngineError) in
            var builder = TextBuilder(capacity: length)
            for part in parts { if let string = part.string { builder.append(string.text) } }
            return builder.finish()
        }
    }
}

/// Decimal digits of machine integers.
enum DecimalText {
    /// `format` for the specifications that most programs use: a width below a hundred, with or without a zero before
    /// it and a `d` behind it. Nothing for any other.
    static func padded(_ number: Int, _ specification: Text) -> Text? {
        guard case .ascii(let units) = specification.storage else { return nil }
        var rest = units[...]
        if rest.last == UInt8(ascii: "d") { rest = rest.dropLast() }
        let fill: UInt8 = rest.first == 48 ? 48 : 32
        if fill == 48 { rest = rest.dropFirst() }
        guard rest.count <= 2, number >= 0 || fill == 32 else { return nil }
        var width = 0
        for unit in rest {
            guard unit >= 48, unit < 58 else { return nil }
            width = width * 10 + Int(unit - 48)
        }
        let digits = digits(of: number)
        return Text(ascii: Array(repeating: fill, count: max(width - digits.count, 0)) + digits)
    }

    static func digits(of number: Int) -> [UInt8] {
        if number >= 0, number < 10 { return [UInt8(48 + number)] }
        var rest = number.magnitude
        var digits: [UInt8] = []
        digits.reserveCapacity(20)
        while rest > 0 {
            digits.append(UInt8(48 + rest % 10))
            rest /= 10
        }
        if number < 0 { digits.append(UInt8(ascii: "-")) }
        digits.reverse()
        return digits
    }
}

/// Builds the `repr` of a value with parts.
private struct ReprBuilder {
    let machine: Machine
    private var builder = TextBuilder()
    /// The containers around the current place: one that comes again is cut short.
    private var open: [Object] = []
    private var charged = 0

    init(machine: Machine) { self.machine = machine }

    consuming func finish() -> Text { builder.finish() }

    mutating func append(_ value: Value) throws(EngineError) {
        try machine.meter.charge(steps: 1)
        let size = builder.count
        if size - charged > 4096 {
            // The builder's memory counts while it grows; it is settled when the text becomes a value.
            try machine.meter.charge(bytes: size - charged)
            charged = size
        }
        if let simple = try machine.simpleRepr(value) {
            builder.append(simple)
            return
        }
        guard case .object(let object) = value else { return }
        if open.contains(where: { $0 === object }) {
            builder.append(recursionMark(object))
            return
        }
        guard machine.guardian.hasRoom, open.count < Nesting.limit else {
            throw Nesting.exceeded(" while getting the repr of an object")
        }
        open.append(object)
        defer { open.removeLast() }
        try appendParts(object)
    }

    private func recursionMark(_ object: Object) -> String {
        switch object.kind {
        case .list: "[...]"
        case .tuple: "(...)"
        case .dict: unsafeDowncast(object, to: DictObject.self).flavor == .plain ? "{...}" : "..."
        case .deque: "[...]"
        default: "..."
        }
    }

    private mutating func appendParts(_ object: Object) throws(EngineError) {
        switch object.kind {
        case .list: try append(unsafeDowncast(object, to: ListObject.self).array, "[", "]")
        case .tuple: try append(unsafeDowncast(object, to: TupleObject.self))
        case .dict: try append(unsafeDowncast(object, to: DictObject.self))
        case .set:
            let set = unsafeDowncast(object, to: SetObject.self)
            if set.count == 0 { return builder.append(set.isFrozen ? "frozenset()" : "set()") }
            try append(set.elements, set.isFrozen ? "frozenset({" : "{", set.isFrozen ? "})" : "}")
        case .slice:
            let slice = unsafeDowncast(object, to: SliceObject.self)
            try append([slice.start, slice.stop, slice.step], "slice(", ")")
        case .exception:
            let exception = unsafeDowncast(object, to: ExceptionObject.self)
            try append(exception.arguments, exception.type.name + "(", ")")
        case .dictView:
            let view = unsafeDowncast(object, to: DictViewObject.self)
            let values = try machine.array(.object(view))
            try append(values, TypeNames.type(of: object).name + "([", "])")
        case .deque:
            let deque = unsafeDowncast(object, to: DequeObject.self)
            try append(deque.array, "deque([", deque.maximum.map { "], maxlen=\($0))" } ?? "])")
        case .partial:
            let partial = unsafeDowncast(object, to: PartialObject.self)
            builder.append("functools.partial(")
            try append(partial.function)
            for value in partial.arguments {
                builder.append(", ")
                try append(value)
            }
            for (name, value) in partial.keywords {
                builder.append(", \(name)=")
                try append(value)
            }
            builder.append(")")
        default: break
        }
    }

    private mutating func append(_ values: [Value], _ start: String, _ end: String) throws(EngineError) {
        builder.append(start)
        for (index, value) in values.enumerated() {
            if index > 0 { builder.append(", ") }
            try append(value)
        }
        builder.append(end)
    }

    private mutating func append(_ tuple: TupleObject) throws(EngineError) {
        guard let type = tuple.type else {
            return try append(tuple.items, "(", tuple.count == 1 ? ",)" : ")")
        }
        builder.append(type.type.name + "(")
        for (index, (field, value)) in zip(type.fields, tuple.items).enumerated() {
            if index > 0 { builder.append(", ") }
            builder.append(field + "=")
            try append(value)
        }
        builder.append(")")
    }

    private mutating func append(_ dict: DictObject) throws(EngineError) {
        switch dict.flavor {
        case .plain: try append(dict.items, "{", "}")
        case .ordered:
            if dict.count == 0 { return builder.append("OrderedDict()") }
            builder.append("OrderedDict([")
            for (index, item) in dict.items.enumerated() {
                if index > 0 { builder.append(", ") }
                try append([item.key, item.value], "(", ")")
            }
            builder.append("])")
        case .counter:
            if dict.count == 0 { return builder.append("Counter()") }
            try append(Counters.mostCommon(dict, machine) ?? dict.items, "Counter({", "})")
        case .defaultDict:
            builder.append("defaultdict(")
            try append(dict.factory)
            builder.append(", ")
            try append(dict.items, "{", "})")
        }
    }

    private mutating func append(
        _ items: [(key: Value, value: Value)],
        _ start: String,
        _ end: String
    ) throws(EngineError) {
        builder.append(start)
        for (index, item) in items.enumerated() {
            if index > 0 { builder.append(", ") }
            try append(item.key)
            builder.append(": ")
            try append(item.value)
        }
        builder.append(end)
    }
}
