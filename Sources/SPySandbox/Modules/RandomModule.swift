/// `random`: the Mersenne Twister of CPython, seeded by the program or, without that, always alike.
enum RandomModule {
    static func members(_ machine: Machine) -> [String: Value] {
        let generator = machine.moduleState.random(machine.heap)
        var members: [String: Value] = ["Random": machine.type(.random)]
        for (name, method) in table {
            members[name] = .object(BoundMethodObject(.object(generator), name, method, machine.heap))
        }
        return members
    }

    static func construct(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
        let generator = RandomObject(machine.heap)
        try machine.meter.charge(steps: 100)
        if arguments.count > 0 { try generator.seed(arguments[0], machine) }
        return .object(generator)
    }

    private static func generator(_ value: Value) -> RandomObject {
        value.object(.random, as: RandomObject.self)!
    }

    private static func integer(_ value: Value) throws(EngineError) -> BigInteger {
        if case .float(let number) = value, number == number.rounded(), number.isFinite {
            return BigInteger(truncating: number)
        }
        guard let integer = value.bigInteger else {
            throw .typeError("'\(TypeNames.name(of: value))' object cannot be interpreted as an integer")
        }
        return integer
    }

    private static func double(_ value: Value, _ machine: Machine) throws(EngineError) -> Double {
        guard let number = try Constructors.double(value, machine) else {
            throw .typeError("must be real number, not \(TypeNames.name(of: value))")
        }
        return number
    }

    private static func sequence(_ value: Value, isIndexed: Bool = false, _ machine: Machine)
        throws(EngineError) -> [Value]
    {
        guard [.list, .tuple, .string, .range, .deque].contains(value.kind) else {
            if value.kind == .set {
                if isIndexed {
                    throw .typeError("'\(TypeNames.name(of: value))' object is not subscriptable")
                }
                throw .typeError("Population must be a sequence.  For dicts or sets, use sorted(d).")
            }
            throw .typeError("object of type '\(TypeNames.name(of: value))' has no len()")
        }
        return try machine.array(value)
    }

    static let table: [String: NativeMethod] = [
        "seed": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bindPython("Random.seed", ["a", "version"])
            try generator(value).seed(bound[0] ?? .none, machine)
            return .none
        },
        "random": { machine, value, arguments throws(EngineError) in
            try arguments.none("Random.random")
            return .float(generator(value).state.random())
        },
        "uniform": { machine, value, arguments throws(EngineError) in
            let (low, high) = try pair(arguments, "uniform", ["a", "b"], machine)
            return .float(generator(value).state.uniform(low, high))
        },
        "randint": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bindPython("Random.randint", ["a", "b"], required: 2)
            let (first, last) = (try integer(bound[0] ?? .none), try integer(bound[1] ?? .none))
            return try machine.measured { () throws(EngineError) in
                machine.integer(try generator(value).state.integer(first, last, machine.meter))
            } ?? .none
        },
        "randrange": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bindPython("Random.randrange", ["start", "stop", "step"], required: 1)
            let first = try integer(bound[0] ?? .none)
            let stop = try bound[1].flatMap { $0.isNone ? nil : $0 }.map { (stop) throws(EngineError) in
                try integer(stop)
            }
            let step = try bound[2].map { (step) throws(EngineError) in try integer(step) } ?? .one
            if stop == nil, first.isNegative || first.isZero {
                throw .valueError("empty range for randrange()")
            }
            return try machine.measured { () throws(EngineError) in
                machine.integer(
                    try generator(value).state.range(
                        stop == nil ? .zero : first,
                        stop ?? first,
                        step: step,
                        machine.meter
                    )
                )
            } ?? .none
        },
        "getrandbits": { machine, value, arguments throws(EngineError) in
            let count = try machine.intArgument(arguments.one("Random.getrandbits"))
            if count < 0 { throw .valueError("number of bits must be non-negative") }
            return try machine.measured { () throws(EngineError) in
                machine.integer(try generator(value).state.bits(count, machine.meter))
            } ?? .none
        },
        "choice": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bindPython("Random.choice", ["seq"], required: 1)
            let values = try sequence(bound[0] ?? .none, isIndexed: true, machine)
            return values[try generator(value).state.choice(of: values.count)]
        },
        "shuffle": { machine, value, arguments throws(EngineError) in
            let source = try arguments.bindPython("Random.shuffle", ["x"], required: 1)[0] ?? .none
            guard let list = source.list else {
                throw .typeError("'\(TypeNames.name(of: source))' object does not support item assignment")
            }
            let order = try generator(value).state.shuffle(list.count, machine.meter)
            machine.meter.refund(bytes: list.count * 8)
            let old = list.array
            for (index, from) in order.enumerated() { list[index] = old[from] }
            return .none
        },
        "sample": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bindPython("Random.sample", ["population", "k"], required: 2)
            let values = try sequence(bound[0] ?? .none, machine)
            let size = try machine.intArgument(bound[1] ?? .none)
            let before = machine.meter.bytesHeld
            let chosen = try generator(value).state.sample(size, of: values.count, machine.meter)
            machine.meter.refund(bytes: max(machine.meter.bytesHeld - before, 0))
            return try machine.list(chosen.map { values[$0] })
        },
        "choices": { machine, value, arguments throws(EngineError) in
            try choices(machine, generator(value), arguments)
        },
        "gauss": { machine, value, arguments throws(EngineError) in
            let (mean, deviation) = try pair(arguments, "gauss", ["mu", "sigma"], defaults: [0, 1], machine)
            return .float(generator(value).state.gauss(mean, deviation))
        },
        "normalvariate": { machine, value, arguments throws(EngineError) in
            let (mean, deviation) = try pair(
                arguments,
                "normalvariate",
                ["mu", "sigma"],
                defaults: [0, 1],
                machine
            )
            return .float(generator(value).state.normal(mean, deviation))
        },
        "expovariate": { machine, value, arguments throws(EngineError) in
            .float(try generator(value).state.exponential(single(arguments, "expovariate", "lambd", machine)))
        },
        "lognormvariate": { machine, value, arguments throws(EngineError) in
            let (mean, deviation) = try pair(arguments, "lognormvariate", ["mu", "sigma"], machine)
            return .float(generator(value).state.logNormal(mean, deviation))
        },
        "gammavariate": { machine, value, arguments throws(EngineError) in
            let (alpha, beta) = try pair(arguments, "gammavariate", ["alpha", "beta"], machine)
            return .float(try generator(value).state.gamma(alpha, beta, machine.meter))
        },
        "betavariate": { machine, value, arguments throws(EngineError) in
            let (alpha, beta) = try pair(arguments, "betavariate", ["alpha", "beta"], machine)
            return .float(try generator(value).state.beta(alpha, beta, machine.meter))
        },
        "paretovariate": { machine, value, arguments throws(EngineError) in
            .float(generator(value).state.pareto(try single(arguments, "paretovariate", "alpha", machine)))
        },
        "weibullvariate": { machine, value, arguments throws(EngineError) in
            let (alpha, beta) = try pair(arguments, "weibullvariate", ["alpha", "beta"], machine)
            return .float(generator(value).state.weibull(alpha, beta))
        },
        "triangular": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bindPython("Random.triangular", ["low", "high", "mode"])
            let low = try double(bound[0] ?? .float(0), machine)
            let high = try double(bound[1] ?? .float(1), machine)
            let mode = try bound[2].flatMap { $0.isNone ? nil : $0 }.map { (mode) throws(EngineError) in
                try double(mode, machine)
            }
            return .float(generator(value).state.triangular(low, high, mode: mode))
        },
    ]

    private static func single(
        _ arguments: Arguments,
        _ function: String,
        _ name: String,
        _ machine: Machine
    ) throws(EngineError) -> Double {
        try double(arguments.bindPython("Random.\(function)", [name], required: 1)[0] ?? .none, machine)
    }

    private static func pair(
        _ arguments: Arguments,
        _ function: String,
        _ names: [String],
        defaults: [Double] = [],
        _ machine: Machine
    ) throws(EngineError) -> (Double, Double) {
        let bound = try arguments.bindPython(
            "Random.\(function)",
            names,
            required: names.count - defaults.count
        )
        func number(_ index: Int) throws(EngineError) -> Double {
            if let value = bound[index] { return try double(value, machine) }
            return defaults[index]
        }
        return (try number(0), try number(1))
    }

    private static func choices(
        _ machine: Machine,
        _ generator: RandomObject,
        _ arguments: Arguments
    ) throws(EngineError) -> Value {
        let bound = try arguments.bindPython(
            "Random.choices",
            ["population", "weights", "cum_weights", "k"],
            required: 1,
            keywordOnly: 2
        )
        let values = try sequence(bound[0] ?? .none, machine)
        let size = try bound[3].map { (size) throws(EngineError) in try machine.intArgument(size) } ?? 1
        let before = machine.meter.bytesHeld
        defer { machine.meter.refund(bytes: max(machine.meter.bytesHeld - before, 0)) }
        let isCumulative = bound[2].map { !$0.isNone } ?? false
        guard let given = isCumulative ? bound[2] : bound[1], !given.isNone else {
            return try machine.list(
                generator.state.choices(size, of: values.count, machine.meter).map { values[$0] }
            )
        }
        var weights: [Double] = []
        for weight in try machine.array(given) {
            let number = try double(weight, machine)
            weights.append(isCumulative ? number : (weights.last ?? 0) + number)
        }
        guard weights.count == values.count else {
            throw .valueError("The number of weights does not match the population")
        }
        return try machine.list(
            generator.state.choices(size, cumulative: weights, machine.meter).map { values[$0] }
        )
    }
}

/// A `random.Random`.
final class RandomObject: ForeignObject {
    var state = RandomGenerator(seed: BigInteger.zero)

    init(_ heap: Heap) {
        super.init(.random, heap)
        heap.debit(2_500)
    }

    deinit { heap.credit(2_500) }

    func seed(_ value: Value, _ machine: Machine) throws(EngineError) {
        // The state is made in two rounds over 624 words.
        try machine.meter.charge(steps: 100 + (value.string?.text.count ?? 0) / 4)
        switch value {
        case .none: state = RandomGenerator(seed: BigInteger.zero)
        case .float(let number): state = RandomGenerator(seed: number)
        default:
            if let number = value.bigInteger {
                state = RandomGenerator(seed: number.absolute)
            } else if let text = value.string {
                state = RandomGenerator(seed: text.text)
            } else {
                throw .typeError(
                    "The only supported seed types are: None,\nint, float, str, bytes, and bytearray."
                )
            }
        }
    }
}
