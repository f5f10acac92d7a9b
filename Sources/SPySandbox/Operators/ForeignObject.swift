internal import SPySyntax

/// A value of a module (a date, a decimal, a pattern), which brings its own behaviour.
class ForeignObject: Object {
    /// The result of an operator with this object on either side; nothing where it does not know the other side.
    func binary(
        _ operation: BinaryOperator,
        _ left: Value,
        _ right: Value,
        _ machine: Machine
    ) throws(EngineError) -> Value? { nil }

    func unary(_ operation: UnaryOperator, _ machine: Machine) throws(EngineError) -> Value? { nil }

    /// Whether it equals another value; nothing where it does not know it.
    func isEqual(to other: Value, _ meter: Meter) throws(EngineError) -> Bool? { nil }

    /// Whether it is less than another (negative), equal (0) or greater; nothing where they have no order.
    func order(_ other: Value, _ meter: Meter) throws(EngineError) -> Order? { nil }

    func isTrue() -> Bool { true }

    func hash(_ meter: Meter) throws(EngineError) -> Int { Int(kind.rawValue) &* 0x9E37_79B1 &+ 7 }

    func repr(_ machine: Machine) throws(EngineError) -> String {
        "<\(TypeNames.type(of: self).qualifiedName) object>"
    }

    func str(_ machine: Machine) throws(EngineError) -> String { try repr(machine) }

    func format(_ specification: Text, _ machine: Machine) throws(EngineError) -> Value? { nil }

    func attribute(_ name: String, _ machine: Machine) throws(EngineError) -> Value? { nil }

    /// Whether an attribute of this name was set.
    func setAttribute(_ name: String, _ value: Value, _ machine: Machine) throws(EngineError) -> Bool {
        false
    }

    func item(_ key: Value, _ machine: Machine) throws(EngineError) -> Value? { nil }

    func toInteger(_ machine: Machine) throws(EngineError) -> Value? { nil }

    func toDouble(_ machine: Machine) throws(EngineError) -> Double? { nil }

    func absolute(_ machine: Machine) throws(EngineError) -> Value? { nil }

    func rounded(_ digits: Value?, _ machine: Machine) throws(EngineError) -> Value? { nil }

    /// `math.floor`, `math.ceil` or `math.trunc`, by name.
    func integral(_ name: String, _ machine: Machine) throws(EngineError) -> Value? { nil }

    enum Order { case less, equal, greater, unordered }
}
