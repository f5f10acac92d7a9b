/// Writes a value as `json.dumps` does.
struct JSONDump {
    let machine: Machine
    let skipsKeys: Bool
    let ensuresASCII: Bool
    let allowsNaN: Bool
    let sortsKeys: Bool
    /// The function for what JSON does not know.
    let convert: Value
    var indent: Text?
    var itemSeparator: Text = ", "
    var keySeparator: Text = ": "
    private var builder = TextBuilder()
    private var open: [Object] = []

    init(
        machine: Machine,
        skipsKeys: Bool,
        ensuresASCII: Bool,
        allowsNaN: Bool,
        sortsKeys: Bool,
        convert: Value
    ) {
        self.machine = machine
        self.skipsKeys = skipsKeys
        self.ensuresASCII = ensuresASCII
        self.allowsNaN = allowsNaN
        self.sortsKeys = sortsKeys
        self.convert = convert
    }

    func finish() -> Text { builder.finish() }

    private mutating func append(_ text: Text) throws(EngineError) {
        try machine.meter.charge(bytes: text.byteCount)
        builder.append(text)
    }

    mutating func append(_ value: Value) throws(EngineError) {
        try machine.meter.charge(steps: 1)
        if let scalar = try scalar(value) { return try append(scalar) }
        guard case .object(let object) = value, [.list, .tuple, .dict].contains(object.kind) else {
            return try appendConverted(value)
        }
        if open.contains(where: { $0 === object }) { throw .valueError("Circular reference detected") }
        guard open.count < Nesting.limit, machine.guardian.hasRoom else {
            throw Nesting.exceeded(" while encoding a JSON object")
        }
        open.append(object)
        defer { open.removeLast() }
        if let dict = object as? DictObject { return try append(dict) }
        let items = value.list?.array ?? value.tuple?.items ?? []
        if items.isEmpty { return try append("[]") }
        try append("[")
        for (index, item) in items.enumerated() {
            if index > 0 { try append(itemSeparator) }
            try newLine()
            try append(item)
        }
        try newLine(closing: true)
        try append("]")
    }

    private mutating func appendConverted(_ value: Value) throws(EngineError) {
        guard !convert.isNone else {
            throw .typeError("Object of type \(TypeNames.type(of: value).name) is not JSON serializable")
        }
        guard case .object(let object) = value else { return }
        if open.contains(where: { $0 === object }) { throw .valueError("Circular reference detected") }
        guard open.count < Nesting.limit else { throw Nesting.exceeded(" while encoding a JSON object") }
        open.append(object)
        defer { open.removeLast() }
        try append(machine.call(convert, [value]))
    }

    private mutating func append(_ dict: DictObject) throws(EngineError) {
        var items = dict.items
        if items.isEmpty { return try append("{}") }
        if sortsKeys {
            let order = try Sorting.sorted(
                items.indices.map { .int($0) },
                keys: items.map(\.key),
                reversed: false,
                machine
            )
            items = order.map { items[$0.smallInteger ?? 0] }
        }
        try append("{")
        var isFirst = true
        for item in items {
            guard let key = try key(item.key) else { continue }
            if !isFirst { try append(itemSeparator) }
            isFirst = false
            try newLine()
            try append(JSONText.string(key, ensureASCII: ensuresASCII, machine.meter))
            try append(keySeparator)
            try append(item.value)
        }
        try newLine(closing: true)
        try append("}")
    }

    private mutating func newLine(closing: Bool = false) throws(EngineError) {
        guard let indent else { return }
        try append("\n")
        for _ in 0..<(open.count - (closing ? 1 : 0)) { try append(indent) }
    }

    private func key(_ value: Value) throws(EngineError) -> Text? {
        if let text = value.string { return text.text }
        if let text = try scalar(value) { return text }
        if skipsKeys { return nil }
        throw .typeError("keys must be str, int, float, bool or None, not \(TypeNames.name(of: value))")
    }

    private func scalar(_ value: Value) throws(EngineError) -> Text? {
        switch value {
        case .none, .unbound: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .int: return try machine.reprText(value)
        case .float(let number):
            if !number.isFinite, !allowsNaN {
                // CPython's encoder in C, which writes what is not indented, leaves the value out.
                let shown = indent == nil ? "" : ": \(FloatText.repr(number))"
                throw .valueError("Out of range float values are not JSON compliant\(shown)")
            }
            return Text(try JSONText.float(number, allowNaN: allowsNaN))
        case .object(let object):
            if let string = object as? StringObject {
                return try JSONText.string(string.text, ensureASCII: ensuresASCII, machine.meter)
            }
            return object.kind == .integer ? try machine.reprText(value) : nil
        case .ellipsis: return nil
        }
    }
}
