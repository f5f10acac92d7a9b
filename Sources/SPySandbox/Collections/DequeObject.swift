/// A `collections.deque`: a ring of values.
final class DequeObject: Container {
    private var ring: [Value]
    private var start = 0
    private(set) var count = 0
    let maximum: Int?
    /// Changes whenever the number of elements does.
    private(set) var changes = 0

    init(maximum: Int?, _ heap: Heap) {
        ring = Array(repeating: .unbound, count: 8)
        self.maximum = maximum
        super.init(.deque, heap)
        heap.debit(8 * 16)
    }

    deinit {
        heap.credit(ring.count * 16)
        var held = ring
        ring = []
        heap.release(&held)
    }

    override func clear() {
        heap.credit(ring.count * 16)
        ring = []
        count = 0
    }

    @inline(__always)
    private func slot(_ index: Int) -> Int { (start + index) & (ring.count - 1) }

    subscript(index: Int) -> Value {
        get { ring[slot(index)] }
        set { ring[slot(index)] = newValue }
    }

    var array: [Value] { (0..<count).map { self[$0] } }

    private func grow() throws(EngineError) {
        try heap.meter.charge(bytes: ring.count * 16)
        let values = array
        ring = values + Array(repeating: .unbound, count: ring.count * 2 - values.count)
        start = 0
    }

    func append(_ value: Value) throws(EngineError) {
        if maximum == 0 { return }
        if let maximum, count == maximum { _ = popFirst() }
        if count == ring.count { try grow() }
        ring[slot(count)] = value
        count += 1
        changes += 1
    }

    func prepend(_ value: Value) throws(EngineError) {
        if maximum == 0 { return }
        if let maximum, count == maximum { _ = popLast() }
        if count == ring.count { try grow() }
        start = (start + ring.count - 1) & (ring.count - 1)
        ring[start] = value
        count += 1
        changes += 1
    }

    func popFirst() -> Value? {
        guard count > 0 else { return nil }
        let value = ring[start]
        ring[start] = .unbound
        start = (start + 1) & (ring.count - 1)
        count -= 1
        changes += 1
        return value
    }

    func popLast() -> Value? {
        guard count > 0 else { return nil }
        let last = slot(count - 1)
        let value = ring[last]
        ring[last] = .unbound
        count -= 1
        changes += 1
        return value
    }

    func remove(at index: Int) -> Value {
        let value = self[index]
        heap.debit(searched: (count - index) * 2)
        for position in index..<(count - 1) { self[position] = self[position + 1] }
        _ = popLast()
        return value
    }

    func removeAll() {
        heap.credit((ring.count - 8) * 16)
        var held = ring
        ring = Array(repeating: .unbound, count: 8)
        (start, count) = (0, 0)
        changes += 1
        heap.release(&held)
    }
}

/// Over a deque, from either end.
final class DequeIterator: IteratorObject {
    private var deque: DequeObject?
    private let changes: Int
    private var index = 0
    private let isReversed: Bool

    static let dequeType = PythonType("_deque_iterator", module: "_collections")
    override var type: PythonType { Self.dequeType }

    init(_ deque: DequeObject, reversed: Bool = false) {
        self.deque = deque
        changes = deque.changes
        isReversed = reversed
        super.init(deque.heap)
    }

    override func clear() { deque = nil }

    override func next(_ machine: Machine) throws(EngineError) -> Value? {
        guard let deque, index < deque.count || deque.changes != changes else { return nil }
        guard deque.changes == changes else { throw .raise("RuntimeError", "deque mutated during iteration") }
        index += 1
        return deque[isReversed ? deque.count - index : index - 1]
    }
}

/// Methods of `deque`.
enum DequeMethods {
    private static func deque(_ value: Value) -> DequeObject { value.object(.deque, as: DequeObject.self)! }

    static let table: [String: NativeMethod] = [
        "append": { machine, value, arguments throws(EngineError) in
            try deque(value).append(arguments.one("deque.append"))
            return .none
        },
        "appendleft": { machine, value, arguments throws(EngineError) in
            try deque(value).prepend(arguments.one("deque.appendleft"))
            return .none
        },
        "pop": { machine, value, arguments throws(EngineError) in
            try arguments.none("deque.pop")
            guard let last = deque(value).popLast() else { throw .indexError("pop from an empty deque") }
            return last
        },
        "popleft": { machine, value, arguments throws(EngineError) in
            try arguments.none("deque.popleft")
            guard let first = deque(value).popFirst() else { throw .indexError("pop from an empty deque") }
            return first
        },
        "extend": { machine, value, arguments throws(EngineError) in
            for element in try machine.array(arguments.one("deque.extend")) {
                try deque(value).append(element)
            }
            return .none
        },
        "extendleft": { machine, value, arguments throws(EngineError) in
            for element in try machine.array(arguments.one("deque.extendleft")) {
                try deque(value).prepend(element)
            }
            return .none
        },
        "clear": { machine, value, arguments throws(EngineError) in
            try arguments.none("deque.clear")
            deque(value).removeAll()
            return .none
        },
        "copy": { machine, value, arguments throws(EngineError) in
            try arguments.none("deque.copy")
            try machine.meter.charge(steps: deque(value).count)
            let copy = DequeObject(maximum: deque(value).maximum, machine.heap)
            for element in deque(value).array { try copy.append(element) }
            return .object(copy)
        },
        "rotate": { machine, value, arguments throws(EngineError) in
            try arguments.between(0, 1, "rotate")
            let deque = deque(value)
            guard deque.count > 1 else { return .none }
            let turns = arguments.count == 1 ? try machine.intArgument(arguments[0]) : 1
            var left = turns % deque.count
            if left < 0 { left += deque.count }
            try machine.meter.charge(steps: left / 4)
            for _ in 0..<left { if let last = deque.popLast() { try deque.prepend(last) } }
            return .none
        },
        "count": { machine, value, arguments throws(EngineError) in
            try SequenceMethods.count(deque(value).array, arguments.one("deque.count"), machine)
        },
        "index": { machine, value, arguments throws(EngineError) in
            try SequenceMethods.index(deque(value).array, value, arguments, machine)
        },
        "remove": { machine, value, arguments throws(EngineError) in
            let wanted = try arguments.one("deque.remove")
            let deque = deque(value)
            try machine.meter.charge(steps: deque.count / 4)
            for index in 0..<deque.count
            where try Equality.areSame(deque[index], wanted, machine.meter, depth: 0) {
                _ = deque.remove(at: index)
                return .none
            }
            throw .valueError("deque.remove(x): x not in deque")
        },
        "reverse": { machine, value, arguments throws(EngineError) in
            try arguments.none("deque.reverse")
            let deque = deque(value)
            let values = deque.array
            try machine.meter.charge(steps: values.count / 4)
            for (index, element) in values.reversed().enumerated() { deque[index] = element }
            return .none
        },
        "insert": { machine, value, arguments throws(EngineError) in
            try arguments.between(2, 2, "insert")
            let deque = deque(value)
            if let maximum = deque.maximum, deque.count >= maximum {
                throw .indexError("deque already at its maximum size")
            }
            let index = try machine.intArgument(arguments[0])
            let place = index < 0 ? max(index + deque.count, 0) : min(index, deque.count)
            try machine.meter.charge(steps: deque.count / 8)
            try deque.append(.none)
            var position = deque.count - 1
            while position > place {
                deque[position] = deque[position - 1]
                position -= 1
            }
            deque[place] = arguments[1]
            return .none
        },
    ]
}
