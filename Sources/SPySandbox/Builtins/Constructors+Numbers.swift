/// `int(…)` and `float(…)`.
extension Constructors {
    static func int(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
        if arguments.count == 1, arguments.names.isEmpty, let result = try integer(arguments[0], machine) {
            return result
        }
        let bound = try arguments.bind("int", ["x", "base"], positionalOnly: 1)
        guard let value = bound[0] else {
            if bound[1] != nil { throw .typeError("int() missing string argument") }
            return .int(0)
        }
        guard let base = bound[1] else {
            guard let result = try integer(value, machine) else {
                throw .typeError(
                    "int() argument must be a string, a bytes-like object or a real number, not '\(TypeNames.name(of: value))'"
                )
            }
            return result
        }
        guard let text = value.string?.text else {
            throw .typeError("int() can't convert non-string with explicit base")
        }
        let radix = try machine.intArgument(base)
        return try machine.measured { () throws(EngineError) in
            machine.integer(try text.integer(base: radix, machine.meter))
        } ?? .none
    }

    /// `int(value)`; nothing where the type has no such conversion.
    static func integer(_ value: Value, _ machine: Machine) throws(EngineError) -> Value? {
        switch value {
        case .int: return value
        case .bool(let flag): return .int(flag ? 1 : 0)
        case .float(let number):
            return try machine.measured { () throws(EngineError) in machine.integer(try BigInteger(number)) }
        case .object(let object):
            if object.kind == .integer { return value }
            if let string = object as? StringObject {
                if case .ascii(let units) = string.text.storage, let quick = smallDecimal(units) {
                    return .int(quick)
                }
                return try machine.measured { () throws(EngineError) in
                    machine.integer(try string.text.integer(machine.meter))
                }
            }
            return try object.foreign?.toInteger(machine)
        default: return nil
        }
    }

    /// The value of up to 18 plain digits.
    private static func smallDecimal(_ units: [UInt8]) -> Int? {
        guard !units.isEmpty, units.count <= 18 else { return nil }
        var value = 0
        for unit in units {
            guard unit >= 48, unit < 58 else { return nil }
            value = value * 10 + Int(unit - 48)
        }
        return value
    }

    static func float(_ value: Value, _ machine: Machine) throws(EngineError) -> Double {
        if let string = value.string { return try string.text.float(machine.meter) }
        if let number = try double(value, machine) { return number }
        throw .typeError(
            "float() argument must be a string or a real number, not '\(TypeNames.name(of: value))'"
        )
    }

    /// A number as a float; nothing for what is no number.
    static func double(_ value: Value, _ machine: Machine) throws(EngineError) -> Double? {
        if let number = Numeral(value) { return try number.toDouble() }
        guard case .object(let object) = value, let foreign = object.foreign else { return nil }
        return try foreign.toDouble(machine)
    }
}
