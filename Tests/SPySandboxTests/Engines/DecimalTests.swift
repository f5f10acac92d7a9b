import Testing

@testable import SPySandbox

struct DecimalTests {
    @Test func `decimal arithmetic gives CPython's answers on the stored cases`() throws {
        EngineCases.check(try EngineCases.stored("decimals"), atLeast: 900, answer: answer)
    }

    @Test func `decimal arithmetic gives CPython's answers on new cases`() throws {
        EngineCases.check(try EngineCases.generated("decimals", seed: 61, count: 20_000), answer: answer)
    }

    @Test func `far exponents cost nothing, and an integer of them names the budget`() throws {
        let meter = Meter(limits: .init(steps: 10_000))
        let huge = try Decimal("1E+999999", .standard, meter)
        #expect(
            try huge.adding(.one, .standard, meter).text(.standard, meter)
                == "1.000000000000000000000000000E+999999"
        )
        #expect(throws: EngineError.budgetExceeded(.init(budget: .integerSize, limit: 1 << 20))) {
            try huge.integer(meter)
        }
    }

    private func answer(_ fields: [String]) throws -> String {
        let meter = Meter()
        var context = DecimalContext.standard
        context.precision = Int(fields[1])!
        context.rounding = DecimalContext.Rounding(rawValue: fields[2])!
        let a = try Decimal(Text(unescaping: fields[3]), context, meter)
        switch fields[0] {
        case "parse": return try a.text(context, meter)
        case "format":
            return fields[4].isEmpty
                ? "" : try a.formatted(Text(unescaping: fields[4]), context, meter).escaped
        case let name where fields[4].isEmpty: return try unary(name, a, context, meter)
        default:
            let b = try Decimal(Text(unescaping: fields[4]), context, meter)
            return try binary(fields[0], a, b, context, meter)
        }
    }

    private func unary(_ name: String, _ a: Decimal, _ context: DecimalContext, _ meter: Meter) throws
        -> String
    {
        switch name {
        case "str": return try a.text(context, meter)
        case "eng": return try a.text(isEngineering: true, context, meter)
        case "int": return try a.integer(meter).decimalText(meter)
        case "float": return FloatText.hex(try a.toDouble(meter))
        case "round": return try a.rounded(meter).decimalText(meter)
        case "adjusted": return "\(a.adjusted)"
        case "tuple": return try a.digits(meter).map(String.init).joined()
        case "hash": return a.isNaN && !a.isSignalingNaN ? "0" : "\(try hash(a, context, meter))"
        case "ratio":
            let ratio = try a.integerRatio(meter)
            return try "\(ratio.numerator.decimalText(meter))/\(ratio.denominator.decimalText(meter))"
        default: return try computed(name, a, context, meter).text(context, meter)
        }
    }

    /// The generator asks whether the number equals itself before it asks for its hash.
    private func hash(_ a: Decimal, _ context: DecimalContext, _ meter: Meter) throws -> Int {
        _ = try a.equals(a, context, meter)
        return try a.pythonHash(meter)
    }

    private func computed(_ name: String, _ a: Decimal, _ context: DecimalContext, _ meter: Meter) throws
        -> Decimal
    {
        switch name {
        case "neg": return try a.negated(context, meter)
        case "pos": return try a.plus(context, meter)
        case "abs": return try a.absolute(context, meter)
        case "sqrt": return try a.squareRoot(context, meter)
        case "normalize": return try a.normalized(context, meter)
        case "integral": return try a.integral(context, meter)
        case "round2": return try a.rounded(digits: 2, context, meter)
        case "exp": return try a.exponential(context, meter)
        case "ln": return try a.naturalLogarithm(context, meter)
        default: return try a.decimalLogarithm(context, meter)
        }
    }

    private func binary(
        _ name: String,
        _ a: Decimal,
        _ b: Decimal,
        _ context: DecimalContext,
        _ meter: Meter
    ) throws -> String {
        let result: Decimal
        switch name {
        case "+": result = try a.adding(b, context, meter)
        case "-": result = try a.subtracting(b, context, meter)
        case "*": result = try a.multiplied(by: b, context, meter)
        case "/": result = try a.divided(by: b, context, meter)
        case "//": result = try a.integerQuotient(by: b, context, meter)
        case "%": result = try a.remainder(by: b, context, meter)
        case "**": result = try a.power(b, context, meter)
        case "quantize": result = try a.quantized(like: b, context, meter)
        case "compare": result = try a.compared(to: b, context, meter)
        case "max", "min": result = try a.extreme(b, isLargest: name == "max", context, meter)
        case "==": return try a.equals(b, context, meter) ? "True" : "False"
        case "<": return try a.ordered(b, context, meter).map { $0 < 0 } ?? false ? "True" : "False"
        default:
            let (quotient, remainder) = try a.divmod(b, context, meter)
            return
                "(Decimal('\(try quotient.text(context, meter))'), Decimal('\(try remainder.text(context, meter))'))"
        }
        return try result.text(context, meter)
    }
}
