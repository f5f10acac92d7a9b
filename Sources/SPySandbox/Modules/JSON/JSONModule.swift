/// `json`
enum JSONModule {
    static func members(_ machine: Machine) -> [String: Value] {
        var members = machine.members([
            "loads": { machine, arguments throws(EngineError) in try loads(machine, arguments) },
            "dumps": { machine, arguments throws(EngineError) in try dumps(machine, arguments) },
        ])
        members["JSONDecodeError"] = machine.type(ExceptionTypes["json.JSONDecodeError"])
        return members
    }

    private static func dumps(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
        let names = [
            "obj", "skipkeys", "ensure_ascii", "check_circular", "allow_nan", "cls", "indent", "separators",
            "default", "sort_keys",
        ]
        if let unknown = arguments.names.first(where: { !names.contains($0) }) {
            throw .typeError("JSONEncoder.__init__() got an unexpected keyword argument '\(unknown)'")
        }
        let bound = try arguments.bindPython(
            "dumps",
            names,
            required: 1,
            keywordOnly: 9
        )
        func flag(_ index: Int, _ fallback: Bool) throws(EngineError) -> Bool {
            guard let value = bound[index] else { return fallback }
            return try machine.isTrue(value)
        }
        var writer = JSONDump(
            machine: machine,
            skipsKeys: try flag(1, false),
            ensuresASCII: try flag(2, true),
            allowsNaN: try flag(4, true),
            sortsKeys: try flag(9, false),
            convert: bound[8] ?? .none
        )
        if let indent = bound[6], !indent.isNone {
            if let text = indent.string?.text {
                writer.indent = text
            } else {
                let width = max(try machine.intArgument(indent), 0)
                try machine.checkRoom(width)
                writer.indent = Text(ascii: Array(repeating: 32, count: width))
            }
            writer.itemSeparator = ","
        }
        if let separators = bound[7], !separators.isNone {
            let parts = try machine.array(separators)
            guard parts.count == 2, let item = parts[0].string, let key = parts[1].string else {
                throw .typeError("separators must be a pair of strings")
            }
            (writer.itemSeparator, writer.keySeparator) = (item.text, key.text)
        }
        return try machine.text { () throws(EngineError) in
            try writer.append(bound[0] ?? .none)
            return writer.finish()
        }
    }

    private static func loads(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
        let bound = try arguments.bindPython(
            "loads",
            ["s", "object_hook", "object_pairs_hook", "parse_float", "parse_int", "parse_constant"],
            required: 1,
            keywordOnly: 5
        )
        let source = bound[0] ?? .none
        let text: Text
        if let string = source.string {
            text = string.text
        } else if let bytes = source.object(.bytes, as: BytesObject.self)?.bytes {
            text = try Codec(encoding: "utf-8", errors: "strict").decode(bytes, machine.meter)
        } else {
            throw .typeError(
                "the JSON object must be str, bytes or bytearray, not \(TypeNames.name(of: source))"
            )
        }
        func hook(_ index: Int) -> Value? { bound[index].flatMap { $0.isNone ? nil : $0 } }
        let reader = JSONDocument(
            machine: machine,
            objectHook: hook(1),
            pairsHook: hook(2),
            parseFloat: hook(3),
            parseInteger: hook(4),
            parseConstant: hook(5)
        )
        let before = machine.meter.bytesHeld
        let document = try JSONParser.parse(text, keepsLiterals: reader.needsLiterals, machine.meter)
        machine.meter.refund(bytes: max(machine.meter.bytesHeld - before, 0))
        return try reader.value(of: document)
    }
}
