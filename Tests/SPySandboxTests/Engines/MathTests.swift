import Testing

@testable import SPySandbox

struct MathTests {
    @Test func `math and statistics give CPython's answers on the stored cases`() throws {
        EngineCases.check(try EngineCases.stored("maths"), atLeast: 700, answer: answer)
    }

    @Test func `math and statistics give CPython's answers on new cases`() throws {
        EngineCases.check(try EngineCases.generated("maths", seed: 41, count: 20_000), answer: answer)
    }

    @Test func `a factorial beyond any budget stops at once`() {
        #expect(throws: EngineError.budgetExceeded(.init(budget: .integerSize, limit: 1 << 20))) {
            try IntegerMath.factorial(1_000_000_000, Meter())
        }
    }

    private func floats(_ field: String) throws -> [Double] {
        try field.split(separator: " ").map { try FloatText.parseHex($0.utf8) }
    }

    private func numbers(_ field: String) throws -> [Number] {
        try field.split(separator: " ").map { word in
            let isFloat = word.contains("p") || word.hasSuffix("f") && word.contains("in") || word == "nan"
            return isFloat ? .float(try FloatText.parseHex(word.utf8)) : .integer(try integer(String(word)))
        }
    }

    private func shown(_ number: Number) throws -> String {
        switch number {
        case .integer(let value): return try hex(value)
        case .float(let value): return FloatText.hex(value)
        }
    }

    private func answer(_ fields: [String]) throws -> String {
        let meter = Meter()
        switch fields[0] {
        case "gcd": return try hex(IntegerMath.gcd(integer(fields[1]), integer(fields[2]), meter))
        case "lcm": return try hex(IntegerMath.lcm(integer(fields[1]), integer(fields[2]), meter))
        case "perm": return try hex(IntegerMath.permutations(integer(fields[1]), integer(fields[2]), meter))
        case "comb": return try hex(IntegerMath.combinations(integer(fields[1]), integer(fields[2]), meter))
        case "ifactorial": return try hex(IntegerMath.factorial(integer(fields[1]), meter))
        case "iisqrt": return try hex(IntegerMath.squareRoot(integer(fields[1]), meter))
        case "ilog", "ilog2", "ilog10":
            let name = String(fields[0].dropFirst())
            return FloatText.hex(try FloatMath.logarithm(named: name, of: integer(fields[1]), meter))
        case "fsum": return FloatText.hex(try FloatMath.exactSum(floats(fields[1]), meter))
        case "hypot": return FloatText.hex(try FloatMath.hypotenuse(floats(fields[1]), meter))
        case let name where fields.count == 3: return try binary(name, fields)
        case let name where Self.statistics.contains(name): return try statistic(name, fields[1], meter)
        default: return try unary(fields[0], FloatText.parseHex(fields[1].utf8))
        }
    }

    private func unary(_ name: String, _ x: Double) throws -> String {
        switch name {
        case "gamma": return FloatText.hex(try FloatMath.gamma(x))
        case "lgamma": return FloatText.hex(try FloatMath.logGamma(x))
        case "floor": return try hex(FloatMath.floor(x))
        case "ceil": return try hex(FloatMath.ceil(x))
        case "trunc": return try hex(FloatMath.trunc(x))
        case "ulp": return FloatText.hex(FloatMath.ulp(x))
        case "frexp":
            let (fraction, exponent) = FloatMath.fractionAndExponent(x)
            return try FloatText.hex(fraction) + " " + hex(BigInteger(exponent))
        case "modf":
            let (fraction, whole) = FloatMath.fractionAndWhole(x)
            return FloatText.hex(fraction) + " " + FloatText.hex(whole)
        default: return FloatText.hex(try FloatMath.function(named: name)!(x))
        }
    }

    private func binary(_ name: String, _ fields: [String]) throws -> String {
        let x = try FloatText.parseHex(fields[1].utf8)
        if name == "ldexp" { return FloatText.hex(try FloatMath.scale(x, integer(fields[2]))) }
        let y = try FloatText.parseHex(fields[2].utf8)
        switch name {
        case "pow": return FloatText.hex(try FloatMath.power(x, y))
        case "atan2": return FloatText.hex(FloatMath.arcTangent(x, y))
        case "copysign": return FloatText.hex(FloatMath.copySign(x, y))
        case "fmod": return FloatText.hex(try FloatMath.remainderOfTruncation(x, y))
        case "remainder": return FloatText.hex(try FloatMath.remainder(x, y))
        case "nextafter": return FloatText.hex(FloatMath.next(x, towards: y))
        default: return try FloatMath.isClose(x, y) ? "True" : "False"
        }
    }

    private static let statistics: Set = [
        "mean", "fmean", "variance", "pvariance", "stdev", "pstdev", "median", "median_low", "median_high",
        "quantiles",
        "inclusive", "geometric_mean", "harmonic_mean", "covariance", "correlation", "linear_regression",
    ]

    private func pairs(_ name: String, _ field: String, _ meter: Meter) throws -> String {
        let lists = field.split(separator: ";", omittingEmptySubsequences: false)
        let (x, y) = (try floats(String(lists[0])), try floats(String(lists[1])))
        switch name {
        case "covariance": return FloatText.hex(try Statistics.covariance(x, y, meter))
        case "correlation": return FloatText.hex(try Statistics.correlation(x, y, meter))
        default:
            let line = try Statistics.linearRegression(x, y, meter)
            return FloatText.hex(line.slope) + " " + FloatText.hex(line.intercept)
        }
    }

    private func statistic(_ name: String, _ field: String, _ meter: Meter) throws -> String {
        if field.contains(";") { return try pairs(name, field, meter) }
        let data = try numbers(field)
        switch name {
        case "mean": return try shown(Statistics.mean(data, meter))
        case "fmean": return FloatText.hex(try Statistics.floatMean(data.map { try $0.toDouble() }, meter))
        case "geometric_mean":
            return FloatText.hex(try Statistics.geometricMean(data.map { try $0.toDouble() }, meter))
        case "harmonic_mean": return try shown(Statistics.harmonicMean(data, meter))
        case "variance": return try shown(Statistics.variance(data, meter))
        case "pvariance": return try shown(Statistics.variance(data, ofPopulation: true, meter))
        case "stdev": return FloatText.hex(try Statistics.deviation(data, meter))
        case "pstdev": return FloatText.hex(try Statistics.deviation(data, ofPopulation: true, meter))
        default:
            let cuts = try Statistics.quantiles(data, count: 5, isInclusive: name == "inclusive", meter)
            return try cuts.map(shown).joined(separator: " ")
        }
    }
}
