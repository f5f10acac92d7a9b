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

    static func decimal(_ value: Value) -> Decimal {
        value.object(.decimal, as: DecimalObject.self)!.decimal
    }

    /// A result, for which only its own bytes stay charged.
    static func result(
        _ machine: Machine,
        _ body: (DecimalContext, Meter) throws(EngineError) -> Decimal
    ) throws(EngineError) -> Value {
        let before = machine.meter.bytesHeld
        let decimal = try body(DecimalModule.context(machine), machine.meter)
        try machine.meter.charge(steps: decimal.counting)
        machine.meter.refund(bytes: max(machine.meter.bytesHeld - before, 0))
        return .object(DecimalObject(decimal, machine.heap))
    }

    override func repr(_ machine: Machine) throws(EngineError) -> String { "Decimal('\(try str(machine))')" }

    override func str(_ machine: Machine) throws(EngineError) -> String {
        try "\(decimal.text(DecimalModule.context(machine), machine.meter))"
    }

    override func attribute(_ name: String, _ machine: Machine) throws(EngineError) -> Value? {
        switch name {
        case "real": .object(self)
        case "imag": .object(DecimalObject(.zero, heap))
        default: nil
        }
    }

    override func isTrue() -> Bool { !decimal.isZero }
    override func hash(_ meter: Meter) throws(EngineError) -> Int {
        try meter.charge(steps: decimal.counting)
        return try decimal.pythonHash(meter)
    }
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
        try meter.charge(steps: decimal.counting + other.counting)
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
}

extension Decimal {
    /// Steps that counting the digits of a long number takes, which nearly every operation does: a power of ten as long
    /// as the number is made for it.
    fileprivate var counting: Int {
        let limbs = byteCount / 8
        return limbs < 16 ? 0 : limbs + limbs * limbs / 256
    }
}
