import Testing

@testable import SPySandbox

struct BigIntegerTests {
    @Test func `every operation gives CPython's answer on the stored cases`() throws {
        EngineCases.check(try EngineCases.stored("integers"), atLeast: 500, answer: answer)
    }

    @Test func `every operation gives CPython's answer on new cases`() throws {
        EngineCases.check(try EngineCases.generated("integers", seed: 7, count: 5_000), answer: answer)
    }

    @Test(arguments: ["0x9", "0x3b9aca00"]) func `a tower of powers stops at the integer budget`(base: String)
        throws
    {
        let meter = Meter()
        let exponent = try integer(base).power(9, meter)
        #expect(throws: EngineError.budgetExceeded(.init(budget: .integerSize, limit: 1 << 20))) {
            try integer(base).power(exponent, meter)
        }
    }

    @Test func `a chain of multiplications stops at the steps`() throws {
        let meter = Meter(limits: .init(steps: 100_000))
        #expect(throws: EngineError.budgetExceeded(.init(budget: .steps, limit: 100_000))) {
            var product = try BigInteger(3).power(100_000, meter)
            while true {
                product = try product.multiplied(by: product, meter).modulo(product, meter).adding(
                    product,
                    meter
                )
            }
        }
    }

    @Test func `a quadratic division stops at the steps within its loop`() throws {
        let meter = Meter(limits: .init(steps: 20_000))
        let large = BigInteger(isNegative: false, magnitude: Array(repeating: 7, count: 16_000))
        let half = BigInteger(isNegative: false, magnitude: Array(repeating: 5, count: 8_000))
        #expect(throws: EngineError.budgetExceeded(.init(budget: .steps, limit: 20_000))) {
            try large.dividedFloor(by: half, meter)
        }
    }

    @Test func `text of more than 4300 digits is refused in CPython's words`() throws {
        let meter = Meter()
        let message = """
            ValueError: Exceeds the limit (4300 digits) for integer string conversion; \
            use sys.set_int_max_str_digits() to increase the limit
            """
        let edge = try BigInteger(10).power(4_300, meter)
        #expect(outcome { try edge.decimalText(meter) } == message)
        #expect(try edge.subtracting(1, meter).decimalText(meter) == String(repeating: "9", count: 4_300))
    }

    private func answer(_ fields: [String]) throws -> String {
        let meter = Meter()
        let a = try integer(fields[1])
        switch fields[0] {
        case "hash": return "\(a.pythonHash)"
        case "float": return FloatText.hex(try a.toDouble())
        case "bits": return "\(a.bitLength) \(a.bitCount)"
        case "~": return try hex(a.inverted(meter))
        case "radix": return try a.text(radix: Int(fields[2])!, meter)
        case "cmp": return "\(a.compare(with: Double(fields[2])!))"
        default: return try binary(fields, a, try integer(fields[2]), meter)
        }
    }

    private func binary(_ fields: [String], _ a: BigInteger, _ b: BigInteger, _ meter: Meter) throws -> String
    {
        switch fields[0] {
        case "+": return try hex(a.adding(b, meter))
        case "-": return try hex(a.subtracting(b, meter))
        case "*": return try hex(a.multiplied(by: b, meter))
        case "//": return try hex(a.floorQuotient(by: b, meter))
        case "%": return try hex(a.modulo(b, meter))
        case "&": return try hex(a.and(b, meter))
        case "|": return try hex(a.or(b, meter))
        case "^": return try hex(a.xor(b, meter))
        case "<": return a < b ? "True" : "False"
        case "==": return a == b ? "True" : "False"
        case "/": return FloatText.hex(try a.trueQuotient(by: b, meter))
        case "<<": return try hex(a.shiftedLeft(by: b, meter))
        case ">>": return try hex(a.shiftedRight(by: b, meter))
        case "**": return try hex(a.power(b, meter))
        case "pow": return try hex(a.power(b, modulo: integer(fields[3]), meter))
        default: return "no such operation"
        }
    }
}

/// Reads Python's `hex(int)`.
func integer(_ text: String) throws -> BigInteger {
    let isNegative = text.hasPrefix("-")
    let digits = text.drop { $0 != "x" }.dropFirst().utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
    let value = try BigInteger(digits: digits, radix: 16, Meter())
    return isNegative ? value.negated : value
}

/// Writes Python's `hex(int)`.
func hex(_ value: BigInteger) throws -> String {
    (value.isNegative ? "-0x" : "0x") + (try value.absolute.text(radix: 16, Meter()))
}
