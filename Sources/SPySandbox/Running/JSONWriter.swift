/// Values as JSON for who asked for the run. What JSON cannot say is a string: the value's `repr`.
struct JSONWriter {
    private let machine: Machine
    private var text: [UInt8] = []
    private var open: [Object] = []
    /// Whether everything could be said in JSON.
    private var isExact = true

    private init(_ machine: Machine) { self.machine = machine }

    static func write(_ value: Value, _ machine: Machine) throws(EngineError) -> String {
        try render(value, machine).json
    }

    static func render(_ value: Value, _ machine: Machine) throws(EngineError) -> (
        json: String, isExact: Bool
    ) {
        var writer = JSONWriter(machine)
        try writer.append(value)
        return (String(decoding: writer.text, as: UTF8.self), writer.isExact)
    }

    private mutating func append(_ literal: StaticString) {
        literal.withUTF8Buffer { text += $0 }
    }

    private mutating func append(_ value: Value) throws(EngineError) {
        try machine.meter.charge(steps: 1)
        guard text.count <= machine.limits.outputBytes else {
            throw .budgetExceeded(BudgetExceeded(budget: .output, limit: machine.limits.outputBytes))
        }
        switch value {
        case .none, .unbound: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .int(let number): text += DecimalText.digits(of: number)
        case .float(let number) where number.isFinite: text += Array(FloatText.repr(number).utf8)
        case .object(let object):
            switch object.kind {
            case .string: append(text: unsafeDowncast(object, to: StringObject.self).text)
            case .integer: text += Array(try machine.reprText(value).string.utf8)
            case .list, .tuple, .dict: try appendContainer(object)
            default: try appendRepr(value)
            }
        default: try appendRepr(value)
        }
    }

    private mutating func appendRepr(_ value: Value) throws(EngineError) {
        isExact = false
        append(text: try machine.reprText(value))
    }

    private mutating func appendContainer(_ object: Object) throws(EngineError) {
        if open.contains(where: { $0 === object }) || open.count >= 100 || !machine.guardian.hasRoom {
            isExact = false
            return append("\"...\"")
        }
        open.append(object)
        defer { open.removeLast() }
        if let dict = object as? DictObject {
            append("{")
            for (index, item) in dict.items.enumerated() {
                if index > 0 { append(", ") }
                if let key = item.key.string {
                    append(text: key.text)
                } else {
                    isExact = false
                    append(text: try machine.reprText(item.key))
                }
                append(": ")
                try append(item.value)
            }
            append("}")
            return
        }
        let values = (object as? ListObject)?.array ?? (object as? TupleObject)?.items ?? []
        append("[")
        for (index, element) in values.enumerated() {
            if index > 0 { append(", ") }
            try append(element)
        }
        append("]")
    }

    private mutating func append(text string: Text) {
        text.append(UInt8(ascii: "\""))
        for byte in string.string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case 10: append("\\n")
            case 13: append("\\r")
            case 9: append("\\t")
            case 0..<32: text += Array(("\\u" + Text.hex(UInt32(byte), width: 4)).utf8)
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}
