/// What a JSON document says, before the interpreter makes values of it.
indirect enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(BigInteger)
    /// Also `NaN`, `Infinity` and `-Infinity`, which Python reads.
    case float(Double)
    /// What stands for a number, where the caller wants to read it.
    case literal(Text, LiteralKind)
    case string(Text)
    case array([JSONValue])
    /// All members in their order; of equal names the last one wins, in the place of the first, as in any `dict`.
    case object([Member])

    /// What a literal stands for; a constant is `NaN` or an infinity.
    enum LiteralKind: Equatable, Sendable { case integer, float, constant }

    struct Member: Equatable, Sendable {
        var name: Text
        var value: JSONValue
    }
}

/// The text of JSON's scalars, as `json.dumps` writes them.
enum JSONText {
    /// A string in quotes.
    static func string(_ text: Text, ensureASCII: Bool = true, _ meter: Meter) throws(EngineError) -> Text {
        try meter.charge(bytes: text.byteCount + 2)
        try meter.charge(steps: text.isASCII ? text.count / 16 : text.count)
        var builder = TextBuilder(capacity: text.count + 2)
        builder.append(0x22)
        for index in 0..<text.count {
            let point = text[index]
            switch point {
            case 0x22: builder.append("\\\"")
            case 0x5C: builder.append("\\\\")
            case 10: builder.append("\\n")
            case 13: builder.append("\\r")
            case 9: builder.append("\\t")
            case 12: builder.append("\\f")
            case 8: builder.append("\\b")
            case 0x20...0x7E: builder.append(point)
            case _ where !ensureASCII && point > 0x1F: builder.append(point)
            case 0x10000...:
                let offset = point - 0x10000
                builder.append("\\u" + Text.hex(0xD800 + offset >> 10, width: 4))
                builder.append("\\u" + Text.hex(0xDC00 + offset & 0x3FF, width: 4))
            default: builder.append("\\u" + Text.hex(point, width: 4))
            }
        }
        builder.append(0x22)
        return builder.finish()
    }

    /// A float; without `allowNaN` only a finite one.
    static func float(_ value: Double, allowNaN: Bool = true) throws(EngineError) -> String {
        if value.isFinite { return FloatText.repr(value) }
        guard allowNaN else { throw .valueError("Out of range float values are not JSON compliant") }
        return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
    }
}
