extension PrintfParser.Directive {
    /// What the letter asks of its argument.
    enum Wanted: Equatable, Sendable {
        /// `s`, `r`, `a`: `str`, `repr` or `ascii` of anything, given as `.text`.
        case text(Unicode.Scalar)
        /// `d`, `i`, `u`: an integer, or a float cut to one.
        case integer
        /// `x`, `X`, `o`: an integer and nothing else.
        case exactInteger
        /// `e`, `f`, `g` and their capitals: anything that `float()` takes but text.
        case float
        /// `c`: an integer or a text of one character.
        case character
    }

    enum Argument: Equatable, Sendable {
        case integer(BigInteger)
        case float(Double)
        case text(Text)
    }

    /// What the letter wants, or the error for a letter that Python has not.
    func wanted() throws(EngineError) -> Wanted {
        switch Unicode.Scalar(type) {
        case "s", "r", "a": return .text(Unicode.Scalar(UInt8(type)))
        case "d", "i", "u": return .integer
        case "x", "X", "o": return .exactInteger
        case "e", "E", "f", "F", "g", "G": return .float
        case "c": return .character
        default:
            let shown = type > 31 && type < 128 ? Text(codePoint: type).string : "?"
            throw .valueError(
                "unsupported format character '\(shown)' (0x\(String(type, radix: 16))) at index \(position)"
            )
        }
    }

    /// The error for an argument of the wrong type.
    func refusal(of typeName: String) -> EngineError {
        switch Unicode.Scalar(type) {
        case "d", "i", "u":
            return .typeError(
                "%\(Text(codePoint: type).string) format: a real number is required, not \(typeName)"
            )
        case "x", "X", "o":
            return .typeError(
                "%\(Text(codePoint: type).string) format: an integer is required, not \(typeName)"
            )
        case "c": return .typeError("%c requires int or char")
        default: return .typeError("must be real number, not \(typeName)")
        }
    }

    /// The text for an argument of the wanted kind. `width` and `precision` are the values of sizes given by `*`.
    func render(
        _ argument: Argument,
        width starWidth: Int? = nil,
        precision starPrecision: Int? = nil,
        _ meter: Meter
    ) throws(EngineError) -> Text {
        var isLeft = isLeft
        var width = 0
        switch self.width {
        case .number(let number): width = number
        case .argument: width = starWidth ?? 0
        case nil: break
        }
        if width < 0 { (isLeft, width) = (true, Int(clamping: width.magnitude)) }
        var precision: Int?
        switch self.precision {
        case .number(let number): precision = number
        case .argument: precision = max(starPrecision ?? 0, 0)
        case nil: break
        }
        var spec = FormatSpec(alignment: isLeft ? .left : .right, width: width)
        switch try wanted() {
        case .text:
            guard case .text(let text) = argument else { return .empty }
            return try Format.padded(
                precision.map { text.slice(0..<min($0, text.count)) } ?? text,
                spec,
                meter
            )
        case .character: return try Format.padded(character(argument), spec, meter)
        case .integer, .exactInteger, .float:
            spec.sign = hasPlus ? 43 : hasSpace ? 32 : nil
            if isZeroFilled, !isLeft { (spec.fill, spec.alignment) = (48, .inside) }
            return try number(argument, precision: precision, meter).laidOut(spec, groupSize: nil, meter)
        }
    }

    private func character(_ argument: Argument) throws(EngineError) -> Text {
        switch argument {
        case .text(let text) where text.count == 1: return text
        case .integer(let value):
            guard let code = value.asInt, code >= 0, code < 0x110000 else {
                throw .overflowError("%c arg not in range(0x110000)")
            }
            return Text(codePoint: UInt32(code))
        default: throw refusal(of: "")
        }
    }

    private func number(
        _ argument: Argument,
        precision: Int?,
        _ meter: Meter
    ) throws(EngineError) -> NumberParts {
        if try wanted() == .float {
            let value: Double
            switch argument {
            case .float(let float): value = float
            case .integer(let integer): value = try integer.toDouble()
            case .text: throw refusal(of: "str")
            }
            return try floatStyle.parts(of: value, precision: precision ?? 6, isAlternate: isAlternate, meter)
        }
        let value: BigInteger
        switch argument {
        case .integer(let integer): value = integer
        case .float(let float): value = try BigInteger(float)
        case .text: throw refusal(of: "str")
        }
        return try integerParts(value, precision: precision, meter)
    }

    private var floatStyle: FloatStyle {
        switch Unicode.Scalar(type) {
        case "e": FloatStyle(form: .exponent)
        case "E": FloatStyle(form: .exponent, isUpper: true)
        case "f": FloatStyle(form: .fixed)
        case "F": FloatStyle(form: .fixed, isUpper: true)
        case "G": FloatStyle(form: .general, isUpper: true)
        default: FloatStyle(form: .general)
        }
    }

    private func integerParts(
        _ value: BigInteger,
        precision: Int?,
        _ meter: Meter
    ) throws(EngineError) -> NumberParts {
        var parts = NumberParts(isNegative: value.isNegative)
        switch Unicode.Scalar(type) {
        case "x": (parts.prefix, parts.digits) = ("0x", Array(try value.absolute.text(radix: 16, meter).utf8))
        case "X":
            (parts.prefix, parts.digits) = (
                "0X", Array(try value.absolute.text(radix: 16, meter).uppercased().utf8)
            )
        case "o": (parts.prefix, parts.digits) = ("0o", Array(try value.absolute.text(radix: 8, meter).utf8))
        default: parts.digits = Array(try value.absolute.decimalText(meter).utf8)
        }
        if !isAlternate { parts.prefix = "" }
        if let precision, precision > parts.digits.count {
            try meter.charge(bytes: precision)
            try meter.charge(steps: precision / 64)
            parts.digits = [UInt8](repeating: 48, count: precision - parts.digits.count) + parts.digits
        }
        return parts
    }
}
