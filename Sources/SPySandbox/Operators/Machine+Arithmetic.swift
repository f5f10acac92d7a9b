internal import SPySyntax

extension Machine {
    @inline(never)
    func binary(_ operation: BinaryOperator, _ left: Value, _ right: Value) throws(EngineError) -> Value {
        if operation == .add, let one = left.string, let other = right.string {
            return try joined(one, other)
        }
        if let one = Numeral(left), let other = Numeral(right) {
            if let result = try arithmetic(operation, one, other, left, right) { return result }
            throw unsupported(operation, left, right)
        }
        if case .object(let object) = left, let foreign = object.foreign,
            let result = try foreign.binary(operation, left, right, self)
        {
            return result
        }
        if case .object(let object) = right, let foreign = object.foreign,
            let result = try foreign.binary(operation, left, right, self)
        {
            return result
        }
        if let result = try sequenceOperation(operation, left, right) { return result }
        throw refusal(operation, left, right)
    }

    func unsupported(
        _ operation: BinaryOperator,
        _ left: Value,
        _ right: Value,
        inPlace: Bool = false
    ) -> EngineError {
        var symbol = operation.symbol + (inPlace ? "=" : "")
        if operation == .power { symbol = inPlace ? "**=" : "** or pow()" }
        return .typeError(
            "unsupported operand type(s) for \(symbol): '\(TypeNames.name(of: left))' and '\(TypeNames.name(of: right))'"
        )
    }

    /// CPython words the refusal by what the left side is.
    func refusal(_ operation: BinaryOperator, _ left: Value, _ right: Value, inPlace: Bool = false)
        -> EngineError
    {
        let other = TypeNames.name(of: right)
        if operation == .add {
            switch left.kind {
            case .string: return .typeError("can only concatenate str (not \"\(other)\") to str")
            case .list: return .typeError("can only concatenate list (not \"\(other)\") to list")
            case .tuple: return .typeError("can only concatenate tuple (not \"\(other)\") to tuple")
            case .bytes: return .typeError("can't concat \(other) to bytes")
            case .deque: return .typeError("can only concatenate deque (not \"\(other)\") to deque")
            default: break
            }
        }
        if operation == .multiply {
            let sequences: [Kind?] = [.string, .list, .tuple, .bytes, .deque]
            if sequences.contains(left.kind) {
                return .typeError("can't multiply sequence by non-int of type '\(other)'")
            }
            if sequences.contains(right.kind) {
                return .typeError("can't multiply sequence by non-int of type '\(TypeNames.name(of: left))'")
            }
        }
        return unsupported(operation, left, right, inPlace: inPlace)
    }

    func arithmetic(
        _ operation: BinaryOperator,
        _ left: Numeral,
        _ right: Numeral,
        _ leftValue: Value,
        _ rightValue: Value
    ) throws(EngineError) -> Value? {
        if left.isFloat || right.isFloat { return try floats(operation, left, right) }
        if case .bool(let one) = leftValue, case .bool(let other) = rightValue {
            switch operation {
            case .bitAnd: return .bool(one && other)
            case .bitOr: return .bool(one || other)
            case .bitXor: return .bool(one != other)
            default: break
            }
        }
        if case .small(let one) = left, case .small(let other) = right,
            let result = try smallIntegers(operation, one, other)
        {
            return result
        }
        return try measured { () throws(EngineError) in
            try integers(operation, left.integer!, right.integer!)
        }
    }

    private func floats(_ operation: BinaryOperator, _ left: Numeral, _ right: Numeral) throws(EngineError)
        -> Value?
    {
        switch operation {
        case .leftShift, .rightShift, .bitAnd, .bitOr, .bitXor, .matrixMultiply: return nil
        default: break
        }
        let (x, y) = (try left.toDouble(), try right.toDouble())
        switch operation {
        case .add: return .float(x + y)
        case .subtract: return .float(x - y)
        case .multiply: return .float(x * y)
        case .divide: return .float(try FloatArithmetic.quotient(x, y))
        case .floorDivide: return .float(try FloatArithmetic.floorQuotient(x, y))
        case .modulo: return .float(try FloatArithmetic.modulo(x, y))
        case .power:
            guard let result = try FloatArithmetic.power(x, y) else {
                throw .valueError("negative number cannot be raised to a fractional power")
            }
            return .float(result)
        default: return nil
        }
    }

    /// Nothing where the result may not fit.
    private func smallIntegers(_ operation: BinaryOperator, _ left: Int, _ right: Int) throws(EngineError)
        -> Value?
    {
        switch operation {
        case .add:
            let (result, overflow) = left.addingReportingOverflow(right)
            return overflow ? nil : .int(result)
        case .subtract:
            let (result, overflow) = left.subtractingReportingOverflow(right)
            return overflow ? nil : .int(result)
        case .multiply:
            let (result, overflow) = left.multipliedReportingOverflow(by: right)
            return overflow ? nil : .int(result)
        case .divide:
            guard right != 0 else { throw .zeroDivision("division by zero") }
            let exact = 1 << 53
            guard left.magnitude <= exact, right.magnitude <= exact else { return nil }
            return .float(Double(left) / Double(right))
        case .floorDivide:
            guard right != 0 else { throw .zeroDivision("integer division or modulo by zero") }
            guard right != -1 else { return left == .min ? nil : .int(-left) }
            let quotient = left / right
            return .int((left % right != 0) && ((left < 0) != (right < 0)) ? quotient - 1 : quotient)
        case .modulo:
            guard right != 0 else { throw .zeroDivision("integer modulo by zero") }
            guard right != -1 else { return .int(0) }
            let rest = left % right
            return .int(rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest)
        case .leftShift:
            guard right >= 0, right < 62, left.magnitude < 1 << (62 - right) else { return nil }
            return .int(left << right)
        case .rightShift:
            guard right >= 0 else { return nil }
            return .int(left >> min(right, 63))
        case .bitAnd: return .int(left & right)
        case .bitOr: return .int(left | right)
        case .bitXor: return .int(left ^ right)
        case .power:
            guard right >= 0, right < 64 else { return nil }
            return smallPower(left, right)
        case .matrixMultiply: return nil
        }
    }

    private func smallPower(_ base: Int, _ exponent: Int) -> Value? {
        var (result, square, rest) = (1, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 {
                let (product, overflow) = result.multipliedReportingOverflow(by: square)
                if overflow { return nil }
                result = product
            }
            rest >>= 1
            if rest == 0 { break }
            let (product, overflow) = square.multipliedReportingOverflow(by: square)
            if overflow { return nil }
            square = product
        }
        return .int(result)
    }

    private func integers(
        _ operation: BinaryOperator,
        _ left: BigInteger,
        _ right: BigInteger
    ) throws(EngineError) -> Value? {
        switch operation {
        case .add: return integer(try left.adding(right, meter))
        case .subtract: return integer(try left.subtracting(right, meter))
        case .multiply: return integer(try left.multiplied(by: right, meter))
        case .divide:
            guard !right.isZero else { throw .zeroDivision("division by zero") }
            return .float(try left.trueQuotient(by: right, meter))
        case .floorDivide: return integer(try left.floorQuotient(by: right, meter))
        case .modulo:
            guard !right.isZero else { throw .zeroDivision("integer modulo by zero") }
            return integer(try left.modulo(right, meter))
        case .power:
            guard right.isNegative else { return integer(try left.power(right, meter)) }
            guard !left.isZero else { throw .zeroDivision("0.0 cannot be raised to a negative power") }
            guard let result = try FloatArithmetic.power(left.toDouble(), right.toDouble()) else {
                return nil
            }
            return .float(result)
        case .leftShift: return integer(try left.shiftedLeft(by: right, meter))
        case .rightShift: return integer(try left.shiftedRight(by: right, meter))
        case .bitAnd: return integer(try left.and(right, meter))
        case .bitOr: return integer(try left.or(right, meter))
        case .bitXor: return integer(try left.xor(right, meter))
        case .matrixMultiply: return nil
        }
    }

    func unary(_ operation: UnaryOperator, _ value: Value) throws(EngineError) -> Value {
        guard let number = Numeral(value) else {
            if case .object(let object) = value, let foreign = object.foreign,
                let result = try foreign.unary(operation, self)
            {
                return result
            }
            if let dict = value.dict, dict.flavor == .counter {
                return try Counters.unary(operation, dict, self)
            }
            throw badOperand(operation, value)
        }
        switch (operation, number) {
        case (.minus, .small(let number)):
            return number == .min ? integer(BigInteger(number).negated) : .int(-number)
        case (.minus, .big(let number)):
            try meter.charge(bytes: number.byteCount)
            return integer(number.negated)
        case (.minus, .float(let number)): return .float(-number)
        case (.plus, .small(let number)): return .int(number)
        case (.plus, _): return value
        case (.invert, .small(let number)): return .int(~number)
        case (.invert, .big(let number)):
            return try measured { () throws(EngineError) in integer(try number.inverted(meter)) }!
        case (.invert, .float): throw badOperand(operation, value)
        case (.not, _): return .bool(!(try isTrue(value)))
        }
    }

    private func badOperand(_ operation: UnaryOperator, _ value: Value) -> EngineError {
        .typeError("bad operand type for unary \(operation.symbol): '\(TypeNames.name(of: value))'")
    }
}
