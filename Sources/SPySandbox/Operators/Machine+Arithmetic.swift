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

    private func unsupported(
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
    private func refusal(_ operation: BinaryOperator, _ left: Value, _ right: Value, inPlace: Bool = false)
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

    private func arithmetic(
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

    // MARK: Sequences and collections

    private func sequenceOperation(
        _ operation: BinaryOperator,
        _ left: Value,
        _ right: Value
    ) throws(EngineError) -> Value? {
        switch operation {
        case .add: return try concatenation(left, right)
        case .multiply:
            if let count = try repetitions(right) { return try repeated(left, count) }
            if let count = try repetitions(left) { return try repeated(right, count) }
            return nil
        case .modulo:
            if let format = left.string { return try PercentFormat.format(format.text, right, self) }
            return nil
        case .bitOr, .bitAnd, .bitXor, .subtract:
            if let one = left.dict, let other = right.dict {
                if one.flavor == .counter, other.flavor == .counter {
                    return try Counters.binary(operation, one, other, self)
                }
                return operation == .bitOr ? try DictMethods.union(one, other, self) : nil
            }
            return try SetAlgebra.binary(operation, left, right, self) ?? typeUnion(operation, left, right)
        default: return nil
        }
    }

    /// `int | str` between types, as a tuple of types.
    private func typeUnion(_ operation: BinaryOperator, _ left: Value, _ right: Value) -> Value? {
        func members(_ value: Value) -> [Value]? {
            if value.isNone { return [type(.noneType)] }
            if value.kind == .type { return [value] }
            if let tuple = value.tuple, tuple.items.allSatisfy({ $0.kind == .type }) { return tuple.items }
            return nil
        }
        guard operation == .bitOr, let one = members(left), let other = members(right) else { return nil }
        return tuple(one + other)
    }

    private func concatenation(_ left: Value, _ right: Value) throws(EngineError) -> Value? {
        guard case .object(let one) = left, case .object(let other) = right else { return nil }
        if one.kind == .dict, other.kind == .dict, let one = left.dict, let other = right.dict,
            one.flavor == .counter, other.flavor == .counter
        {
            return try Counters.binary(.add, one, other, self)
        }
        guard one.kind == other.kind else { return nil }
        switch one.kind {
        case .string:
            return try joined(
                unsafeDowncast(one, to: StringObject.self),
                unsafeDowncast(other, to: StringObject.self)
            )
        case .list:
            let result = ListObject(heap)
            let (one, other) = (
                unsafeDowncast(one, to: ListObject.self), unsafeDowncast(other, to: ListObject.self)
            )
            try meter.charge(steps: (one.count + other.count) / 8)
            try result.reserve(one.count + other.count)
            try result.append(one.elements)
            try result.append(other.elements)
            return .object(result)
        case .tuple:
            let (one, other) = (
                unsafeDowncast(one, to: TupleObject.self), unsafeDowncast(other, to: TupleObject.self)
            )
            try meter.charge(steps: (one.count + other.count) / 8)
            try heap.check()
            return tuple(one.items + other.items)
        case .bytes:
            let (one, other) = (
                unsafeDowncast(one, to: BytesObject.self), unsafeDowncast(other, to: BytesObject.self)
            )
            try meter.charge(bytes: one.bytes.count + other.bytes.count)
            return .object(BytesObject(one.bytes + other.bytes, heap))
        case .deque:
            let (one, other) = (
                unsafeDowncast(one, to: DequeObject.self), unsafeDowncast(other, to: DequeObject.self)
            )
            let result = DequeObject(maximum: one.maximum, heap)
            for value in one.array + other.array { try result.append(value) }
            return .object(result)
        default: return nil
        }
    }

    /// Two strings in one; the common case of two ASCII texts takes one allocation for the characters.
    private func joined(_ left: StringObject, _ right: StringObject) throws(EngineError) -> Value {
        if right.text.isEmpty { return .object(left) }
        if left.text.isEmpty { return .object(right) }
        guard case .ascii(let first) = left.text.storage, case .ascii(let second) = right.text.storage else {
            return try text { () throws(EngineError) in try left.text.concatenated(with: right.text, meter) }
        }
        let count = first.count + second.count
        try meter.charge(bytes: count)
        try meter.charge(steps: count / 64)
        let units = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            _ = buffer[..<first.count].initialize(fromContentsOf: first)
            _ = buffer[first.count...].initialize(fromContentsOf: second)
            initialized = count
        }
        return .object(StringObject(Text(ascii: units), heap))
    }

    private func repetitions(_ value: Value) throws(EngineError) -> Int? {
        if let count = value.smallInteger { return count }
        guard let big = value.bigInteger else { return nil }
        if big.isNegative { return 0 }
        return .max
    }

    private func repeated(_ value: Value, _ count: Int) throws(EngineError) -> Value? {
        guard case .object(let object) = value else { return nil }
        if count == .max, [.string, .list, .tuple, .bytes].contains(object.kind) {
            throw .overflowError("cannot fit 'int' into an index-sized integer")
        }
        switch object.kind {
        case .string:
            let string = unsafeDowncast(object, to: StringObject.self)
            return try text { () throws(EngineError) in try string.text.repeated(count, meter) }
        case .list:
            let list = unsafeDowncast(object, to: ListObject.self)
            let result = ListObject(heap)
            guard count > 0, list.count > 0 else { return .object(result) }
            let (total, overflow) = list.count.multipliedReportingOverflow(by: count)
            try result.reserve(overflow ? .max : total)
            try meter.charge(steps: total / 8)
            for _ in 0..<count { try result.append(list.elements) }
            return .object(result)
        case .tuple:
            let items = unsafeDowncast(object, to: TupleObject.self).items
            guard count > 0, !items.isEmpty else { return tuple([]) }
            let (total, overflow) = items.count.multipliedReportingOverflow(by: count)
            let bytes = overflow || total > 1 << 56 ? Int.max : total * 16
            // The tuple takes the bytes itself; this only sees whether they are there.
            try meter.charge(bytes: bytes)
            meter.refund(bytes: bytes)
            try meter.charge(steps: total / 8)
            return tuple(Units.repeated(items, count))
        case .deque:
            let deque = unsafeDowncast(object, to: DequeObject.self)
            let result = DequeObject(maximum: deque.maximum, heap)
            guard count > 0 else { return .object(result) }
            for _ in 0..<count {
                for element in deque.array { try result.append(element) }
                try meter.charge(steps: deque.count / 4 + 1)
            }
            return .object(result)
        case .bytes:
            let bytes = unsafeDowncast(object, to: BytesObject.self).bytes
            let (total, overflow) = bytes.count.multipliedReportingOverflow(by: max(count, 0))
            try meter.charge(bytes: overflow ? .max : total)
            return .object(BytesObject(count > 0 ? Units.repeated(bytes, count) : [], heap))
        default: return nil
        }
    }

    // MARK: Augmented assignment

    func binaryInPlace(
        _ operation: BinaryOperator,
        _ target: UnsafeMutablePointer<Value>,
        _ right: UnsafeMutablePointer<Value>
    ) throws(EngineError) {
        if operation == .add, target.pointee.kind == .string, let other = right.pointee.string {
            return try appendInPlace(target, other, right)
        }
        if case .object(let object) = target.pointee, try changeInPlace(operation, object, right.pointee) {
            return
        }
        do throws(EngineError) {
            target.pointee = try binary(operation, target.pointee, right.pointee)
        } catch {
            if case .raised(let raised) = error, raised.type == "TypeError",
                raised.message.hasPrefix("unsupported operand type(s) for")
            {
                throw unsupported(operation, target.pointee, right.pointee, inPlace: true)
            }
            throw error
        }
    }

    /// `text += other`: in place where nobody else holds the text, so that building a string in a loop is linear.
    private func appendInPlace(
        _ target: UnsafeMutablePointer<Value>,
        _ other: StringObject,
        _ right: UnsafeMutablePointer<Value>
    ) throws(EngineError) {
        guard case .object(var object) = target.move() else { return }
        target.initialize(to: .none)
        if isKnownUniquelyReferenced(&object) {
            let string = unsafeDowncast(object, to: StringObject.self)
            string.hash = -1
            defer { target.pointee = .object(object) }
            try string.text.append(other.text, meter)
        } else {
            target.pointee = .object(object)
            let string = unsafeDowncast(object, to: StringObject.self)
            if other.text.isEmpty { return }
            target.pointee = try text { () throws(EngineError) in
                try string.text.concatenated(with: other.text, meter)
            }
        }
    }

    /// Whether the object changed itself.
    private func changeInPlace(
        _ operation: BinaryOperator,
        _ object: Object,
        _ right: Value
    ) throws(EngineError) -> Bool {
        switch (object.kind, operation) {
        case (.list, .add):
            try extend(unsafeDowncast(object, to: ListObject.self), right)
            return true
        case (.list, .multiply):
            guard let count = right.smallInteger, let result = try repeated(.object(object), count)?.list
            else { return false }
            let list = unsafeDowncast(object, to: ListObject.self)
            try list.replace(0..<list.count, with: result.array)
            return true
        case (.deque, .add):
            let deque = unsafeDowncast(object, to: DequeObject.self)
            for value in try array(right) { try deque.append(value) }
            return true
        case (.dict, .bitOr):
            let dict = unsafeDowncast(object, to: DictObject.self)
            if dict.flavor == .counter { return try Counters.inPlace(operation, dict, right, self) }
            try DictMethods.update(self, dict, right)
            return true
        case (.dict, _):
            let dict = unsafeDowncast(object, to: DictObject.self)
            return dict.flavor == .counter ? try Counters.inPlace(operation, dict, right, self) : false
        case (.set, _):
            let set = unsafeDowncast(object, to: SetObject.self)
            if set.isFrozen { return false }
            return try SetAlgebra.inPlace(operation, set, right, self)
        default: return false
        }
    }
}
