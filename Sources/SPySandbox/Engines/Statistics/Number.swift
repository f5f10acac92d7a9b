/// A Python `int` or `float`, with the arithmetic between the two.
enum Number: Equatable, Sendable {
    case integer(BigInteger)
    case float(Double)

    func toDouble() throws(EngineError) -> Double {
        switch self {
        case .integer(let value): return try value.toDouble()
        case .float(let value): return value
        }
    }

    var isFloat: Bool { if case .float = self { true } else { false } }

    func adding(_ other: Number, _ meter: Meter) throws(EngineError) -> Number {
        if case .integer(let left) = self, case .integer(let right) = other {
            return .integer(try left.adding(right, meter))
        }
        return .float(try toDouble() + other.toDouble())
    }

    func multiplied(by other: Number, _ meter: Meter) throws(EngineError) -> Number {
        if case .integer(let left) = self, case .integer(let right) = other {
            return .integer(try left.multiplied(by: right, meter))
        }
        return .float(try toDouble() * other.toDouble())
    }

    /// `/`.
    func divided(by other: Number, _ meter: Meter) throws(EngineError) -> Double {
        if case .integer(let left) = self, case .integer(let right) = other {
            return try left.trueQuotient(by: right, meter)
        }
        return try FloatArithmetic.quotient(toDouble(), other.toDouble())
    }

    /// Compares exactly, as Python does; a NaN is not less than anything.
    static func isLess(_ left: Number, _ right: Number) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): return left < right
        case (.float(let left), .float(let right)): return left < right
        case (.integer(let left), .float(let right)): return !right.isNaN && left.compare(with: right) < 0
        case (.float(let left), .integer(let right)): return !left.isNaN && right.compare(with: left) > 0
        }
    }
}
