/// What programs can ask a decimal.
extension DecimalObject {
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

    private static func integral(_ name: String) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in
            let rounding = try rounding(arguments.bind(name, ["rounding", "context"])[0])
            return try result(machine) { (context, meter) throws(EngineError) in
                try decimal(value).integral(rounding: rounding, context, meter)
            }
        }
    }

    static let table: [String: NativeMethod] = [
        "quantize": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bind("quantize", ["exp", "rounding", "context"], required: 1)
            let (pattern, rounding) = (try other(bound[0]), try rounding(bound[1]))
            return try result(machine) { (context, meter) throws(EngineError) in
                try decimal(value).quantized(like: pattern, rounding: rounding, context, meter)
            }
        },
        "to_integral_value": integral("to_integral_value"),
        "to_integral": integral("to_integral"), "to_integral_exact": integral("to_integral_exact"),
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
        "copy_sign": { machine, value, arguments throws(EngineError) in
            let other = try other(arguments.bind("copy_sign", ["other", "context"], required: 1)[0])
            let own = decimal(value)
            let isSame = own.isNegative == other.isNegative
            return .object(DecimalObject(isSame ? own : own.negatedCopy, machine.heap))
        },
        "canonical": unary { decimal, context, meter throws(EngineError) in decimal },
        "conjugate": unary { decimal, context, meter throws(EngineError) in decimal },
        "same_quantum": { machine, value, arguments throws(EngineError) in
            let other = try other(arguments.bind("same_quantum", ["other", "context"], required: 1)[0])
            let own = decimal(value)
            guard let one = own.finite, let two = other.finite else {
                return .bool(own.isNaN && other.isNaN || own.isInfinite && other.isInfinite)
            }
            return .bool(one.exponent == two.exponent)
        },
        "as_integer_ratio": { machine, value, arguments throws(EngineError) in
            try arguments.none("Decimal.as_integer_ratio")
            let ratio = try decimal(value).integerRatio(machine.meter)
            return machine.tuple([machine.integer(ratio.numerator), machine.integer(ratio.denominator)])
        },
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
