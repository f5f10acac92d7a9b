/// `statistics`
enum StatisticsModule {
    static func members(_ machine: Machine) -> [String: Value] {
        var members = machine.members([
            "mean": overNumbers("mean") { data, meter throws(EngineError) in try Statistics.mean(data, meter)
            },
            "median": overNumbers("median") { data, meter throws(EngineError) in
                try Statistics.median(data, meter)
            },
            "median_low": overNumbers("median_low") { data, meter throws(EngineError) in
                try Statistics.median(data, taking: .low, meter)
            },
            "median_high": overNumbers("median_high") { data, meter throws(EngineError) in
                try Statistics.median(data, taking: .high, meter)
            },
            "variance": overNumbers("variance") { data, meter throws(EngineError) in
                try Statistics.variance(data, meter)
            },
            "pvariance": overNumbers("pvariance") { data, meter throws(EngineError) in
                try Statistics.variance(data, ofPopulation: true, meter)
            },
            "stdev": overNumbers("stdev") { data, meter throws(EngineError) in
                .float(try Statistics.deviation(data, meter))
            },
            "pstdev": overNumbers("pstdev") { data, meter throws(EngineError) in
                .float(try Statistics.deviation(data, ofPopulation: true, meter))
            },
            "fmean": { machine, arguments throws(EngineError) in
                .float(try Statistics.floatMean(floats(arguments, "fmean", machine), machine.meter))
            },
            "geometric_mean": { machine, arguments throws(EngineError) in
                .float(
                    try Statistics.geometricMean(floats(arguments, "geometric_mean", machine), machine.meter)
                )
            },
            "mode": { machine, arguments throws(EngineError) in
                let counts = try counted(arguments, "mode", machine)
                guard
                    let best = counts.items.max(by: {
                        ($0.value.smallInteger ?? 0) < ($1.value.smallInteger ?? 0)
                    })
                else {
                    throw .raise("statistics.StatisticsError", "no mode for empty data")
                }
                return counts.items.first { ($0.value.smallInteger ?? 0) == (best.value.smallInteger ?? 0) }?
                    .key ?? .none
            },
            "multimode": { machine, arguments throws(EngineError) in
                let counts = try counted(arguments, "multimode", machine)
                let most = counts.items.map { $0.value.smallInteger ?? 0 }.max() ?? 0
                return try machine.list(counts.items.filter { $0.value.smallInteger == most }.map(\.key))
            },
            "quantiles": { machine, arguments throws(EngineError) in
                let bound = try arguments.bind(
                    "quantiles",
                    ["data", "n", "method"],
                    required: 1,
                    positional: 1
                )
                let data = try numbers(bound[0] ?? .none, machine)
                let count =
                    try bound[1].map { (count) throws(EngineError) in try machine.intArgument(count) } ?? 4
                let cuts = try Statistics.quantiles(
                    data,
                    count: count,
                    isInclusive: bound[2]?.string?.text == "inclusive",
                    machine.meter
                )
                return try machine.list(cuts.map { value(of: $0, machine) })
            },
        ])
        members["StatisticsError"] = machine.type(ExceptionTypes["statistics.StatisticsError"])
        return members
    }

    private static func overNumbers(
        _ name: String,
        _ body: @escaping @Sendable ([Number], Meter) throws(EngineError) -> Number
    ) -> NativeFunction {
        { machine, arguments throws(EngineError) in
            guard arguments.count == 1 else { throw .typeError("\(name)() takes one argument: the data") }
            let data = try numbers(arguments[0], machine)
            return try machine.measured { () throws(EngineError) in
                value(of: try body(data, machine.meter), machine)
            } ?? .none
        }
    }

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

    private static func numbers(_ value: Value, _ machine: Machine) throws(EngineError) -> [Number] {
        var numbers: [Number] = []
        for element in try machine.array(value) { numbers.append(try number(element)) }
        return numbers
    }

    private static func floats(
        _ arguments: Arguments,
        _ name: String,
        _ machine: Machine
    ) throws(EngineError) -> [Double] {
        guard arguments.count == 1 else { throw .typeError("\(name)() takes one argument: the data") }
        var values: [Double] = []
        for element in try machine.array(arguments[0]) {
            values.append(try Constructors.float(element, machine))
        }
        return values
    }

    private static func counted(
        _ arguments: Arguments,
        _ name: String,
        _ machine: Machine
    ) throws(EngineError) -> DictObject {
        guard arguments.count == 1 else { throw .typeError("\(name)() takes one argument: the data") }
        let counts = DictObject(machine.heap)
        try Counters.count(arguments[0], into: counts, machine)
        return counts
    }
}
