/// A set of a frame's slots, as bits. Frames of up to 64 names, which is most, need no allocation.
struct SlotSet {
    private var first: UInt64
    /// Slots from 64 on.
    private var rest: [UInt64]

    /// The empty set of a frame with so many slots.
    init(slotCount: Int) {
        first = 0
        rest = slotCount <= 64 ? [] : Array(repeating: 0, count: (slotCount - 1) / 64)
    }

    func contains(_ slot: Int) -> Bool {
        let bit: UInt64 = 1 << UInt64(slot & 63)
        return (slot < 64 ? first : rest[(slot >> 6) - 1]) & bit != 0
    }

    mutating func insert(_ slot: Int) {
        let bit: UInt64 = 1 << UInt64(slot & 63)
        if slot < 64 { first |= bit } else { rest[(slot >> 6) - 1] |= bit }
    }

    mutating func remove(_ slot: Int) {
        let bit: UInt64 = 1 << UInt64(slot & 63)
        if slot < 64 { first &= ~bit } else { rest[(slot >> 6) - 1] &= ~bit }
    }

    /// All slots, or none.
    mutating func fill(_ isFull: Bool) {
        first = isFull ? .max : 0
        for word in rest.indices { rest[word] = isFull ? .max : 0 }
    }

    /// Leaves what is in both. They are of one frame.
    mutating func formIntersection(_ other: SlotSet) {
        first &= other.first
        for word in rest.indices { rest[word] &= other.rest[word] }
    }

    /// Adds what is in the other. They are of one frame.
    mutating func formUnion(_ other: SlotSet) {
        first |= other.first
        for word in rest.indices { rest[word] |= other.rest[word] }
    }
}
