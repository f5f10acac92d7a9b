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
            try machine.meter.charge(steps: pools.count / 2)
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
            try machine.meter.charge(steps: length / 2)
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
            try machine.meter.charge(steps: length / 2)
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
