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
    func simpleRepr(_ value: Value) throws(EngineError) -> Text? {
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
