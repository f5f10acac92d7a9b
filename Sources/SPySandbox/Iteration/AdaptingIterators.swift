internal import SPySyntax

/// `enumerate`
final class EnumerateIterator: IteratorObject {
    private var source: IteratorObject?
    private var number: Value

    override var type: PythonType { .enumerate }

    init(_ source: IteratorObject, start: Value) {
        self.source = source
        number = start
        super.init(source.heap)
    }

    override func clear() { source = nil }
    deinit { release(&source) }

    override func next(_ machine: Machine) throws(EngineError) -> Value? {
        guard let value = try machine.nested(source) else { return nil }
        let pair = machine.tuple([number, value])
        number = try machine.binary(.add, number, .int(1))
        return pair
    }
}

/// `zip`
final class ZipIterator: IteratorObject {
    private var sources: [IteratorObject]
    private let isStrict: Bool

    override var type: PythonType { .zip }

    init(_ sources: [IteratorObject], strict: Bool, _ heap: Heap) {
        self.sources = sources
        isStrict = strict
        super.init(heap)
    }

    override func clear() { sources = [] }
    deinit {
        var held = sources.map { Value.object($0) }
        sources = []
        heap.release(&held)
    }

    override func next(_ machine: Machine) throws(EngineError) -> Value? {
        if sources.isEmpty { return nil }
        var values: [Value] = []
        values.reserveCapacity(sources.count)
        for (index, source) in sources.enumerated() {
            guard let value = try machine.nested(source) else {
                if isStrict { try checkEnd(index, machine) }
                return nil
            }
            values.append(value)
        }
        return machine.tuple(values)
    }

    /// With `strict=True` all sources must end together.
    private func checkEnd(_ ended: Int, _ machine: Machine) throws(EngineError) {
        func plural(_ count: Int) -> String { count == 1 ? "argument 1" : "arguments 1-\(count)" }
        if ended > 0 {
            throw .valueError("zip() argument \(ended + 1) is shorter than \(plural(ended))")
        }
        for (index, source) in sources.enumerated().dropFirst() where try machine.nested(source) != nil {
            throw .valueError("zip() argument \(index + 1) is longer than \(plural(index))")
        }
    }
}

/// `map`
final class MapIterator: IteratorObject {
    private var function: Value
    private var sources: [IteratorObject]

    override var type: PythonType { .map }

    init(_ function: Value, _ sources: [IteratorObject], _ heap: Heap) {
        self.function = function
        self.sources = sources
        super.init(heap)
    }

    override func clear() {
        function = .none
        sources = []
    }
    deinit {
        var held = sources.map { Value.object($0) } + [function]
        clear()
        heap.release(&held)
    }

    override func next(_ machine: Machine) throws(EngineError) -> Value? {
        var values: [Value] = []
        for source in sources {
            guard let value = try machine.nested(source) else { return nil }
            values.append(value)
        }
        if sources.isEmpty { return nil }
        // For the list of values, whatever the function costs.
        try machine.meter.charge(steps: 1)
        return try machine.call(function, values)
    }
}

/// `filter`, and `itertools.filterfalse` where the sense is turned.
final class FilterIterator: IteratorObject {
    private var function: Value
    private var source: IteratorObject?
    private let keeps: Bool

    override var type: PythonType { .filter }

    init(_ function: Value, _ source: IteratorObject, keeps: Bool = true) {
        self.function = function
        self.source = source
        self.keeps = keeps
        super.init(source.heap)
    }

    override func clear() {
        function = .none
        source = nil
    }
    deinit {
        var held = [function]
        function = .none
        heap.release(&held)
        release(&source)
    }

    override func next(_ machine: Machine) throws(EngineError) -> Value? {
        while let value = try machine.nested(source) {
            try machine.meter.charge(steps: 1)
            let verdict = function.isNone ? value : try machine.call(function, [value])
            if try machine.isTrue(verdict) == keeps { return value }
        }
        return nil
    }
}

/// An iterator whose next value a function computes from what the iterator holds.
///
/// The function captures no values: they stand in `values`, from where they are released without recursion.
final class ComputedIterator: IteratorObject {
    typealias Compute = (Machine, ComputedIterator) throws(EngineError) -> Value?

    var values: [Value]
    private var compute: Compute?
    private let name: PythonType

    override var type: PythonType { name }

    init(_ name: PythonType, _ values: [Value], _ heap: Heap, _ compute: @escaping Compute) {
        self.values = values
        self.compute = compute
        self.name = name
        super.init(heap)
        heap.debit(values.count * 16)
        heldBytes = values.count * 16
    }

    private var heldBytes = 0

    override func clear() {
        compute = nil
        values = []
    }

    deinit {
        heap.credit(heldBytes)
        var held = values
        values = []
        heap.release(&held)
    }

    /// The next value of the iterator at a place in `values`.
    func next(_ index: Int, _ machine: Machine) throws(EngineError) -> Value? {
        guard case .object(let object) = values[index], let source = object as? IteratorObject else {
            return nil
        }
        return try source.next(machine)
    }

    override func next(_ machine: Machine) throws(EngineError) -> Value? {
        guard let compute else { return nil }
        try machine.enterNative()
        defer { machine.nativeDepth -= 1 }
        guard let value = try compute(machine, self) else {
            self.compute = nil
            return nil
        }
        return value
    }
}

extension IteratorObject {
    /// Drops a source without recursing through a long chain of iterators.
    fileprivate func release(_ source: inout IteratorObject?) {
        guard source != nil else { return }
        var held = [Value.object(source!)]
        source = nil
        heap.release(&held)
    }
}

extension Machine {
    /// The next value of an iterator inside another one, as deep as the stack allows.
    func nested(_ source: IteratorObject?) throws(EngineError) -> Value? {
        guard let source else { return nil }
        if source.isRange { return try source.next(self) }
        try enterNative()
        defer { nativeDepth -= 1 }
        return try source.next(self)
    }
}
