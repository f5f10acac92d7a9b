internal import SPySyntax

/// The numeric builtins.
enum Numeric {
    static func absolute(_ value: Value, _ machine: Machine) throws(EngineError) -> Value {
        guard let number = Numeral(value) else {
            if case .object(let object) = value, let foreign = object.foreign,
                let result = try foreign.absolute(machine)
            {
                return result
            }
            throw .typeError("bad operand type for abs(): '\(TypeNames.name(of: value))'")
        }
        switch number {
        case .small(let number): return number < 0 ? try machine.unary(.minus, .int(number)) : .int(number)
        case .big(let number):
            return number.isNegative ? try machine.unary(.minus, value) : value
        case .float(let number): return .float(number.magnitude)
        }
    }

    static func round(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
        let bound = try arguments.bind("round", ["number", "ndigits"], required: 1)
        let value = bound[0] ?? .none
        let digits = bound[1].flatMap { $0.isNone ? nil : $0 }
        if case .object(let object) = value, let foreign = object.foreign,
            let result = try foreign.rounded(digits, machine)
        {
            return result
        }
        guard let number = Numeral(value) else {
            throw .typeError("type \(TypeNames.name(of: value)) doesn't define __round__ method")
        }
        guard let digits else {
            guard case .float(let number) = number else {
                if case .bool(let flag) = value { return .int(flag ? 1 : 0) }
                return value
            }
            return try machine.measured { () throws(EngineError) in
                machine.integer(try FloatArithmetic.rounded(number))
            } ?? .none
        }
        let count = try machine.intArgument(digits)
        if case .float(let number) = number {
            try machine.meter.charge(steps: min(count.magnitude, 400) > 20 ? 16 : 1)
            return .float(try FloatArithmetic.rounded(number, digits: count))
        }
        if count >= 0 {
            if case .bool(let flag) = value { return .int(flag ? 1 : 0) }
            return value
        }
        return try machine.measured { () throws(EngineError) in
            machine.integer(
                try number.integer!.rounded(toPowerOfTen: count == .min ? .max : -count, machine.meter)
            )
        } ?? .none
    }

    static func divmod(_ left: Value, _ right: Value, _ machine: Machine) throws(EngineError) -> Value {
        guard let one = Numeral(left), let other = Numeral(right) else {
            if left.kind == .decimal || right.kind == .decimal || left.kind == .timedelta {
                return machine.tuple([
                    try machine.binary(.floorDivide, left, right), try machine.binary(.modulo, left, right),
                ])
            }
            throw .typeError(
                "unsupported operand type(s) for divmod(): '\(TypeNames.name(of: left))' and '\(TypeNames.name(of: right))'"
            )
        }
        if one.isFloat || other.isFloat {
            if try other.toDouble() == 0 { throw .zeroDivision("float divmod()") }
        }
        return machine.tuple([
            try machine.binary(.floorDivide, left, right), try machine.binary(.modulo, left, right),
        ])
    }

    static func power(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
        let bound = try arguments.bind("pow", ["base", "exp", "mod"], required: 2)
        let (base, exponent) = (bound[0] ?? .none, bound[1] ?? .none)
        guard let modulus = bound[2], !modulus.isNone else {
            return try machine.binary(.power, base, exponent)
        }
        guard let one = base.bigInteger, let other = exponent.bigInteger, let third = modulus.bigInteger
        else {
            throw .typeError("pow() 3rd argument not allowed unless all arguments are integers")
        }
        return try machine.measured { () throws(EngineError) in
            machine.integer(try one.power(other, modulo: third, machine.meter))
        } ?? .none
    }

    static func inRadix(_ value: Value, _ radix: Int, _ prefix: String, _ machine: Machine)
        throws(EngineError) -> Value
    {
        guard let number = value.bigInteger else {
            throw .typeError("'\(TypeNames.name(of: value))' object cannot be interpreted as an integer")
        }
        return try machine.text { () throws(EngineError) in
            let digits = try number.absolute.text(radix: radix, machine.meter)
            return Text((number.isNegative ? "-" : "") + prefix + digits)
        }
    }
}
