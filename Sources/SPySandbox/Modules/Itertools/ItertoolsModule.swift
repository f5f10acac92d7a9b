internal import SPySyntax

/// `itertools`
enum ItertoolsModule {
    static let chain = type("chain")
    static let count = type("count")
    static let cycle = type("cycle")
    static let `repeat` = type("repeat")
    static let accumulate = type("accumulate")
    static let compress = type("compress")
    static let dropwhile = type("dropwhile")
    static let takewhile = type("takewhile")
    static let filterfalse = type("filterfalse")
    static let groupby = type("groupby")
    static let islice = type("islice")
    static let starmap = type("starmap")
    static let zipLongest = type("zip_longest")
    static let pairwise = type("pairwise")
    static let product = type("product")
    static let permutations = type("permutations")
    static let combinations = type("combinations")
    static let combinationsWithReplacement = type("combinations_with_replacement")

    static func type(_ name: String) -> PythonType { PythonType(name, module: "itertools") }

    static func members(_ machine: Machine) -> [String: Value] {
        machine.members(
            ["tee": { machine, arguments throws(EngineError) in try tee(machine, arguments) }],
            [
                chain, count, cycle, `repeat`, accumulate, compress, dropwhile, takewhile, filterfalse,
                groupby, islice,
                starmap, zipLongest, pairwise, product, permutations, combinations,
                combinationsWithReplacement,
            ]
        )
    }

    static func construct(
        _ type: PythonType,
        _ machine: Machine,
        _ arguments: Arguments
    ) throws(EngineError) -> Value? {
        guard type.module == "itertools" else { return nil }
        switch type.name {
        case "chain": return .object(try chained(machine.tuple(arguments.positional), machine))
        case "count": return .object(try counting(machine, arguments))
        case "cycle": return .object(try cycling(machine, arguments))
        case "repeat": return .object(try repeating(machine, arguments))
        case "accumulate": return .object(try accumulating(machine, arguments))
        case "compress": return .object(try compressing(machine, arguments))
        case "dropwhile", "takewhile": return .object(try whileIterator(type, machine, arguments))
        case "filterfalse":
            try arguments.between(2, 2, "filterfalse")
            return .object(FilterIterator(arguments[0], try machine.iterator(arguments[1]), keeps: false))
        case "groupby": return .object(try grouping(machine, arguments))
        case "islice": return .object(try slicing(machine, arguments))
        case "starmap": return .object(try starring(machine, arguments))
        case "zip_longest": return .object(try zippingLongest(machine, arguments))
        case "pairwise": return .object(try pairing(machine, arguments))
        case "product": return .object(try Combinatorics.product(machine, arguments))
        case "permutations": return .object(try Combinatorics.permutations(machine, arguments))
        case "combinations":
            return .object(try Combinatorics.combinations(machine, arguments, repeats: false))
        case "combinations_with_replacement":
            return .object(try Combinatorics.combinations(machine, arguments, repeats: true))
        default: return nil
        }
    }

    static let fromIterable: NativeMethod = { machine, value, arguments throws(EngineError) in
        .object(try chained(arguments.one("chain.from_iterable"), machine))
    }

    /// Values: the outer iterator, the inner one.
    private static func chained(_ sources: Value, _ machine: Machine) throws(EngineError) -> IteratorObject {
        let outer = try machine.iterator(sources)
        return ComputedIterator(chain, [.object(outer), .none], machine.heap) {
            machine,
            iterator throws(EngineError) in
            while true {
                if !iterator.values[1].isNone, let value = try iterator.next(1, machine) { return value }
                try machine.meter.charge(steps: 1)
                guard let source = try iterator.next(0, machine) else { return nil }
                iterator.values[1] = .object(try machine.iterator(source))
            }
        }
    }

    private static func counting(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
        -> IteratorObject
    {
        let bound = try arguments.bind("count", ["start", "step"])
        let start = bound[0] ?? .int(0)
        guard Numeral(start) != nil || start.kind == .decimal else {
            throw .typeError("a number is required")
        }
        return ComputedIterator(count, [start, bound[1] ?? .int(1)], machine.heap) {
            machine,
            iterator throws(EngineError) in
            let value = iterator.values[0]
            iterator.values[0] = try machine.binary(.add, value, iterator.values[1])
            return value
        }
    }

    /// Values: the source, the list of what it gave, the position in that list.
    private static func cycling(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
        -> IteratorObject
    {
        let source = try machine.iterator(arguments.one("cycle"))
        let saved = Value.object(ListObject(machine.heap))
        return ComputedIterator(cycle, [.object(source), saved, .int(-1)], machine.heap) {
            machine,
            iterator throws(EngineError) in
            guard let saved = iterator.values[1].list, case .int(let position) = iterator.values[2] else {
                return nil
            }
            if position < 0 {
                if let value = try iterator.next(0, machine) {
                    try saved.append(value)
                    return value
                }
                iterator.values[2] = .int(0)
            }
            guard saved.count > 0, case .int(let next) = iterator.values[2] else { return nil }
            iterator.values[2] = .int((next + 1) % saved.count)
            return saved[next]
        }
    }

    private static func repeating(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
        -> IteratorObject
    {
        let bound = try arguments.bind("repeat", ["object", "times"], required: 1)
        let times = try bound[1].map { (times) throws(EngineError) in try machine.intArgument(times) }
        return ComputedIterator(`repeat`, [bound[0] ?? .none, .int(times ?? -1)], machine.heap) {
            machine,
            iterator throws(EngineError) in
            guard times != nil else { return iterator.values[0] }
            guard case .int(let left) = iterator.values[1], left > 0 else { return nil }
            iterator.values[1] = .int(left - 1)
            return iterator.values[0]
        }
    }

    /// Values: the source, the function, the total so far.
    private static func accumulating(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
        -> IteratorObject
    {
        let bound = try arguments.bind(
            "accumulate",
            ["iterable", "func", "initial"],
            required: 1,
            positional: 2
        )
        let source = try machine.iterator(bound[0] ?? .none)
        let initial = bound[2].flatMap { $0.isNone ? nil : $0 }
        let values = [.object(source), bound[1] ?? .none, initial ?? .unbound, .bool(initial != nil)]
        return ComputedIterator(accumulate, values, machine.heap) { machine, iterator throws(EngineError) in
            if case .bool(true) = iterator.values[3] {
                iterator.values[3] = .bool(false)
                return iterator.values[2]
            }
            guard let value = try iterator.next(0, machine) else { return nil }
            let (function, total) = (iterator.values[1], iterator.values[2])
            if total.isUnbound {
                iterator.values[2] = value
            } else if function.isNone {
                iterator.values[2] = try machine.binary(.add, total, value)
            } else {
                iterator.values[2] = try machine.call(function, [total, value])
            }
            return iterator.values[2]
        }
    }

    private static func compressing(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
        -> IteratorObject
    {
        let bound = try arguments.bind("compress", ["data", "selectors"], required: 2)
        let (data, selectors) = (
            try machine.iterator(bound[0] ?? .none), try machine.iterator(bound[1] ?? .none)
        )
        return ComputedIterator(compress, [.object(data), .object(selectors)], machine.heap) {
            machine,
            iterator throws(EngineError) in
            while let value = try iterator.next(0, machine), let selector = try iterator.next(1, machine) {
                try machine.meter.charge(steps: 1)
                if try machine.isTrue(selector) { return value }
            }
            return nil
        }
    }
}
