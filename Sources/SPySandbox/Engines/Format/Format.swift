/// `format(value, spec)` for the types that have a format of their own. An empty specification is the interpreter's
/// matter, as it means `str(value)`.
enum Format {
    static func text(_ value: Text, _ spec: Text, _ meter: Meter) throws(EngineError) -> Text {
        let spec = try FormatSpec(spec, for: "str", alignment: .left)
        let type = spec.type ?? 0x73
        _ = try spec.groupSize(for: type)
        guard type == 0x73 else { throw FormatSpec.unknownType(type, "str") }
        if let sign = spec.sign {
            throw .valueError("\(sign == 32 ? "Space" : "Sign") not allowed in string format specifier")
        }
        if spec.coercesNegativeZero {
            throw .valueError("Negative zero coercion (z) not allowed in string format specifier")
        }
        if spec.isAlternate { throw .valueError("Alternate form (#) not allowed in string format specifier") }
        if spec.alignment == .inside {
            throw .valueError("'=' alignment not allowed in string format specifier")
        }
        let kept = spec.precision.map { value.slice(0..<min($0, value.count)) } ?? value
        return try padded(kept, spec, meter)
    }

    /// `typeName` is `int` or `bool`, for the messages.
    static func integer(
        _ value: BigInteger,
        _ spec: Text,
        typeName: String = "int",
        _ meter: Meter
    ) throws(EngineError) -> Text {
        let spec = try FormatSpec(spec, for: typeName, alignment: .right)
        let type = spec.type ?? 0x64
        let groupSize = try spec.groupSize(for: type)
        switch Unicode.Scalar(type) {
        case "b", "c", "d", "o", "x", "X", "n": break
        case "e", "E", "f", "F", "g", "G", "%":
            return try float(value.toDouble(), spec, typeName: typeName, groupSize: groupSize, meter)
        default: throw FormatSpec.unknownType(type, typeName)
        }
        if spec.precision != nil { throw .valueError("Precision not allowed in integer format specifier") }
        if spec.coercesNegativeZero {
            throw .valueError("Negative zero coercion (z) not allowed in integer format specifier")
        }
        if type == 0x63 { return try character(value, spec, meter) }
        var number = NumberParts(isNegative: value.isNegative)
        let digits: String
        switch Unicode.Scalar(type) {
        case "b": (digits, number.prefix) = (try value.absolute.text(radix: 2, meter), "0b")
        case "o": (digits, number.prefix) = (try value.absolute.text(radix: 8, meter), "0o")
        case "x": (digits, number.prefix) = (try value.absolute.text(radix: 16, meter), "0x")
        case "X": (digits, number.prefix) = (try value.absolute.text(radix: 16, meter).uppercased(), "0X")
        default: (digits, number.prefix) = (try value.absolute.decimalText(meter), "")
        }
        if !spec.isAlternate { number.prefix = "" }
        number.digits = Array(digits.utf8)
        return try number.laidOut(spec, groupSize: groupSize, meter)
    }

    /// `typeName` is the name of the type, for the messages.
    static func float(
        _ value: Double,
        _ spec: Text,
        typeName: String = "float",
        _ meter: Meter
    ) throws(EngineError) -> Text {
        let spec = try FormatSpec(spec, for: typeName, alignment: .right)
        let groupSize = try spec.groupSize(for: spec.type ?? 0)
        return try float(value, spec, typeName: typeName, groupSize: groupSize, meter)
    }

    private static func float(
        _ value: Double,
        _ spec: FormatSpec,
        typeName: String,
        groupSize: Int?,
        _ meter: Meter
    ) throws(EngineError) -> Text {
        let style: FloatStyle
        var scaled = value
        switch spec.type.flatMap({ Unicode.Scalar($0) }) {
        case nil: style = .init(form: spec.precision == nil ? .repr : .general, addsPoint: true)
        case "e": style = .init(form: .exponent)
        case "E": style = .init(form: .exponent, isUpper: true)
        case "f": style = .init(form: .fixed)
        case "F": style = .init(form: .fixed, isUpper: true)
        case "g", "n": style = .init(form: .general)
        case "G": style = .init(form: .general, isUpper: true)
        case "%":
            style = .init(form: .fixed)
            scaled *= 100
        default: throw FormatSpec.unknownType(spec.type ?? 0, typeName)
        }
        if let precision = spec.precision, precision > Int32.max { throw .valueError("precision too big") }
        var number = try style.parts(
            of: scaled,
            precision: spec.precision ?? 6,
            isAlternate: spec.isAlternate,
            meter
        )
        if spec.type == 0x25 { number.rest.append(0x25) }
        if spec.coercesNegativeZero, number.isZero { number.isNegative = false }
        return try number.laidOut(spec, groupSize: groupSize, meter)
    }

    private static func character(
        _ value: BigInteger,
        _ spec: FormatSpec,
        _ meter: Meter
    ) throws(EngineError) -> Text {
        if spec.sign != nil { throw .valueError("Sign not allowed with integer format specifier 'c'") }
        if spec.isAlternate {
            throw .valueError("Alternate form (#) not allowed with integer format specifier 'c'")
        }
        guard let code = value.asInt else {
            throw .overflowError("Python int too large to convert to C long")
        }
        guard code >= 0, code < 0x110000 else {
            throw .overflowError("%c arg not in range(0x110000)")
        }
        return try padded(Text(codePoint: UInt32(code)), spec, meter)
    }

    static func padded(_ text: Text, _ spec: FormatSpec, _ meter: Meter) throws(EngineError) -> Text {
        let margin = (spec.width ?? 0) - text.count
        guard margin > 0 else { return text }
        let left: Int
        switch spec.alignment {
        case .left: left = 0
        case .center: left = margin / 2
        case .right, .inside: left = margin
        }
        return try text.padded(left: left, right: margin - left, Text(codePoint: spec.fill), meter)
    }
}
