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

    private static func type(_ name: String) -> PythonType { PythonType(name, module: "itertools") }

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

    /// Values: the predicate, the source, whether the beginning is over.
    private static func whileIterator(
        _ type: PythonType,
        _ machine: Machine,
        _ arguments: Arguments
    ) throws(EngineError) -> IteratorObject {
        try arguments.between(2, 2, type.name)
        let source = try machine.iterator(arguments[1])
        let drops = type === dropwhile
        return ComputedIterator(type, [arguments[0], .object(source), .false], machine.heap) {
            machine,
            iterator throws(EngineError) in
            while let value = try iterator.next(1, machine) {
                if case .bool(true) = iterator.values[2] { return value }
                try machine.meter.charge(steps: 1)
                let holds = try machine.isTrue(machine.call(iterator.values[0], [value]))
                if !drops { return holds ? value : nil }
                if holds { continue }
                iterator.values[2] = .true
                return value
            }
            return nil
        }
    }

    private static func slicing(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
        -> IteratorObject
    {
        try arguments.between(2, 4, "islice")
        func number(_ index: Int, _ fallback: Int, _ message: String) throws(EngineError) -> Int {
            guard index < arguments.count, !arguments[index].isNone else { return fallback }
            guard let number = arguments[index].smallInteger, number >= 0 else { throw .valueError(message) }
            return number
        }
        let bounds = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize."
        let stopMessage = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize."
        let source = try machine.iterator(arguments[0])
        let (start, stop): (Int, Int)
        if arguments.count == 2 {
            (start, stop) = (0, try number(1, .max, stopMessage))
        } else {
            (start, stop) = (try number(1, 0, bounds), try number(2, .max, bounds))
        }
        let step = try number(3, 1, "Step for islice() must be a positive integer or None.")
        guard step > 0 else { throw .valueError("Step for islice() must be a positive integer or None.") }
        // Values: the source, the position of the next value wanted, how many the source has given.
        return ComputedIterator(islice, [.object(source), .int(start), .int(0)], machine.heap) {
            machine,
            iterator throws(EngineError) in
            guard case .int(let wanted) = iterator.values[1], case .int(var given) = iterator.values[2] else {
                return nil
            }
            if wanted >= stop {
                while given < stop, stop != .max, try iterator.next(0, machine) != nil { given += 1 }
                return nil
            }
            while given < wanted {
                try machine.meter.charge(steps: 1)
                guard try iterator.next(0, machine) != nil else { return nil }
                given += 1
            }
            guard let value = try iterator.next(0, machine) else { return nil }
            iterator.values[2] = .int(given + 1)
            iterator.values[1] = .int(wanted.addingReportingOverflow(step).overflow ? .max : wanted + step)
            return value
        }
    }

    private static func starring(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
        -> IteratorObject
    {
        try arguments.between(2, 2, "starmap")
        let source = try machine.iterator(arguments[1])
        return ComputedIterator(starmap, [arguments[0], .object(source)], machine.heap) {
            machine,
            iterator throws(EngineError) in
            guard let values = try iterator.next(1, machine) else { return nil }
            return try machine.call(iterator.values[0], machine.array(values))
        }
    }

    private static func zippingLongest(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
        -> IteratorObject
    {
        let fill = arguments.named("fillvalue") ?? .none
        var sources: [Value] = [fill]
        for source in arguments.positional { sources.append(.object(try machine.iterator(source))) }
        return ComputedIterator(zipLongest, sources, machine.heap) { machine, iterator throws(EngineError) in
            var values: [Value] = []
            var isAlive = false
            for index in 1..<max(iterator.values.count, 1) {
                if !iterator.values[index].isNone, let value = try iterator.next(index, machine) {
                    values.append(value)
                    isAlive = true
                } else {
                    iterator.values[index] = .none
                    values.append(iterator.values[0])
                }
            }
            return isAlive ? machine.tuple(values) : nil
        }
    }

    private static func pairing(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
        -> IteratorObject
    {
        let source = try machine.iterator(arguments.one("pairwise"))
        return ComputedIterator(pairwise, [.object(source), .unbound], machine.heap) {
            machine,
            iterator throws(EngineError) in
            if iterator.values[1].isUnbound {
                guard let first = try iterator.next(0, machine) else { return nil }
                iterator.values[1] = first
            }
            guard let second = try iterator.next(0, machine) else { return nil }
            let pair = machine.tuple([iterator.values[1], second])
            iterator.values[1] = second
            return pair
        }
    }

    /// Values: the source, the key function, the next value and its key, the key of the current group.
    private static func grouping(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
        -> IteratorObject
    {
        let bound = try arguments.bind("groupby", ["iterable", "key"], required: 1)
        let source = try machine.iterator(bound[0] ?? .none)
        let state: [Value] = [.object(source), bound[1] ?? .none, .unbound, .unbound, .unbound]
        return ComputedIterator(groupby, state, machine.heap) { machine, outer throws(EngineError) in
            // Skip what is left of the group before.
            while true {
                if outer.values[3].isUnbound { guard try advance(outer, machine) else { return nil } }
                if outer.values[4].isUnbound { break }
                if !(try Equality.areSame(outer.values[3], outer.values[4], machine.meter, depth: 0)) {
                    break
                }
                outer.values[3] = .unbound
            }
            let key = outer.values[3]
            outer.values[4] = key
            let group = ComputedIterator(
                PythonType("_grouper", module: "itertools"),
                [.object(outer), key],
                machine.heap
            ) { machine, group throws(EngineError) in
                guard case .object(let object) = group.values[0], let outer = object as? ComputedIterator,
                    outer.values.count == 5,
                    try Equality.areSame(outer.values[4], group.values[1], machine.meter, depth: 0)
                else { return nil }
                if outer.values[3].isUnbound { guard try advance(outer, machine) else { return nil } }
                guard try Equality.areSame(outer.values[3], group.values[1], machine.meter, depth: 0) else {
                    return nil
                }
                outer.values[3] = .unbound
                return outer.values[2]
            }
            return machine.tuple([key, .object(group)])
        }
    }

    /// Reads one value and its key; false at the end.
    private static func advance(_ outer: ComputedIterator, _ machine: Machine) throws(EngineError) -> Bool {
        try machine.meter.charge(steps: 1)
        guard let value = try outer.next(0, machine) else { return false }
        outer.values[2] = value
        outer.values[3] = outer.values[1].isNone ? value : try machine.call(outer.values[1], [value])
        return true
    }

    /// All copies share a list of what the source gave.
    private static func tee(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
        try arguments.between(1, 2, "tee")
        let source = try machine.iterator(arguments[0])
        let count = arguments.count == 2 ? try machine.intArgument(arguments[1]) : 2
        guard count >= 0 else { throw .valueError("n must be >= 0") }
        try machine.checkRoom(count)
        let shared = Value.object(ListObject(machine.heap))
        var copies: [Value] = []
        for _ in 0..<count {
            copies.append(
                .object(
                    ComputedIterator(type("_tee"), [.object(source), shared, .int(0)], machine.heap) {
                        machine,
                        iterator throws(EngineError) in
                        guard let shared = iterator.values[1].list,
                            case .int(let position) = iterator.values[2]
                        else { return nil }
                        if position == shared.count {
                            guard let value = try iterator.next(0, machine) else { return nil }
                            try shared.append(value)
                        }
                        iterator.values[2] = .int(position + 1)
                        return shared[position]
                    }
                )
            )
        }
        return machine.tuple(copies)
    }
}

/// The combinatoric iterators: a pool of values and positions in it that advance.
enum Combinatorics {
    static func product(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> IteratorObject {
        var pools: [Value] = []
        for source in arguments.positional { pools.append(machine.tuple(try machine.array(source))) }
        if let given = arguments.named("repeat") {
            let times = try machine.intArgument(given)
            guard times >= 0 else { throw .valueError("repeat argument cannot be negative") }
            try machine.checkRoom(pools.count * min(times, 1 << 40))
            pools = Units.repeated(pools, times)
        }
        var positions: [Int]?
        return ComputedIterator(ItertoolsModule.product, pools, machine.heap) {
            machine,
            iterator throws(EngineError) in
            let pools = iterator.values
            if var current = positions {
                var place = pools.count - 1
                while place >= 0 {
                    current[place] += 1
                    if current[place] < pools[place].tuple!.count { break }
                    current[place] = 0
                    place -= 1
                }
                if place < 0 { return nil }
                positions = current
            } else {
                if pools.contains(where: { $0.tuple!.count == 0 }) { return nil }
                positions = Array(repeating: 0, count: pools.count)
            }
            let current = positions ?? []
            return machine.tuple(zip(pools, current).map { $0.tuple!.items[$1] })
        }
    }

    static func permutations(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> IteratorObject
    {
        let bound = try arguments.bind("permutations", ["iterable", "r"], required: 1)
        let pool = try machine.array(bound[0] ?? .none)
        let length =
            try bound[1].flatMap { $0.isNone ? nil : $0 }
            .map { (length) throws(EngineError) in try machine.intArgument(length) } ?? pool.count
        guard length >= 0 else { throw .valueError("r must be non-negative") }
        var indices = Array(pool.indices)
        var cycles = length <= pool.count ? (0..<length).map { pool.count - $0 } : []
        var isFirst = true
        return ComputedIterator(ItertoolsModule.permutations, pool, machine.heap) {
            machine,
            iterator throws(EngineError) in
            if length > iterator.values.count { return nil }
            if isFirst {
                isFirst = false
                return machine.tuple(indices[..<length].map { iterator.values[$0] })
            }
            var place = length - 1
            while place >= 0 {
                cycles[place] -= 1
                if cycles[place] == 0 {
                    let moved = indices.remove(at: place)
                    indices.append(moved)
                    cycles[place] = iterator.values.count - place
                    place -= 1
                } else {
                    indices.swapAt(place, iterator.values.count - cycles[place])
                    return machine.tuple(indices[..<length].map { iterator.values[$0] })
                }
            }
            return nil
        }
    }

    static func combinations(
        _ machine: Machine,
        _ arguments: Arguments,
        repeats: Bool
    ) throws(EngineError) -> IteratorObject {
        let name = repeats ? "combinations_with_replacement" : "combinations"
        let bound = try arguments.bind(name, ["iterable", "r"], required: 2)
        let pool = try machine.array(bound[0] ?? .none)
        let length = try machine.intArgument(bound[1] ?? .none)
        guard length >= 0 else { throw .valueError("r must be non-negative") }
        if !repeats, length > pool.count {
            return ArrayIterator([], machine.heap, ItertoolsModule.combinations)
        }
        if repeats, pool.isEmpty, length > 0 {
            return ArrayIterator([], machine.heap, ItertoolsModule.combinationsWithReplacement)
        }
        try machine.checkRoom(length)
        var indices = repeats ? Array(repeating: 0, count: length) : Array(0..<length)
        var isFirst = true
        let type = repeats ? ItertoolsModule.combinationsWithReplacement : ItertoolsModule.combinations
        return ComputedIterator(type, pool, machine.heap) { machine, iterator throws(EngineError) in
            let count = iterator.values.count
            if isFirst {
                isFirst = false
                return machine.tuple(indices.map { iterator.values[$0] })
            }
            var place = length - 1
            while place >= 0, indices[place] == (repeats ? count - 1 : place + count - length) { place -= 1 }
            if place < 0 { return nil }
            indices[place] += 1
            for later in (place + 1)..<max(length, place + 1) {
                indices[later] = repeats ? indices[place] : indices[later - 1] + 1
            }
            return machine.tuple(indices.map { iterator.values[$0] })
        }
    }
}
