/// `decimal`
enum DecimalModule {
    static func members(_ machine: Machine) -> [String: Value] {
        var members = machine.members(
            [
                "getcontext": { machine, arguments throws(EngineError) in
                    .object(machine.moduleState.context(machine.heap))
                }
            ],
            [.decimal]
        )
        for rounding in DecimalContext.Rounding.allCases {
            let text = Text(rounding.rawValue)
            machine.heap.debit(text.byteCount)
            members[rounding.rawValue] = .object(StringObject(text, machine.heap))
        }
        for name in [
            "DecimalException", "InvalidOperation", "DivisionByZero", "Overflow", "Underflow", "Inexact",
            "Rounded",
            "Clamped", "Subnormal", "FloatOperation", "ConversionSyntax", "DivisionImpossible",
            "DivisionUndefined",
            "InvalidContext",
        ] {
            members[name] = machine.type(ExceptionTypes["decimal.\(name)"])
        }
        return members
    }

    static func construct(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
        let bound = try arguments.bind("Decimal", ["value", "context"])
        guard let value = bound[0] else { return .object(DecimalObject(.zero, machine.heap)) }
        return .object(DecimalObject(try decimal(value, machine), machine.heap))
    }

    static func context(_ machine: Machine) -> DecimalContext {
        machine.moduleState.context(machine.heap).context
    }

    /// `Decimal(value)`
    private static func decimal(_ value: Value, _ machine: Machine) throws(EngineError) -> Decimal {
        if let known = value.object(.decimal, as: DecimalObject.self) { return known.decimal }
        if let text = value.string { return try Decimal(text.text, context(machine), machine.meter) }
        if let number = value.bigInteger { return Decimal(number) }
        if case .float(let number) = value { return try Decimal(number, machine.meter) }
        if value.kind == .list || value.kind == .tuple {
            guard try machine.length(value) == 3 else {
                throw .valueError("argument must be a sequence of length 3")
            }
            return try decimal(ofParts: machine.array(value), machine)
        }
        throw .typeError("conversion from \(TypeNames.name(of: value)) to Decimal is not supported")
    }

    /// `Decimal((sign, digits, exponent))`
    private static func decimal(ofParts parts: [Value], _ machine: Machine) throws(EngineError) -> Decimal {
        let sign = try machine.intArgument(parts[0])
        guard sign == 0 || sign == 1 else {
            throw .valueError("sign must be an integer with the value 0 or 1")
        }
        var text = sign == 1 ? "-" : ""
        for digit in try machine.array(parts[1]) {
            guard let digit = digit.smallInteger, (0...9).contains(digit) else {
                throw .valueError("coefficient must be a tuple of digits")
            }
            text += "\(digit)"
        }
        if let special = parts[2].string?.text.string {
            guard special == "F" || special == "n" || special == "N" else {
                throw .valueError(
                    "string argument in the third position must be 'F', 'n' or 'N'"
                )
            }
            let name = special == "F" ? "Infinity" : special == "n" ? "NaN" : "sNaN"
            return try Decimal(Text((sign == 1 ? "-" : "") + name), context(machine), machine.meter)
        }
        text += "E\(try machine.intArgument(parts[2]))"
        return try Decimal(Text(text), context(machine), machine.meter)
    }

    /// A decimal or an integer as an operand.
    static func operand(_ value: Value) -> Decimal? {
        if let known = value.object(.decimal, as: DecimalObject.self) { return known.decimal }
        return value.bigInteger.map { Decimal($0) }
    }
}

/// A `decimal.Context`: what arithmetic with decimals goes by.
final class DecimalContextObject: ForeignObject {
    var context = DecimalContext.standard

    init(_ heap: Heap) { super.init(.property, heap) }

    override func attribute(_ name: String, _ machine: Machine) throws(EngineError) -> Value? {
        switch name {
        case "prec": .int(context.precision)
        case "rounding": try machine.string(context.rounding.rawValue)
        case "Emin": .int(context.smallestExponent)
        case "Emax": .int(context.largestExponent)
        default: nil
        }
    }

    override func setAttribute(_ name: String, _ value: Value, _ machine: Machine) throws(EngineError) -> Bool
    {
        switch name {
        case "prec":
            let precision = try machine.intArgument(value)
            guard precision >= 1, precision <= 100_000 else {
                throw .valueError("valid range for prec is [1, MAX_PREC]")
            }
            context.precision = precision
        case "rounding":
            guard let text = value.string, let rounding = DecimalContext.Rounding(rawValue: text.text.string)
            else {
                throw .typeError(
                    "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]"
                )
            }
            context.rounding = rounding
        default: return false
        }
        return true
    }
}
