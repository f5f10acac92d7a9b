internal import SPySyntax

/// Methods of `list`.
enum ListMethods {
    @inline(__always)
    private static func list(_ value: Value) -> ListObject { value.list! }

    static let table: [String: NativeMethod] = [
        "append": { machine, value, arguments throws(EngineError) in
            if arguments.count != 1 || !arguments.names.isEmpty { _ = try arguments.one("list.append") }
            try list(value).append(arguments[0])
            return .none
        },
        "extend": { machine, value, arguments throws(EngineError) in
            try machine.extend(list(value), arguments.one("list.extend"))
            return .none
        },
        "insert": { machine, value, arguments throws(EngineError) in
            try arguments.between(2, 2, "insert", owner: "list")
            let list = list(value)
            let index = try machine.intArgument(arguments[0])
            let position = index < 0 ? max(index + list.count, 0) : min(index, list.count)
            try machine.meter.charge(steps: (list.count - position) / 64)
            try list.insert(arguments[1], at: position)
            return .none
        },
        "pop": { machine, value, arguments throws(EngineError) in
            try arguments.between(0, 1, "pop", owner: "list")
            let list = list(value)
            let index = arguments.count == 1 ? try machine.intArgument(arguments[0]) : -1
            guard list.count > 0 else { throw .indexError("pop from empty list") }
            let position = index < 0 ? index + list.count : index
            guard position >= 0, position < list.count else { throw .indexError("pop index out of range") }
            try machine.meter.charge(steps: (list.count - position) / 64)
            return list.remove(at: position)
        },
        "remove": { machine, value, arguments throws(EngineError) in
            let wanted = try arguments.one("list.remove")
            let list = list(value)
            for index in 0..<list.count {
                if try Equality.areSame(list[index], wanted, machine.meter, depth: 0) {
                    _ = list.remove(at: index)
                    return .none
                }
                if index & 15 == 15 { try machine.meter.charge(steps: 4) }
            }
            throw .valueError("list.remove(x): x not in list")
        },
        "clear": { machine, value, arguments throws(EngineError) in
            try arguments.none("list.clear")
            list(value).removeAll()
            return .none
        },
        "copy": { machine, value, arguments throws(EngineError) in
            try arguments.none("list.copy")
            let copy = ListObject(machine.heap)
            try machine.extend(copy, value)
            return .object(copy)
        },
        "reverse": { machine, value, arguments throws(EngineError) in
            try arguments.none("list.reverse")
            try machine.meter.charge(steps: list(value).count / 8)
            list(value).reverse()
            return .none
        },
        "index": { machine, value, arguments throws(EngineError) in
            try SequenceMethods.index(list(value).array, value, arguments, machine)
        },
        "count": { machine, value, arguments throws(EngineError) in
            try SequenceMethods.count(list(value).array, arguments.one("list.count"), machine)
        },
        "sort": sort,
    ]

    private static let sort: NativeMethod = { machine, value, arguments throws(EngineError) in
        guard arguments.count == 0 else {
            throw .typeError("sort() takes no positional arguments")
        }
        let bound = try arguments.bind("sort", ["key", "reverse"], positional: 0)
        let list = list(value)
        let key = bound[0] ?? .none
        let isReversed = try bound[1].map { (flag) throws(EngineError) in try machine.isTrue(flag) } ?? false
        // As in CPython, the list is empty while it is being sorted.
        let taken = list.array
        try machine.checkRoom(taken.count * 3)
        list.removeAll()
        do throws(EngineError) {
            let sorted = try Sorting.sorted(taken, key: key, reversed: isReversed, machine)
            let wasChanged = list.count > 0
            list.removeAll()
            try list.append(contentsOf: sorted)
            if wasChanged { throw EngineError.valueError("list modified during sort") }
        } catch {
            if list.count == 0 { try list.append(contentsOf: taken) }
            throw error
        }
        return .none
    }
}

/// Stable sorting by `<`, as `list.sort` and `sorted` do it.
enum Sorting {
    static func sorted(
        _ values: [Value],
        key: Value,
        reversed: Bool,
        _ machine: Machine
    ) throws(EngineError) -> [Value] {
        var keys = values
        if !key.isNone {
            for index in keys.indices {
                try machine.meter.charge(steps: 1)
                keys[index] = try machine.call(key, [values[index]])
            }
        }
        return try sorted(values, keys: keys, reversed: reversed, machine)
    }

    /// The values in the order of their keys.
    static func sorted(
        _ values: [Value],
        keys: [Value],
        reversed: Bool,
        _ machine: Machine
    ) throws(EngineError) -> [Value] {
        // Stability holds for a reversed order too: reverse, sort, reverse.
        if let result = try sortedNumbers(keys, values, reversed: reversed, machine) { return result }
        var pairs = Array(zip(keys, values))
        if reversed { pairs.reverse() }
        var buffer = pairs
        try merge(&pairs, &buffer, 0, pairs.count, machine)
        if reversed { pairs.reverse() }
        return pairs.map(\.1)
    }

    /// Where all keys are machine integers, which is common, they are compared without ceremony.
    private static func sortedNumbers(
        _ keys: [Value],
        _ values: [Value],
        reversed: Bool,
        _ machine: Machine
    ) throws(EngineError) -> [Value]? {
        var pairs: [(key: Int, index: Int)] = []
        pairs.reserveCapacity(keys.count)
        for (index, key) in keys.enumerated() {
            guard case .int(let number) = key else { return nil }
            pairs.append((number, index))
        }
        let count = pairs.count
        try machine.meter.charge(steps: count * max(Int.bitWidth - count.leadingZeroBitCount, 1) / 4)
        pairs.sort {
            reversed ? ($0.key, $1.index) > ($1.key, $0.index) : ($0.key, $0.index) < ($1.key, $1.index)
        }
        return pairs.map { values[$0.index] }
    }

    private static func isLess(_ left: Value, _ right: Value, _ machine: Machine) throws(EngineError) -> Bool
    {
        if case .int(let left) = left, case .int(let right) = right { return left < right }
        if let left = left.string?.text, let right = right.string?.text {
            try machine.meter.charge(steps: min(left.count, right.count) / 64)
            return left < right
        }
        return try Ordering.holds(.less, left, right, machine.meter, depth: 0)
    }

    private static func merge(
        _ pairs: inout [(Value, Value)],
        _ buffer: inout [(Value, Value)],
        _ start: Int,
        _ end: Int,
        _ machine: Machine
    ) throws(EngineError) {
        if end - start < 12 { return try insertionSort(&pairs, start, end, machine) }
        let middle = (start + end) / 2
        try merge(&pairs, &buffer, start, middle, machine)
        try merge(&pairs, &buffer, middle, end, machine)
        try machine.meter.charge(steps: end - start)
        // Runs that are in order already need no merging.
        if !(try isLess(pairs[middle].0, pairs[middle - 1].0, machine)) { return }
        for index in start..<end { buffer[index] = pairs[index] }
        var (left, right, target) = (start, middle, start)
        while left < middle, right < end {
            if try isLess(buffer[right].0, buffer[left].0, machine) {
                pairs[target] = buffer[right]
                right += 1
            } else {
                pairs[target] = buffer[left]
                left += 1
            }
            target += 1
        }
        while left < middle {
            pairs[target] = buffer[left]
            (left, target) = (left + 1, target + 1)
        }
        while right < end {
            pairs[target] = buffer[right]
            (right, target) = (right + 1, target + 1)
        }
    }

    private static func insertionSort(
        _ pairs: inout [(Value, Value)],
        _ start: Int,
        _ end: Int,
        _ machine: Machine
    ) throws(EngineError) {
        try machine.meter.charge(steps: end - start)
        var index = start + 1
        while index < end {
            let pair = pairs[index]
            var place = index
            while place > start, try isLess(pair.0, pairs[place - 1].0, machine) {
                pairs[place] = pairs[place - 1]
                place -= 1
            }
            pairs[place] = pair
            index += 1
        }
    }
}
