import Testing

@testable import SPySandbox

struct RandomTests {
    @Test func `a seeded generator repeats CPython's numbers on the stored cases`() throws {
        EngineCases.check(try EngineCases.stored("randoms"), atLeast: 100, answer: answer)
    }

    @Test func `a seeded generator repeats CPython's numbers on new seeds`() throws {
        EngineCases.check(try EngineCases.generated("randoms", seed: 17, count: 1_000), answer: answer)
    }

    private func answer(_ fields: [String]) throws -> String {
        let meter = Meter()
        var generator: RandomGenerator
        switch fields[0] {
        case "int": generator = RandomGenerator(seed: try integer(fields[1]))
        case "str": generator = RandomGenerator(seed: Text(unescaping: fields[1]))
        default: generator = RandomGenerator(seed: try FloatText.parseHex(fields[1].utf8))
        }
        let calls = fields[2].split(separator: ";").map { $0.split(separator: ",") }
        return calls.map { call in
            outcome { try self.call(&generator, String(call[0]), Int(call[1])!, Int(call[2])!, meter) }
        }.joined(separator: "|")
    }

    private func call(
        _ generator: inout RandomGenerator,
        _ name: String,
        _ a: Int,
        _ b: Int,
        _ meter: Meter
    ) throws -> String {
        let (x, y) = (Double(a), Double(b))
        switch name {
        case "random": return FloatText.hex(generator.random())
        case "bits": return try generator.bits(b * 3, meter).decimalText(meter)
        case "range":
            let step = BigInteger(((a % 7) + 7) % 7 - 3)
            return try generator.range(BigInteger(a), BigInteger(b), step: step, meter).decimalText(meter)
        case "randint":
            let last = try BigInteger(10).power(BigInteger(b), meter)
            return try generator.integer(BigInteger(a), last, meter).decimalText(meter)
        case "choice": return "\(try generator.choice(of: b))"
        case "shuffle": return "\(try generator.shuffle(b, meter))"
        case "sample": return "\(try generator.sample(((a % 40) + 40) % 40, of: b, meter))"
        case "choices": return "\(try generator.choices(5, of: b, meter))"
        case "weighted": return "\(try generator.choices(5, cumulative: [x, x + 1, x + y], meter))"
        case "uniform": return FloatText.hex(generator.uniform(x, y))
        case "triangular": return FloatText.hex(generator.triangular(x, x + y, mode: x + y / 3))
        case "gauss": return FloatText.hex(generator.gauss(x, y))
        case "normal": return FloatText.hex(generator.normal(x, y))
        case "exponential": return FloatText.hex(try generator.exponential(x))
        case "gamma": return FloatText.hex(try generator.gamma(y / 20, 2, Meter()))
        case "beta": return FloatText.hex(try generator.beta(y / 10, 1.5, Meter()))
        case "pareto": return FloatText.hex(generator.pareto(y))
        default: return FloatText.hex(generator.weibull(y, 1.5))
        }
    }
}
