internal import SPySyntax

/// `statistics`
enum StatisticsModule {
    static func members(_ machine: Machine) -> [String: Value] {
        var members = machine.members(
            averages.merging(spreads) { one, _ in one }.merging(pairs) { one, _ in one }
        )
        members["StatisticsError"] = machine.type(ExceptionTypes["statistics.StatisticsError"])
        return members
    }

    private static let averages: [String: NativeFunction] = [
        "mean": { machine, arguments throws(EngineError) in
            let data = try machine.array(arguments.bindPython("mean", ["data"], required: 1)[0] ?? .none)
            if data.contains(where: { $0.kind == .decimal }) { return try decimalMean(data, machine) }
            return try overNumbers(data, machine) { (data, meter) throws(EngineError) in
                try Statistics.mean(data, meter)
            }
        },
        "fmean": { machine, arguments throws(EngineError) in
            let bound = try arguments.bindPython("fmean", ["data", "weights"], required: 1)
            let data = try floats(bound[0] ?? .none, machine)
            guard let given = bound[1], !given.isNone else {
                return .float(try Statistics.floatMean(data, machine.meter))
            }
            let weights = try floats(given, machine)
            guard weights.count == data.count else {
                throw Statistics.error("data and weights must be the same length")
            }
            let total = try FloatMath.exactSum(weights, machine.meter)
            guard total != 0 else { throw Statistics.error("sum of weights must be non-zero") }
            return .float(try FloatMath.exactSum(zip(data, weights).map { $0 * $1 }, machine.meter) / total)
        },
        "geometric_mean": { machine, arguments throws(EngineError) in
            let bound = try arguments.bindPython("geometric_mean", ["data"], required: 1)
            return .float(
                try Statistics.geometricMean(floats(bound[0] ?? .none, machine), machine.meter)
            )
        },
        "harmonic_mean": { machine, arguments throws(EngineError) in
            try ofNumbers("harmonic_mean", machine, arguments) { (data, meter) throws(EngineError) in
                try Statistics.harmonicMean(data, meter)
            }
        },
        "median": { machine, arguments throws(EngineError) in
            let data = try sorted("median", machine, arguments)
            let half = data.count / 2
            if data.count % 2 == 1 { return data[half] }
            return try machine.binary(.divide, machine.binary(.add, data[half - 1], data[half]), .int(2))
        },
        "median_low": { machine, arguments throws(EngineError) in
            let data = try sorted("median_low", machine, arguments)
            return data[(data.count - 1) / 2]
        },
        "median_high": { machine, arguments throws(EngineError) in
            let data = try sorted("median_high", machine, arguments)
            return data[data.count / 2]
        },
        "median_grouped": { machine, arguments throws(EngineError) in
            let bound = try arguments.bindPython("median_grouped", ["data", "interval"], required: 1)
            let data = try sorted(bound[0] ?? .none, machine)
            let middle = data[data.count / 2]
            var (start, end) = (data.count / 2, data.count / 2 + 1)
            func isMiddle(_ index: Int) throws(EngineError) -> Bool {
                try Equality.areEqual(data[index], middle, machine.meter, depth: 0)
            }
            while start > 0, try isMiddle(start - 1) { start -= 1 }
            while end < data.count, try isMiddle(end) { end += 1 }
            let interval = try Constructors.float(bound[1] ?? .float(1), machine)
            let low = try Constructors.float(middle, machine) - interval / 2
            let below = Double(data.count) / 2 - Double(start)
            return .float(low + interval * below / Double(end - start))
        },
        "mode": { machine, arguments throws(EngineError) in
            let counts = try counted("mode", machine, arguments).items
            guard let most = counts.map({ $0.value.smallInteger ?? 0 }).max() else {
                throw Statistics.error("no mode for empty data")
            }
            return counts.first { $0.value.smallInteger == most }?.key ?? .none
        },
        "multimode": { machine, arguments throws(EngineError) in
            let counts = try counted("multimode", machine, arguments).items
            let most = counts.map { $0.value.smallInteger ?? 0 }.max() ?? 0
            return try machine.list(counts.filter { $0.value.smallInteger == most }.map(\.key))
        },
    ]

    private static let spreads: [String: NativeFunction] = [
        "variance": { machine, arguments throws(EngineError) in
            try ofNumbers("variance", machine, arguments) { (data, meter) throws(EngineError) in
                try Statistics.variance(data, meter)
            }
        },
        "pvariance": { machine, arguments throws(EngineError) in
            try ofNumbers("pvariance", machine, arguments) { (data, meter) throws(EngineError) in
                try Statistics.variance(data, ofPopulation: true, meter)
            }
        },
        "stdev": { machine, arguments throws(EngineError) in
            try ofNumbers("stdev", machine, arguments) { (data, meter) throws(EngineError) in
                .float(try Statistics.deviation(data, meter))
            }
        },
        "pstdev": { machine, arguments throws(EngineError) in
            try ofNumbers("pstdev", machine, arguments) { (data, meter) throws(EngineError) in
                .float(try Statistics.deviation(data, ofPopulation: true, meter))
            }
        },
        "quantiles": { machine, arguments throws(EngineError) in
            let bound = try arguments.bindPython(
                "quantiles",
                ["data", "n", "method"],
                required: 1,
                keywordOnly: 2
            )
            let count =
                try bound[1].map { (count) throws(EngineError) in try machine.intArgument(count) } ?? 4
            let method = bound[2]?.string?.text.string ?? "exclusive"
            let data = try numbers(machine.array(bound[0] ?? .none))
            if !["exclusive", "inclusive"].contains(method), count >= 1, data.count >= 2 {
                throw .valueError("Unknown method: '\(method)'")
            }
            let cuts = try Statistics.quantiles(
                data,
                count: count,
                isInclusive: method == "inclusive",
                machine.meter
            )
            return try machine.list(cuts.map { value(of: $0, machine) })
        },
    ]

    private static let pairs: [String: NativeFunction] = [
        "covariance": { machine, arguments throws(EngineError) in
            let (x, y) = try pair("covariance", machine, arguments)
            return .float(try Statistics.covariance(x, y, machine.meter))
        },
        "correlation": { machine, arguments throws(EngineError) in
            let (x, y) = try pair("correlation", machine, arguments)
            return .float(try Statistics.correlation(x, y, machine.meter))
        },
        "linear_regression": { machine, arguments throws(EngineError) in
            let (x, y) = try pair("linear_regression", machine, arguments)
            let isProportional =
                try arguments.named("proportional").map { (flag) throws(EngineError) in
                    try machine.isTrue(flag)
                } ?? false
            let line = try Statistics.linearRegression(x, y, isProportional: isProportional, machine.meter)
            let type = NamedTupleTypeObject("LinearRegression", ["slope", "intercept"], [], machine.heap)
            let parts: [Value] = [.float(line.slope), .float(line.intercept)]
            return .object(TupleObject(parts, machine.heap, type: type))
        },
    ]
}

// MARK: Data

extension StatisticsModule {
    static func value(of number: Number, _ machine: Machine) -> Value {
        switch number {
        case .integer(let value): machine.integer(value)
        case .float(let value): .float(value)
        }
    }

    static func number(_ value: Value) throws(EngineError) -> Number {
        if case .float(let number) = value { return .float(number) }
        if let number = value.bigInteger { return .integer(number) }
        throw .typeError("can't convert type '\(TypeNames.name(of: value))' to numerator/denominator")
    }

    private static func numbers(_ values: [Value]) throws(EngineError) -> [Number] {
        var numbers: [Number] = []
        for element in values { numbers.append(try number(element)) }
        return numbers
    }

    private static func floats(_ value: Value, _ machine: Machine) throws(EngineError) -> [Double] {
        var values: [Double] = []
        for element in try machine.array(value) {
            guard let number = try Constructors.double(element, machine) else {
                throw .typeError("must be real number, not \(TypeNames.name(of: element))")
            }
            values.append(number)
        }
        return values
    }

    private static func overNumbers(
        _ data: [Value],
        _ machine: Machine,
        _ body: ([Number], Meter) throws(EngineError) -> Number
    ) throws(EngineError) -> Value {
        let data = try numbers(data)
        return try machine.measured { () throws(EngineError) in
            value(of: try body(data, machine.meter), machine)
        } ?? .none
    }

    /// A function whose only argument are numbers.
    private static func ofNumbers(
        _ name: String,
        _ machine: Machine,
        _ arguments: Arguments,
        _ body: ([Number], Meter) throws(EngineError) -> Number
    ) throws(EngineError) -> Value {
        let bound = try arguments.bindPython(name, ["data"], required: 1)
        return try overNumbers(machine.array(bound[0] ?? .none), machine, body)
    }

    private static func sorted(_ name: String, _ machine: Machine, _ arguments: Arguments)
        throws(EngineError) -> [Value]
    {
        try sorted(arguments.bindPython(name, ["data"], required: 1)[0] ?? .none, machine)
    }

    private static func sorted(_ data: Value, _ machine: Machine) throws(EngineError) -> [Value] {
        let data = try machine.array(data)
        if data.isEmpty { throw Statistics.error("no median for empty data") }
        try machine.checkRoom(data.count * 3)
        return try Sorting.sorted(data, key: .none, reversed: false, machine)
    }

    private static func counted(_ name: String, _ machine: Machine, _ arguments: Arguments)
        throws(EngineError) -> DictObject
    {
        let counts = DictObject(machine.heap)
        let data = try arguments.bindPython(name, ["data"], required: 1)[0] ?? .none
        try machine.forEach(data) { (element) throws(EngineError) in
            let seen = try counts.get(element)?.smallInteger ?? 0
            try counts.set(element, .int(seen + 1))
        }
        return counts
    }

    private static func pair(_ name: String, _ machine: Machine, _ arguments: Arguments)
        throws(EngineError) -> ([Double], [Double])
    {
        let bound = try arguments.bindPython(
            name,
            name == "linear_regression" ? ["x", "y", "proportional"] : ["x", "y"],
            required: 2,
            keywordOnly: name == "linear_regression" ? 1 : 0
        )
        return (try floats(bound[0] ?? .none, machine), try floats(bound[1] ?? .none, machine))
    }

    /// The mean of decimals, exact but for one division.
    private static func decimalMean(_ data: [Value], _ machine: Machine) throws(EngineError) -> Value {
        let meter = machine.meter
        var parts: [(coefficient: BigInteger, exponent: Int)] = []
        for value in data {
            try meter.charge(steps: 1)
            if case .float = value { throw .typeError("don't know how to coerce float and Decimal") }
            guard let decimal = DecimalModule.operand(value) else { _ = try number(value); continue }
            guard let finite = decimal.finite else {
                return .object(DecimalObject(decimal.isNaN ? .nan : decimal, machine.heap))
            }
            parts.append(
                (decimal.isNegative ? finite.coefficient.negated : finite.coefficient, finite.exponent)
            )
        }
        let least = parts.map(\.exponent).min() ?? 0
        var total = BigInteger.zero
        for part in parts {
            let scale = try DecimalPowers.power(part.exponent - least, meter)
            total = try total.adding(part.coefficient.multiplied(by: scale, meter), meter)
        }
        let scale = try DecimalPowers.power(abs(least), meter)
        let sum =
            least < 0 ? try Fraction(total, scale, meter) : Fraction(try total.multiplied(by: scale, meter))
        let mean = try sum.divided(by: BigInteger(data.count), meter)
        let context = DecimalModule.context(machine)
        let result = try Decimal(mean.numerator).divided(by: Decimal(mean.denominator), context, meter)
        return .object(DecimalObject(result, machine.heap))
    }
}
