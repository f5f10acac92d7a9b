internal import Glibc
internal import SPySyntax

/// `math`
enum MathModule {
    static func members(_ machine: Machine) -> [String: Value] {
        var members = machine.members(functions)
        members["pi"] = .float(.pi)
        members["e"] = .float(M_E)
        members["tau"] = .float(2 * .pi)
        members["inf"] = .float(.infinity)
        members["nan"] = .float(.nan)
        return members
    }

    private static func number(_ value: Value, _ machine: Machine) throws(EngineError) -> Double {
        if let number = try Constructors.double(value, machine) { return number }
        throw .typeError("must be real number, not \(TypeNames.name(of: value))")
    }

    /// A function of one float, with CPython's rule for results that are no numbers.
    private static func unary(
        _ name: String,
        overflows: Bool = false,
        _ body: @escaping @Sendable (Double) -> Double
    ) -> NativeFunction {
        { machine, arguments throws(EngineError) in
            let x = try number(arguments.one("math.\(name)"), machine)
            let result = body(x)
            if result.isNaN, !x.isNaN { throw .valueError("math domain error") }
            if result.isInfinite, x.isFinite {
                if overflows { throw .overflowError("math range error") }
                throw .valueError("math domain error")
            }
            return .float(result)
        }
    }

    private static func test(_ name: String, _ body: @escaping @Sendable (Double) -> Bool) -> NativeFunction {
        { machine, arguments throws(EngineError) in
            .bool(body(try number(arguments.one("math.\(name)"), machine)))
        }
    }

    private static func binary(_ name: String, _ body: @escaping @Sendable (Double, Double) -> Double)
        -> NativeFunction
    {
        { machine, arguments throws(EngineError) in
            try arguments.between(2, 2, name)
            let (x, y) = (try number(arguments[0], machine), try number(arguments[1], machine))
            let result = body(x, y)
            if result.isNaN, !x.isNaN, !y.isNaN { throw .valueError("math domain error") }
            if result.isInfinite, x.isFinite, y.isFinite {
                if name == "fmod" { throw .valueError("math domain error") }
                throw .overflowError("math range error")
            }
            return .float(result)
        }
    }

    private static func integer(_ value: Value) throws(EngineError) -> BigInteger {
        guard let integer = value.bigInteger else {
            throw .typeError("'\(TypeNames.name(of: value))' object cannot be interpreted as an integer")
        }
        return integer
    }

    private static func rounding(_ name: String, _ body: @escaping @Sendable (Double) -> Double)
        -> NativeFunction
    {
        { machine, arguments throws(EngineError) in
            let value = try arguments.one("math.\(name)")
            if value.isInteger { return try Constructors.integer(value, machine) ?? .none }
            if case .object(let object) = value, let foreign = object.foreign,
                let result = try foreign.integral(name, machine)
            {
                return result
            }
            let x = try number(value, machine)
            return try machine.measured { () throws(EngineError) in machine.integer(try BigInteger(body(x))) }
                ?? .none
        }
    }

    private static let functions: [String: NativeFunction] = [
        "sqrt": unary("sqrt") { $0.squareRoot() }, "exp": unary("exp", overflows: true) { Glibc.exp($0) },
        "expm1": unary("expm1", overflows: true) { Glibc.expm1($0) },
        "cbrt": unary("cbrt") { Glibc.cbrt($0) },
        "exp2": unary("exp2", overflows: true) { Glibc.exp2($0) },
        "sin": unary("sin") { Glibc.sin($0) }, "cos": unary("cos") { Glibc.cos($0) },
        "tan": unary("tan") { Glibc.tan($0) }, "asin": unary("asin") { Glibc.asin($0) },
        "acos": unary("acos") { Glibc.acos($0) }, "atan": unary("atan") { Glibc.atan($0) },
        "sinh": unary("sinh", overflows: true) { Glibc.sinh($0) },
        "cosh": unary("cosh", overflows: true) { Glibc.cosh($0) }, "tanh": unary("tanh") { Glibc.tanh($0) },
        "asinh": unary("asinh") { Glibc.asinh($0) }, "acosh": unary("acosh") { Glibc.acosh($0) },
        "atanh": unary("atanh") { Glibc.atanh($0) }, "log1p": unary("log1p") { Glibc.log1p($0) },
        "gamma": { machine, arguments throws(EngineError) in
            .float(try FloatMath.gamma(number(arguments.one("math.gamma"), machine)))
        },
        "lgamma": { machine, arguments throws(EngineError) in
            .float(try FloatMath.logGamma(number(arguments.one("math.lgamma"), machine)))
        },
        "erf": unary("erf") { Glibc.erf($0) }, "erfc": unary("erfc") { Glibc.erfc($0) },
        "fabs": unary("fabs") { $0.magnitude },
        "degrees": unary("degrees") { $0 * (180 / .pi) }, "radians": unary("radians") { $0 * (.pi / 180) },
        "isnan": test("isnan") { $0.isNaN }, "isinf": test("isinf") { $0.isInfinite },
        "isfinite": test("isfinite") { $0.isFinite },
        "atan2": binary("atan2") { Glibc.atan2($0, $1) }, "fmod": binary("fmod") { Glibc.fmod($0, $1) },
        "copysign": binary("copysign") { Glibc.copysign($0, $1) },
        "remainder": binary("remainder") { Glibc.remainder($0, $1) },
        "nextafter": binary("nextafter") { Glibc.nextafter($0, $1) },
        "pow": { machine, arguments throws(EngineError) in
            try arguments.between(2, 2, "pow")
            let (x, y) = (try number(arguments[0], machine), try number(arguments[1], machine))
            let result = Glibc.pow(x, y)
            if result.isNaN, !x.isNaN, !y.isNaN { throw .valueError("math domain error") }
            if result.isInfinite, x.isFinite, y.isFinite {
                if x == 0 { throw .valueError("math domain error") }
                throw .overflowError("math range error")
            }
            return .float(result)
        },
        "ulp": { machine, arguments throws(EngineError) in
            let x = try number(arguments.one("math.ulp"), machine)
            return .float(x.isFinite ? x.magnitude.ulp : x.magnitude)
        },
        "floor": rounding("floor") { $0.rounded(.down) }, "ceil": rounding("ceil") { $0.rounded(.up) },
        "trunc": rounding("trunc") { $0.rounded(.towardZero) },
        "log": { machine, arguments throws(EngineError) in
            guard (1...2).contains(arguments.count) else {
                throw .typeError(
                    arguments.count == 0
                        ? "log expected at least 1 argument, got 0"
                        : "log expected at most 2 arguments, got \(arguments.count)"
                )
            }
            let value = try logarithm(arguments[0], machine) { Glibc.log($0) }
            guard arguments.count == 2 else { return .float(value) }
            let base = try logarithm(arguments[1], machine) { Glibc.log($0) }
            guard base != 0 else { throw .zeroDivision("float division by zero") }
            return .float(value / base)
        },
        "log2": { machine, arguments throws(EngineError) in
            .float(try logarithm(arguments.one("math.log2"), machine) { Glibc.log2($0) })
        },
        "log10": { machine, arguments throws(EngineError) in
            .float(try logarithm(arguments.one("math.log10"), machine) { Glibc.log10($0) })
        },
        "hypot": { machine, arguments throws(EngineError) in
            var values: [Double] = []
            for value in arguments.positional { values.append(try number(value, machine).magnitude) }
            return .float(try FloatMath.hypotenuse(values, machine.meter))
        },
        "dist": { machine, arguments throws(EngineError) in
            try arguments.between(2, 2, "dist")
            let (p, q) = (try machine.array(arguments[0]), try machine.array(arguments[1]))
            guard p.count == q.count else {
                throw .valueError("both points must have the same number of dimensions")
            }
            var values: [Double] = []
            for (one, other) in zip(p, q) {
                values.append((try number(one, machine) - number(other, machine)).magnitude)
            }
            return .float(try FloatMath.hypotenuse(values, machine.meter))
        },
        "isclose": { machine, arguments throws(EngineError) in
            let bound = try arguments.bind(
                "isclose",
                ["a", "b", "rel_tol", "abs_tol"],
                required: 2,
                positional: 2
            )
            let (a, b) = (try number(bound[0] ?? .none, machine), try number(bound[1] ?? .none, machine))
            let relative = try number(bound[2] ?? .float(1e-9), machine)
            let absolute = try number(bound[3] ?? .float(0), machine)
            if relative < 0 || absolute < 0 { throw .valueError("tolerances must be non-negative") }
            if a == b { return .true }
            if a.isInfinite || b.isInfinite { return .false }
            let difference = (b - a).magnitude
            return .bool(
                difference <= (relative * b).magnitude || difference <= (relative * a).magnitude
                    || difference <= absolute
            )
        },
        "gcd": { machine, arguments throws(EngineError) in
            var result = BigInteger.zero
            for value in arguments.positional { result = try gcd(result, integer(value), machine) }
            return machine.integer(result)
        },
        "lcm": { machine, arguments throws(EngineError) in
            var result = BigInteger.one
            for value in arguments.positional {
                let next = try integer(value).absolute
                if next.isZero { return .int(0) }
                let divisor = try gcd(result, next, machine)
                result = try result.floorQuotient(by: divisor, machine.meter).multiplied(
                    by: next,
                    machine.meter
                )
            }
            return machine.integer(result)
        },
        "factorial": { machine, arguments throws(EngineError) in
            let value = try arguments.one("math.factorial")
            let number = try integer(value)
            guard !number.isNegative else { throw .valueError("factorial() not defined for negative values") }
            guard let count = number.asInt else {
                throw .overflowError("factorial() argument should not exceed 9223372036854775807")
            }
            return try machine.measured { () throws(EngineError) in
                machine.integer(try range(1, count, machine))
            } ?? .none
        },
        "comb": { machine, arguments throws(EngineError) in try choose(machine, arguments, ordered: false) },
        "perm": { machine, arguments throws(EngineError) in try choose(machine, arguments, ordered: true) },
        "isqrt": { machine, arguments throws(EngineError) in
            let number = try integer(arguments.one("math.isqrt"))
            guard !number.isNegative else { throw .valueError("isqrt() argument must be nonnegative") }
            return try machine.measured { () throws(EngineError) in machine.integer(try root(number, machine))
            } ?? .none
        },
        "fsum": { machine, arguments throws(EngineError) in
            var values: [Double] = []
            for value in try machine.array(arguments.one("math.fsum")) {
                values.append(try number(value, machine))
            }
            return .float(try FloatMath.exactSum(values, machine.meter))
        },
        "prod": { machine, arguments throws(EngineError) in
            let bound = try arguments.bind("prod", ["iterable", "start"], required: 1, positional: 1)
            var result = bound[1] ?? .int(1)
            try machine.forEach(bound[0] ?? .none) { (value) throws(EngineError) in
                result = try machine.binary(.multiply, result, value)
            }
            return result
        },
        "modf": { machine, arguments throws(EngineError) in
            let x = try number(arguments.one("math.modf"), machine)
            if x.isInfinite { return machine.tuple([.float(Glibc.copysign(0, x)), .float(x)]) }
            let whole = x.rounded(.towardZero)
            return machine.tuple([.float(Glibc.copysign(x - whole, x)), .float(whole)])
        },
        "frexp": { machine, arguments throws(EngineError) in
            let x = try number(arguments.one("math.frexp"), machine)
            if x == 0 || !x.isFinite { return machine.tuple([.float(x), .int(0)]) }
            return machine.tuple([.float(x.significand / 2 * (x < 0 ? -1 : 1)), .int(Int(x.exponent) + 1)])
        },
        "ldexp": { machine, arguments throws(EngineError) in
            try arguments.between(2, 2, "ldexp")
            let x = try number(arguments[0], machine)
            let exponent = max(min(try machine.intArgument(arguments[1]), 100_000), -100_000)
            let result = Glibc.scalbn(x, Int32(exponent))
            if result.isInfinite, x.isFinite { throw .overflowError("math range error") }
            return .float(result)
        },
    ]

    private static func logarithm(
        _ value: Value,
        _ machine: Machine,
        _ body: (Double) -> Double
    ) throws(EngineError) -> Double {
        if let big = value.object(.integer, as: IntegerObject.self)?.value {
            guard !big.isNegative else { throw .valueError("math domain error") }
            // Too large for a float perhaps: take out a power of two.
            let shift = max(big.bitLength - 1000, 0)
            let reduced = try big.shiftedRight(by: BigInteger(shift), machine.meter).toDouble()
            return body(reduced) + body(2) * Double(shift)
        }
        let x = try number(value, machine)
        if x <= 0 { throw .valueError("math domain error") }
        return body(x)
    }

    private static func gcd(_ left: BigInteger, _ right: BigInteger, _ machine: Machine) throws(EngineError)
        -> BigInteger
    {
        var (a, b) = (left.absolute, right.absolute)
        while !b.isZero {
            if let small = a.asInt, let other = b.asInt {
                var (x, y) = (small, other)
                while y != 0 { (x, y) = (y, x % y) }
                return BigInteger(x)
            }
            (a, b) = (b, try a.modulo(b, machine.meter))
        }
        return a
    }

    /// The product of a range of integers, halved so that the factors stay of like size.
    private static func range(_ low: Int, _ high: Int, _ machine: Machine) throws(EngineError) -> BigInteger {
        if high < low { return .one }
        if high - low < 8 {
            var product = BigInteger(low)
            for factor in (low + 1)..<(high + 1) {
                product = try product.multiplied(by: BigInteger(factor), machine.meter)
            }
            return product
        }
        let middle = low + (high - low) / 2
        // A product of so many factors is at least so large: refuse before the work.
        try machine.meter.checkInteger(bits: high - low)
        return try range(low, middle, machine).multiplied(by: range(middle + 1, high, machine), machine.meter)
    }

    private static func choose(
        _ machine: Machine,
        _ arguments: Arguments,
        ordered: Bool
    ) throws(EngineError) -> Value {
        let name = ordered ? "perm" : "comb"
        try arguments.between(ordered ? 1 : 2, 2, name)
        let n = try integer(arguments[0])
        let k = arguments.count < 2 || arguments[1].isNone ? n : try integer(arguments[1])
        guard !n.isNegative else { throw .valueError("n must be a non-negative integer") }
        guard !k.isNegative else { throw .valueError("k must be a non-negative integer") }
        if n < k { return .int(0) }
        guard var count = k.asInt, let total = n.asInt else {
            throw .overflowError("min(n - k, k) must not exceed 9223372036854775807")
        }
        if !ordered { count = min(count, total - count) }
        if count == 0 { return .int(1) }
        return try machine.measured { () throws(EngineError) in
            let above = try range(total - count + 1, total, machine)
            if ordered { return machine.integer(above) }
            return machine.integer(try above.floorQuotient(by: range(1, count, machine), machine.meter))
        } ?? .none
    }

    private static func root(_ number: BigInteger, _ machine: Machine) throws(EngineError) -> BigInteger {
        if number.isZero { return .zero }
        var guess = try BigInteger.one.shiftedLeft(by: (number.bitLength + 1) / 2, machine.meter)
        while true {
            let quotient = try number.floorQuotient(by: guess, machine.meter)
            let next = try guess.adding(quotient, machine.meter).shiftedRight(by: .one, machine.meter)
            if !(next < guess) { return guess }
            guess = next
        }
    }
}
