internal import SPySyntax

/// A `decimal.Decimal`.
final class DecimalObject: ForeignObject {
    let decimal: Decimal

    init(_ decimal: Decimal, _ heap: Heap) {
        self.decimal = decimal
        super.init(.decimal, heap)
        heap.debit(decimal.byteCount)
    }

    deinit { heap.credit(decimal.byteCount) }

    private static func decimal(_ value: Value) -> Decimal {
        value.object(.decimal, as: DecimalObject.self)!.decimal
    }

    /// A result, for which only its own bytes stay charged.
    private static func result(
        _ machine: Machine,
        _ body: (DecimalContext, Meter) throws(EngineError) -> Decimal
    ) throws(EngineError) -> Value {
        let before = machine.meter.bytesHeld
        let decimal = try body(DecimalModule.context(machine), machine.meter)
        machine.meter.refund(bytes: max(machine.meter.bytesHeld - before, 0))
        return .object(DecimalObject(decimal, machine.heap))
    }

    override func repr(_ machine: Machine) throws(EngineError) -> String { "Decimal('\(try str(machine))')" }

    override func str(_ machine: Machine) throws(EngineError) -> String {
        try "\(decimal.text(DecimalModule.context(machine), machine.meter))"
    }

    override func isTrue() -> Bool { !decimal.isZero }
    override func hash(_ meter: Meter) throws(EngineError) -> Int { try decimal.pythonHash(meter) }
    override func toInteger(_ machine: Machine) throws(EngineError) -> Value? {
        try machine.measured { () throws(EngineError) in machine.integer(try decimal.integer(machine.meter)) }
    }
    override func toDouble(_ machine: Machine) throws(EngineError) -> Double? {
        try decimal.toDouble(machine.meter)
    }

    override func absolute(_ machine: Machine) throws(EngineError) -> Value? {
        try Self.result(machine) { (context, meter) throws(EngineError) in
            try decimal.absolute(context, meter)
        }
    }

    override func rounded(_ digits: Value?, _ machine: Machine) throws(EngineError) -> Value? {
        guard let digits else {
            return try machine.measured { () throws(EngineError) in
                machine.integer(try decimal.rounded(machine.meter))
            }
        }
        let count = try machine.intArgument(digits)
        return try Self.result(machine) { (context, meter) throws(EngineError) in
            try decimal.rounded(digits: count, context, meter)
        }
    }

    override func integral(_ name: String, _ machine: Machine) throws(EngineError) -> Value? {
        let rounding: DecimalContext.Rounding = name == "floor" ? .floor : name == "ceil" ? .ceiling : .down
        let whole = try decimal.integral(rounding: rounding, DecimalModule.context(machine), machine.meter)
        return try machine.measured { () throws(EngineError) in
            machine.integer(try whole.integer(machine.meter))
        }
    }

    /// Decimals compare with floats by their exact value.
    private static func comparable(_ value: Value, _ meter: Meter) throws(EngineError) -> Decimal? {
        if case .float(let number) = value { return try Decimal(number, meter) }
        return DecimalModule.operand(value)
    }

    override func isEqual(to other: Value, _ meter: Meter) throws(EngineError) -> Bool? {
        guard let other = try Self.comparable(other, meter) else { return nil }
        return try decimal.equals(other, .standard, meter)
    }

    override func order(_ other: Value, _ meter: Meter) throws(EngineError) -> Order? {
        guard let other = try Self.comparable(other, meter) else { return nil }
        guard let order = try decimal.ordered(other, .standard, meter) else { return .unordered }
        return DateTimeModule.order(order)
    }

    override func binary(
        _ operation: BinaryOperator,
        _ left: Value,
        _ right: Value,
        _ machine: Machine
    ) throws(EngineError) -> Value? {
        guard let one = DecimalModule.operand(left), let other = DecimalModule.operand(right) else {
            return nil
        }
        switch operation {
        case .add, .subtract, .multiply, .divide, .floorDivide, .modulo, .power: break
        default: return nil
        }
        return try Self.result(machine) { (context, meter) throws(EngineError) in
            switch operation {
            case .add: try one.adding(other, context, meter)
            case .subtract: try one.subtracting(other, context, meter)
            case .multiply: try one.multiplied(by: other, context, meter)
            case .divide: try one.divided(by: other, context, meter)
            case .floorDivide: try one.integerQuotient(by: other, context, meter)
            case .modulo: try one.remainder(by: other, context, meter)
            default: try one.power(other, context, meter)
            }
        }
    }

    override func unary(_ operation: UnaryOperator, _ machine: Machine) throws(EngineError) -> Value? {
        guard operation == .minus || operation == .plus else { return nil }
        return try Self.result(machine) { (context, meter) throws(EngineError) in
            operation == .minus ? try decimal.negated(context, meter) : try decimal.plus(context, meter)
        }
    }

    override func format(_ specification: Text, _ machine: Machine) throws(EngineError) -> Value? {
        try machine.text { () throws(EngineError) in
            try decimal.formatted(specification, DecimalModule.context(machine), machine.meter)
        }
    }

    private static func test(_ body: @escaping @Sendable (Decimal) -> Bool) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in .bool(body(decimal(value))) }
    }

    private static func unary(
        _ body: @escaping @Sendable (Decimal, DecimalContext, Meter) throws(EngineError) -> Decimal
    ) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in
            try result(machine) { (context, meter) throws(EngineError) in
                try body(decimal(value), context, meter)
            }
        }
    }

    private static func rounding(_ value: Value?) throws(EngineError) -> DecimalContext.Rounding? {
        guard let value, !value.isNone else { return nil }
        guard let text = value.string, let rounding = DecimalContext.Rounding(rawValue: text.text.string)
        else {
            throw .typeError(
                "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]"
            )
        }
        return rounding
    }

    private static func other(_ value: Value?) throws(EngineError) -> Decimal {
        guard let value, let other = DecimalModule.operand(value) else {
            throw .typeError(
                "conversion from \(TypeNames.name(of: value ?? .none)) to Decimal is not supported"
            )
        }
        return other
    }

    static let table: [String: NativeMethod] = [
        "quantize": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bind("quantize", ["exp", "rounding", "context"], required: 1)
            let (pattern, rounding) = (try other(bound[0]), try rounding(bound[1]))
            return try result(machine) { (context, meter) throws(EngineError) in
                try decimal(value).quantized(like: pattern, rounding: rounding, context, meter)
            }
        },
        "to_integral_value": { machine, value, arguments throws(EngineError) in
            let rounding = try rounding(arguments.bind("to_integral_value", ["rounding", "context"])[0])
            return try result(machine) { (context, meter) throws(EngineError) in
                try decimal(value).integral(rounding: rounding, context, meter)
            }
        },
        "compare": { machine, value, arguments throws(EngineError) in
            let other = try other(arguments.bind("compare", ["other", "context"], required: 1)[0])
            return try result(machine) { (context, meter) throws(EngineError) in
                try decimal(value).compared(to: other, context, meter)
            }
        },
        "max": { machine, value, arguments throws(EngineError) in
            let other = try other(arguments.bind("max", ["other", "context"], required: 1)[0])
            return try result(machine) { (context, meter) throws(EngineError) in
                try decimal(value).extreme(other, isLargest: true, context, meter)
            }
        },
        "min": { machine, value, arguments throws(EngineError) in
            let other = try other(arguments.bind("min", ["other", "context"], required: 1)[0])
            return try result(machine) { (context, meter) throws(EngineError) in
                try decimal(value).extreme(other, isLargest: false, context, meter)
            }
        },
        "normalize": unary { decimal, context, meter throws(EngineError) in
            try decimal.normalized(context, meter)
        },
        "sqrt": unary { decimal, context, meter throws(EngineError) in try decimal.squareRoot(context, meter)
        },
        "exp": unary { decimal, context, meter throws(EngineError) in try decimal.exponential(context, meter)
        },
        "ln": unary { decimal, context, meter throws(EngineError) in
            try decimal.naturalLogarithm(context, meter)
        },
        "log10": unary { decimal, context, meter throws(EngineError) in
            try decimal.decimalLogarithm(context, meter)
        },
        "copy_abs": unary { decimal, context, meter throws(EngineError) in decimal.absoluteCopy },
        "copy_negate": unary { decimal, context, meter throws(EngineError) in decimal.negatedCopy },
        "is_nan": test { $0.isNaN }, "is_infinite": test { $0.isInfinite }, "is_finite": test { $0.isFinite },
        "is_zero": test { $0.isZero }, "is_signed": test { $0.isNegative },
        "adjusted": { machine, value, arguments throws(EngineError) in .int(decimal(value).adjusted) },
        "to_eng_string": { machine, value, arguments throws(EngineError) in
            try machine.string(
                "\(decimal(value).text(isEngineering: true, DecimalModule.context(machine), machine.meter))"
            )
        },
        "as_tuple": { machine, value, arguments throws(EngineError) in
            let number = decimal(value)
            let digits = try number.digits(machine.meter).map { Value.int($0) }
            let type = NamedTupleTypeObject("DecimalTuple", ["sign", "digits", "exponent"], [], machine.heap)
            let exponent = number.finite?.exponent ?? 0
            let items: [Value] = [.int(number.isNegative ? 1 : 0), machine.tuple(digits), .int(exponent)]
            return .object(TupleObject(items, machine.heap, type: type))
        },
    ]
}
