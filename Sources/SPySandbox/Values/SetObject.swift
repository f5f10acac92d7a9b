/// A `set` or `frozenset`.
///
/// A program can see the order of a set, so the table is CPython's (`setobject.c`): the same probing, the same growth.
final class SetObject: Container {
    struct Entry {
        var hash: Int
        /// Unbound where the slot is free, an ellipsis with hash -1 where its element was removed.
        var key: Value
    }

    var isFrozen: Bool
    private(set) var count = 0
    /// Slots that are not free, removed elements included.
    private var fill = 0
    private var finger = 0
    private var table: [Entry]

    private static let inlineBytes = 8 * MemoryLayout<Entry>.stride
    private static let smallest = 8
    private static let linearProbes = 9
    private static let freeProbes = 32

    init(_ heap: Heap, frozen: Bool = false) {
        isFrozen = frozen
        table = Array(repeating: Entry(hash: 0, key: .unbound), count: Self.smallest)
        super.init(.set, heap)
        heap.debit(Self.inlineBytes)
    }

    deinit {
        heap.credit(Self.inlineBytes &+ extraBytes)
        drop()
    }

    override func clear() { drop() }

    private var mask: Int { table.count - 1 }
    private var extraBytes: Int { max(table.count - Self.smallest, 0) * MemoryLayout<Entry>.stride }

    private func drop() {
        var values = table.compactMap { $0.key.isUnbound ? nil : $0.key }
        table = []
        heap.release(&values)
    }

    private static func isRemoved(_ entry: Entry) -> Bool {
        if entry.hash == -1, case .ellipsis = entry.key { true } else { false }
    }

    /// The position of an element, or where it would go: the last removed element's on the way, else the free slot at
    /// which the search ended.
    private func search(_ key: Value, _ hash: Int) throws(EngineError) -> (slot: Int, found: Bool) {
        var reusable: Int?
        let mask = mask
        var slot = hash & mask
        var perturbation = UInt(bitPattern: hash)
        var probes = 0
        while true {
            let last = slot + Self.linearProbes <= mask ? slot + Self.linearProbes : slot
            for position in slot...last {
                if table[position].hash == 0, table[position].key.isUnbound {
                    return (reusable ?? position, false)
                }
                if table[position].hash == -1 {
                    reusable = position
                } else if table[position].hash == hash {
                    let other = table[position].key
                    if other.isIdentical(to: key) { return (position, true) }
                    if try Equality.areEqual(other, key, heap.meter, depth: 0) { return (position, true) }
                }
                probes += 1
                if probes > Self.freeProbes { try heap.meter.charge(steps: 1) }
            }
            perturbation >>= 5
            slot = (slot &* 5 &+ 1 &+ Int(truncatingIfNeeded: perturbation)) & mask
        }
    }

    func contains(_ key: Value) throws(EngineError) -> Bool {
        try search(key, Hashing.hash(key, heap.meter)).found
    }

    func contains(_ key: Value, hash: Int) throws(EngineError) -> Bool { try search(key, hash).found }

    func add(_ key: Value) throws(EngineError) { try add(key, hash: Hashing.hash(key, heap.meter)) }

    func add(_ key: Value, hash: Int) throws(EngineError) {
        let (slot, found) = try search(key, hash)
        if found { return }
        let isReused = Self.isRemoved(table[slot])
        table[slot] = Entry(hash: hash, key: key)
        count += 1
        if isReused { return }
        fill += 1
        if fill * 5 >= mask * 3 { try resize(beyond: count > 50_000 ? count * 2 : count * 4) }
    }

    /// Whether the element was there.
    func discard(_ key: Value) throws(EngineError) -> Bool {
        let (slot, found) = try search(key, Hashing.hash(key, heap.meter))
        if found { remove(slot) }
        return found
    }

    func discard(_ key: Value, hash: Int) throws(EngineError) -> Bool {
        let (slot, found) = try search(key, hash)
        if found { remove(slot) }
        return found
    }

    private func remove(_ slot: Int) {
        table[slot] = Entry(hash: -1, key: .ellipsis)
        count -= 1
    }

    func pop() -> Value? {
        guard count > 0 else { return nil }
        var slot = finger & mask
        let start = slot
        while table[slot].key.isUnbound || Self.isRemoved(table[slot]) { slot = (slot + 1) & mask }
        heap.debit(searched: (slot - start) & mask)
        let key = table[slot].key
        remove(slot)
        finger = slot + 1
        return key
    }

    func removeAll() {
        heap.credit(extraBytes)
        drop()
        table = Array(repeating: Entry(hash: 0, key: .unbound), count: Self.smallest)
        // The finger stays, as in CPython: `pop` goes on where it was.
        (count, fill) = (0, 0)
    }

    /// Rebuilds the table where more than a quarter of it are traces of removed elements.
    func tidy() throws(EngineError) {
        if fill - count > mask / 4 { try resize(beyond: count > 50_000 ? count * 2 : count * 4) }
    }

    /// The position of the first element at or after a position.
    func nextIndex(from index: Int) -> Int? {
        var position = index
        while position < table.count, table[position].key.isUnbound || Self.isRemoved(table[position]) {
            position += 1
        }
        heap.debit(searched: position - index)
        return position < table.count ? position : nil
    }

    func entry(at index: Int) -> Entry { table[index] }

    /// All elements in the order of the table; a copy.
    var entries: [Entry] {
        heap.debit(searched: table.count)
        return table.filter { !$0.key.isUnbound && !Self.isRemoved($0) }
    }
    var elements: [Value] { entries.map(\.key) }

    private func resize(beyond wanted: Int) throws(EngineError) {
        var size = Self.smallest
        while size <= wanted { size <<= 1 }
        if size == Self.smallest, table.count == Self.smallest, fill == count { return }
        try heap.meter.charge(bytes: size * MemoryLayout<Entry>.stride)
        try heap.meter.charge(steps: count / 8)
        heap.credit(table.count * MemoryLayout<Entry>.stride)
        let old = entries
        table = Array(repeating: Entry(hash: 0, key: .unbound), count: size)
        for entry in old { insertClean(entry) }
        fill = count
    }

    private func insertClean(_ entry: Entry) {
        let mask = mask
        var slot = entry.hash & mask
        var perturbation = UInt(bitPattern: entry.hash)
        while true {
            let last = slot + Self.linearProbes <= mask ? slot + Self.linearProbes : slot
            for position in slot...last where table[position].key.isUnbound {
                table[position] = entry
                return
            }
            perturbation >>= 5
            slot = (slot &* 5 &+ 1 &+ Int(truncatingIfNeeded: perturbation)) & mask
        }
    }

    /// `set_merge` of CPython.
    func merge(_ other: SetObject) throws(EngineError) {
        if other === self || other.count == 0 { return }
        try heap.meter.charge(steps: other.count / 4)
        if (fill + other.count) * 5 >= mask * 3 { try resize(beyond: (count + other.count) * 2) }
        if fill == 0, table.count == other.table.count, other.fill == other.count {
            table = other.table
            (fill, count) = (other.fill, other.count)
        } else if fill == 0 {
            for entry in other.entries { insertClean(entry) }
            (fill, count) = (other.count, other.count)
        } else {
            for entry in other.entries { try add(entry.key, hash: entry.hash) }
        }
    }

    /// Makes room as CPython does before it adds the keys of a dictionary.
    func reserve(forKeys added: Int) throws(EngineError) {
        if (fill + added) * 5 >= mask * 3 { try resize(beyond: (count + added) * 2) }
    }

    /// Takes over the contents of another set, but goes on with `pop` where it was.
    func swapContents(with other: SetObject) {
        swap(&table, &other.table)
        swap(&count, &other.count)
        swap(&fill, &other.fill)
    }
}
