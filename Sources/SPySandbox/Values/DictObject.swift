/// A `dict` and its relatives from `collections`, in order of insertion.
///
/// Entries stand in an array in the order they came; a table of indexes into it, open-addressed and probed as CPython
/// does, finds them by hash. A deleted entry keeps its place, without a key, until the next rebuild.
final class DictObject: Container {
    struct Entry {
        var hash: Int
        /// Unbound where the entry was deleted.
        var key: Value
        var value: Value
    }

    /// Which of the dictionary types it is.
    enum Flavor: UInt8 { case plain, ordered, counter, defaultDict }

    var flavor = Flavor.plain
    /// What a `defaultdict` calls for a missing key.
    var factory = Value.none
    /// Numeral of entries, without deleted ones.
    private(set) var count = 0
    /// Numeral of entries, deleted ones included.
    private(set) var used = 0
    private(set) var entries: UnsafeMutablePointer<Entry>?
    private var capacity = 0
    private var table: UnsafeMutablePointer<Int32>?
    private var mask = 0

    private static let free: Int32 = -1
    private static let deleted: Int32 = -2
    /// Probes of one look-up that are free; more of them are steps, so that crafted collisions do not go unpaid.
    private static let freeProbes = 8

    init(_ heap: Heap) { super.init(.dict, heap) }

    deinit {
        removeAll()
    }

    override func clear() {
        removeAll()
        factory = .none
    }

    private static func size(_ capacity: Int) -> Int { capacity &* 52 }

    /// The position of an entry by its key, if there is one.
    @inline(__always)
    func find(_ key: Value, hash: Int) throws(EngineError) -> Int? {
        guard let table else { return nil }
        var slot = hash & mask
        var perturbation = UInt(bitPattern: hash)
        var probes = 0
        while true {
            let index = table[slot]
            if index == Self.free { return nil }
            if index >= 0 {
                let entry = entries! + Int(index)
                if entry.pointee.hash == hash {
                    if Self.isSame(entry.pointee.key, key) { return Int(index) }
                    if try Self.isEqual(entry.pointee.key, key, heap) { return Int(index) }
                }
            }
            perturbation >>= 5
            slot = (slot &* 5 &+ Int(truncatingIfNeeded: perturbation) &+ 1) & mask
            probes &+= 1
            if probes > Self.freeProbes { try heap.meter.charge(steps: 1) }
        }
    }

    /// The common cases of equality: the same thing, or equal strings.
    @inline(__always)
    private static func isSame(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.int(let left), .int(let right)): return left == right
        case (.object(let left), .object(let right)): return left === right
        default: return false
        }
    }

    @inline(never)
    private static func isEqual(_ left: Value, _ right: Value, _ heap: Heap) throws(EngineError) -> Bool {
        if let left = left.string, let right = right.string {
            try Equality.charge(comparing: left.text.count, right.text.count, heap.meter)
            return left.text == right.text
        }
        return left.isIdentical(to: right) ? true : try Equality.areEqual(left, right, heap.meter, depth: 0)
    }

    func get(_ key: Value, hash: Int) throws(EngineError) -> Value? {
        guard let index = try find(key, hash: hash) else { return nil }
        return entries![index].value
    }

    @inline(__always)
    func get(_ key: Value) throws(EngineError) -> Value? {
        try get(key, hash: Hashing.hash(key, heap.meter))
    }

    @inline(__always)
    func set(_ key: Value, _ value: Value) throws(EngineError) {
        try set(key, value, hash: Hashing.hash(key, heap.meter))
    }

    func set(_ key: Value, _ value: Value, hash: Int) throws(EngineError) {
        if let index = try find(key, hash: hash) {
            entries![index].value = value
            return
        }
        if used == capacity { try rebuild() }
        insertSlot(hash, Int32(truncatingIfNeeded: used))
        (entries! + used).initialize(to: Entry(hash: hash, key: key, value: value))
        used &+= 1
        count &+= 1
    }

    func setValue(at index: Int, _ value: Value) { entries![index].value = value }

    /// Takes an entry out; nothing where there is none.
    func remove(_ key: Value) throws(EngineError) -> Value? {
        guard let index = try find(key, hash: Hashing.hash(key, heap.meter)) else { return nil }
        return remove(at: index).value
    }

    func remove(at index: Int) -> (key: Value, value: Value) {
        let entry = entries![index]
        var slot = entry.hash & mask
        var perturbation = UInt(bitPattern: entry.hash)
        while table![slot] != Int32(index) {
            perturbation >>= 5
            slot = (slot &* 5 &+ Int(truncatingIfNeeded: perturbation) &+ 1) & mask
        }
        table![slot] = Self.deleted
        entries![index].key = .unbound
        entries![index].value = .unbound
        count -= 1
        return (entry.key, entry.value)
    }

    /// Takes the last entry out, and its place with it, so that emptying a dictionary from behind stays linear.
    func removeLast() -> (key: Value, value: Value)? {
        while used > 0 {
            guard entries![used - 1].key.isUnbound else {
                let entry = remove(at: used - 1)
                used -= 1
                return entry
            }
            used -= 1
        }
        return nil
    }

    /// The position of the first living entry at or after a position.
    @inline(__always)
    func nextIndex(from index: Int) -> Int? {
        var position = index
        while position < used {
            if !entries![position].key.isUnbound {
                heap.debit(searched: position - index)
                return position
            }
            position &+= 1
        }
        heap.debit(searched: position - index)
        return nil
    }

    @inline(__always) func key(at index: Int) -> Value { entries![index].key }
    @inline(__always) func value(at index: Int) -> Value { entries![index].value }

    /// All living entries; a copy.
    var items: [(key: Value, value: Value)] {
        var items: [(key: Value, value: Value)] = []
        items.reserveCapacity(count)
        heap.debit(searched: used)
        for index in 0..<used where !entries![index].key.isUnbound {
            items.append((entries![index].key, entries![index].value))
        }
        return items
    }

    func removeAll() {
        guard let entries, let table else { return }
        let (used, capacity) = (used, capacity)
        self.entries = nil
        self.table = nil
        self.used = 0
        self.count = 0
        self.capacity = 0
        mask = 0
        if heap.beginRelease() {
            entries.deinitialize(count: used)
            heap.endRelease()
        } else {
            var values: [Value] = []
            for index in 0..<used { values += [entries[index].key, entries[index].value] }
            heap.deferRelease(values)
            entries.deinitialize(count: used)
        }
        entries.deallocate()
        table.deallocate()
        heap.credit(Self.size(capacity))
    }

    /// Adds all entries of another dictionary.
    func update(_ other: DictObject) throws(EngineError) {
        if other === self { return }
        try heap.meter.charge(steps: other.count / 4)
        var index = 0
        while let next = other.nextIndex(from: index) {
            try set(other.key(at: next), other.value(at: next), hash: other.entries![next].hash)
            index = next + 1
        }
    }

    @inline(__always)
    private func insertSlot(_ hash: Int, _ index: Int32) {
        var slot = hash & mask
        var perturbation = UInt(bitPattern: hash)
        while table![slot] >= 0 {
            perturbation >>= 5
            slot = (slot &* 5 &+ Int(truncatingIfNeeded: perturbation) &+ 1) & mask
        }
        table![slot] = index
    }

    /// Grows or tidies up, so that there is room for one more entry and the table is at most two thirds full.
    private func rebuild() throws(EngineError) {
        let newCapacity = max(5, count < 50_000 ? count &* 3 : count &* 2)
        let newMask = tableSize(for: newCapacity) - 1
        try heap.meter.charge(bytes: Self.size(newCapacity))
        try heap.meter.charge(steps: count / 8)
        let fresh = UnsafeMutablePointer<Entry>.allocate(capacity: newCapacity)
        var kept = 0
        for index in 0..<used {
            let entry = (entries! + index).move()
            if entry.key.isUnbound { continue }
            (fresh + kept).initialize(to: entry)
            kept += 1
        }
        entries?.deallocate()
        table?.deallocate()
        heap.credit(Self.size(capacity))
        entries = fresh
        capacity = newCapacity
        used = kept
        mask = newMask
        let size = newMask + 1
        let slots = UnsafeMutablePointer<Int32>.allocate(capacity: size)
        slots.initialize(repeating: Self.free, count: size)
        table = slots
        for index in 0..<kept { insertSlot(fresh[index].hash, Int32(truncatingIfNeeded: index)) }
    }

    private func tableSize(for capacity: Int) -> Int {
        var size = 8
        while size * 2 < capacity * 3 + 3 { size <<= 1 }
        return size
    }
}
