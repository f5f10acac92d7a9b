/// Objects in numbered places: added, found and removed in constant time, without hashing.
struct SlotTable<Element> {
    private var slots: [Element?] = []
    private var free: [Int] = []

    /// How many there are.
    var count: Int { slots.count - free.count }
    var isEmpty: Bool { count == 0 }

    /// Everything that is in it now; may be changed while the result is walked.
    var elements: [Element] { slots.compactMap { $0 } }

    /// - Returns: The place, which stays the element's until it is removed.
    mutating func add(_ element: Element) -> Int {
        if let slot = free.popLast() {
            slots[slot] = element
            return slot
        }
        slots.append(element)
        return slots.count - 1
    }

    /// Removing what is not there is a mistake of the caller's.
    mutating func remove(_ slot: Int) {
        precondition(slots[slot] != nil, "slot \(slot) is empty")
        slots[slot] = nil
        free.append(slot)
        // A burst of streams does not hold its table for the connection's life.
        if free.count == slots.count, slots.count > 64 {
            slots = []
            free = []
        }
    }
}
