/// Iterators that stop, skip, group or share what another one gives.
extension ItertoolsModule {
    /// Values: the predicate, the source, whether the beginning is over.
    static func whileIterator(
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

    static func slicing(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
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

    static func starring(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
        -> IteratorObject
    {
        try arguments.between(2, 2, "starmap")
        let source = try machine.iterator(arguments[1])
        return ComputedIterator(starmap, [arguments[0], .object(source)], machine.heap) {
            machine,
            iterator throws(EngineError) in
            guard let values = try iterator.next(1, machine) else { return nil }
            try machine.meter.charge(steps: 2)
            return try machine.call(iterator.values[0], machine.array(values))
        }
    }

    static func zippingLongest(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
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

    static func pairing(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
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
    static func grouping(_ machine: Machine, _ arguments: Arguments) throws(EngineError)
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
    static func advance(_ outer: ComputedIterator, _ machine: Machine) throws(EngineError) -> Bool {
        try machine.meter.charge(steps: 1)
        guard let value = try outer.next(0, machine) else { return false }
        outer.values[2] = value
        outer.values[3] = outer.values[1].isNone ? value : try machine.call(outer.values[1], [value])
        return true
    }

    /// All copies share a list of what the source gave.
    static func tee(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> Value {
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
