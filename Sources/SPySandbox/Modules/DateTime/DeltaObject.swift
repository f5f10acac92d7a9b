internal import SPySyntax

/// A `datetime.timedelta`.
final class DeltaObject: ForeignObject {
    let delta: TimeDelta

    init(_ delta: TimeDelta, _ heap: Heap) {
        self.delta = delta
        super.init(.timedelta, heap)
    }

    override func repr(_ machine: Machine) throws(EngineError) -> String { delta.repr }
    override func str(_ machine: Machine) throws(EngineError) -> String { delta.text }
    override func isTrue() -> Bool { !delta.isZero }
    override func hash(_ meter: Meter) throws(EngineError) -> Int { Int(truncatingIfNeeded: delta.total) }

    override func isEqual(to other: Value, _ meter: Meter) throws(EngineError) -> Bool? {
        other.object(.timedelta, as: DeltaObject.self).map { $0.delta == delta }
    }

    override func order(_ other: Value, _ meter: Meter) throws(EngineError) -> Order? {
        guard let other = other.object(.timedelta, as: DeltaObject.self) else { return nil }
        return delta < other.delta ? .less : delta == other.delta ? .equal : .greater
    }

    private func made(_ delta: TimeDelta) -> Value { .object(DeltaObject(delta, heap)) }

    override func binary(
        _ operation: BinaryOperator,
        _ left: Value,
        _ right: Value,
        _ machine: Machine
    ) throws(EngineError) -> Value? {
        let meter = machine.meter
        let (one, other) = (
            left.object(.timedelta, as: DeltaObject.self)?.delta,
            right.object(.timedelta, as: DeltaObject.self)?.delta
        )
        switch (operation, one, other) {
        case (.add, .some(let one), .some(let other)): return made(try one.adding(other))
        case (.subtract, .some(let one), .some(let other)): return made(try one.subtracting(other))
        case (.multiply, .some(let one), nil):
            guard Numeral(right) != nil else { return nil }
            return made(try one.multiplied(by: StatisticsModule.number(right), meter))
        case (.multiply, nil, .some(let other)):
            guard Numeral(left) != nil else { return nil }
            return made(try other.multiplied(by: StatisticsModule.number(left), meter))
        case (.divide, .some(let one), .some(let other)):
            if other.isZero { throw .zeroDivision("division by zero") }
            return .float(try one.ratio(to: other, meter))
        case (.divide, .some(let one), nil):
            guard Numeral(right) != nil else { return nil }
            return made(try one.divided(by: StatisticsModule.number(right), meter))
        case (.floorDivide, .some(let one), .some(let other)):
            return machine.integer(try one.floorQuotient(by: other, meter))
        case (.floorDivide, .some(let one), nil):
            guard let divisor = right.bigInteger else { return nil }
            return made(try one.floorQuotient(by: divisor, meter))
        case (.modulo, .some(let one), .some(let other)): return made(try one.modulo(other, meter))
        default: return nil
        }
    }

    override func unary(_ operation: UnaryOperator, _ machine: Machine) throws(EngineError) -> Value? {
        switch operation {
        case .minus: made(try delta.negated())
        case .plus: made(delta)
        default: nil
        }
    }

    override func absolute(_ machine: Machine) throws(EngineError) -> Value? { made(try delta.absolute()) }

    override func attribute(_ name: String, _ machine: Machine) throws(EngineError) -> Value? {
        switch name {
        case "days": .int(delta.days)
        case "seconds": .int(delta.seconds)
        case "microseconds": .int(delta.microseconds)
        default: nil
        }
    }

    static let table: [String: NativeMethod] = [
        "total_seconds": { machine, value, arguments throws(EngineError) in
            try arguments.none("timedelta.total_seconds")
            return .float(
                try value.object(.timedelta, as: DeltaObject.self)!.delta.totalSeconds(machine.meter)
            )
        }
    ]
}
