import Testing

@testable import SPySandbox

struct FloatTests {
    @Test func `text, rounding and arithmetic give CPython's answers on the stored cases`() throws {
        EngineCases.check(try EngineCases.stored("floats"), atLeast: 500, answer: answer)
    }

    @Test func `text, rounding and arithmetic give CPython's answers on new cases`() throws {
        EngineCases.check(try EngineCases.generated("floats", seed: 11, count: 20_000), answer: answer)
    }

    private func answer(_ fields: [String]) throws -> String {
        switch fields[0] {
        case "parse": return FloatText.parse(fields[1].utf8).map(FloatText.hex) ?? "ValueError"
        case "fromhex": return FloatText.hex(try FloatText.parseHex(fields[1].utf8))
        case "iround": return try hex(integer(fields[1]).rounded(toPowerOfTen: Int(fields[2])!, Meter()))
        default: return try answer(fields, try FloatText.parseHex(fields[1].utf8))
        }
    }

    private func answer(_ fields: [String], _ a: Double) throws -> String {
        switch fields[0] {
        case "repr": return FloatText.repr(a)
        case "round": return FloatText.hex(try FloatArithmetic.rounded(a, digits: Int(fields[2])!))
        case "round0": return try hex(FloatArithmetic.rounded(a))
        case "hash": return "\(FloatArithmetic.hash(a))"
        case "hex": return FloatText.hex(a)
        case "ratio":
            let (numerator, denominator) = try FloatArithmetic.integerRatio(a)
            return try "\(hex(numerator)) \(hex(denominator))"
        default: return try binary(fields[0], a, try FloatText.parseHex(fields[2].utf8))
        }
    }

    private func binary(_ operation: String, _ a: Double, _ b: Double) throws -> String {
        switch operation {
        case "//": return FloatText.hex(try FloatArithmetic.floorQuotient(a, b))
        case "%": return FloatText.hex(try FloatArithmetic.modulo(a, b))
        case "**": return try FloatArithmetic.power(a, b).map(FloatText.hex) ?? "complex"
        case "divmod":
            let (quotient, remainder) = try FloatArithmetic.divmod(a, b)
            return "\(FloatText.hex(quotient)) \(FloatText.hex(remainder))"
        default: return "no such operation"
        }
    }
}
