/// A `list`.
final class ListObject: Container {
    private(set) var base: UnsafeMutablePointer<Value>
    private(set) var count = 0
    private(set) var capacity = 0
    /// Whether `sort` has taken the elements out.
    var isBeingSorted = false

    init(_ heap: Heap) {
        base = Self.nothing
        super.init(.list, heap)
    }

    /// What an empty list points to; never written.
    private static var nothing: UnsafeMutablePointer<Value> {
        UnsafeMutablePointer(bitPattern: MemoryLayout<Value>.alignment)!
    }

    deinit {
        let bytes = capacity &* MemoryLayout<Value>.stride
        dropAll()
        heap.credit(bytes)
    }

    override func clear() { removeAll() }

    @inline(__always)
    subscript(index: Int) -> Value {
        get {
            assert(index >= 0 && index < count)
            return base[index]
        }
        set {
            assert(index >= 0 && index < count)
            base[index] = newValue
        }
    }

    var elements: UnsafeBufferPointer<Value> { UnsafeBufferPointer(start: base, count: count) }
    var array: [Value] { Array(elements) }

    @inline(__always)
    func append(_ value: Value) throws(EngineError) {
        if count == capacity { try grow(to: count &+ 1) }
        (base + count).initialize(to: value)
        count &+= 1
    }

    func reserve(_ wanted: Int) throws(EngineError) {
        if wanted > capacity { try reallocate(wanted) }
    }

    func append(_ values: UnsafeBufferPointer<Value>) throws(EngineError) {
        // The values may be the list's own.
        let isOwn = values.baseAddress == UnsafePointer(base)
        let added = values.count
        if added == 0 { return }
        if count + added > capacity { try grow(to: count + added) }
        let source = isOwn ? UnsafePointer(base) : values.baseAddress!
        (base + count).initialize(from: source, count: added)
        count += added
    }

    func append(contentsOf values: [Value]) throws(EngineError) {
        try reserve(count + values.count)
        for value in values { try append(value) }
    }

    func insert(_ value: Value, at index: Int) throws(EngineError) {
        if count == capacity { try grow(to: count + 1) }
        (base + index + 1).moveInitialize(from: base + index, count: count - index)
        (base + index).initialize(to: value)
        count += 1
    }

    func remove(at index: Int) -> Value {
        let value = (base + index).move()
        (base + index).moveInitialize(from: base + index + 1, count: count - index - 1)
        count -= 1
        return value
    }

    /// Replaces a range by other values.
    func replace(_ range: Range<Int>, with values: [Value]) throws(EngineError) {
        try heap.meter.charge(steps: (count - range.lowerBound + values.count) / 32)
        var removed = Array(UnsafeBufferPointer(rebasing: elements[range]))
        let newCount = count - range.count + values.count
        if newCount > capacity { try grow(to: newCount) }
        (base + range.lowerBound).deinitialize(count: range.count)
        let tail = count - range.upperBound
        (base + range.lowerBound + values.count).moveInitialize(from: base + range.upperBound, count: tail)
        for (offset, value) in values.enumerated() {
            (base + range.lowerBound + offset).initialize(to: value)
        }
        count = newCount
        heap.release(&removed)
    }

    func removeAll() {
        let bytes = capacity &* MemoryLayout<Value>.stride
        dropAll()
        base = Self.nothing
        count = 0
        capacity = 0
        heap.credit(bytes)
    }

    func reverse() {
        var elements = UnsafeMutableBufferPointer(start: base, count: count)
        elements.reverse()
    }

    private func dropAll() {
        guard capacity > 0 else { return }
        let (base, count) = (base, count)
        self.count = 0
        self.capacity = 0
        if heap.beginRelease() {
            base.deinitialize(count: count)
            heap.endRelease()
        } else {
            heap.deferRelease(Array(UnsafeBufferPointer(start: base, count: count)))
            base.deinitialize(count: count)
        }
        base.deallocate()
    }

    @inline(never)
    private func grow(to wanted: Int) throws(EngineError) {
        try reallocate(max(wanted, capacity &+ capacity / 2, 4))
    }

    private func reallocate(_ newCapacity: Int) throws(EngineError) {
        let (bytes, overflow) = (newCapacity &- capacity).multipliedReportingOverflow(
            by: MemoryLayout<Value>.stride
        )
        try heap.meter.charge(bytes: overflow ? .max : bytes)
        let fresh = UnsafeMutablePointer<Value>.allocate(capacity: newCapacity)
        fresh.moveInitialize(from: base, count: count)
        if capacity > 0 { base.deallocate() }
        base = fresh
        capacity = newCapacity
    }
}

/// A `tuple`, or an instance of a named tuple.
final class TupleObject: Container {
    private(set) var items: [Value]
    let type: NamedTupleTypeObject?

    init(_ items: [Value], _ heap: Heap, type: NamedTupleTypeObject? = nil) {
        self.items = items
        self.type = type
        super.init(.tuple, heap)
        heap.debit(Self.size(items.count))
        heap.debit(searched: items.count)
    }

    private static func size(_ count: Int) -> Int { count &* MemoryLayout<Value>.stride }

    deinit {
        let bytes = Self.size(items.count)
        if heap.beginRelease() {
            items = []
            heap.endRelease()
        } else {
            heap.deferRelease(items)
        }
        heap.credit(bytes)
    }

    override func clear() { items = [] }

    var count: Int { items.count }
}
