/// What is known at one place of a run about the names of a frame.
struct FlowState {
    /// Whether the place can be reached.
    var isReachable: Bool
    /// Names that have a value on every way to here; all of them where there is no way.
    private(set) var definite: [UInt64]
    /// Names that have a value on some way to here.
    private(set) var possible: [UInt64]

    /// The beginning of a frame: no name has a value.
    init(slotCount: Int) {
        isReachable = true
        definite = Array(repeating: 0, count: (slotCount + 63) / 64)
        possible = definite
    }

    /// A place that no way leads to.
    var unreachable: FlowState {
        var state = self
        state.isReachable = false
        for word in definite.indices {
            state.definite[word] = .max
            state.possible[word] = 0
        }
        return state
    }

    func isDefinite(_ slot: Int) -> Bool { definite[slot >> 6] & (1 << UInt64(slot & 63)) != 0 }

    func isPossible(_ slot: Int) -> Bool { possible[slot >> 6] & (1 << UInt64(slot & 63)) != 0 }

    mutating func assign(_ slot: Int) {
        definite[slot >> 6] |= 1 << UInt64(slot & 63)
        if isReachable { possible[slot >> 6] |= 1 << UInt64(slot & 63) }
    }

    mutating func forget(_ slot: Int) {
        guard isReachable else { return }
        definite[slot >> 6] &= ~(1 << UInt64(slot & 63))
        possible[slot >> 6] &= ~(1 << UInt64(slot & 63))
    }

    /// A name may have got a value since.
    mutating func assignPerhaps(_ slot: Int) {
        if isReachable { possible[slot >> 6] |= 1 << UInt64(slot & 63) }
    }

    /// A name may have lost its value since.
    mutating func forgetPerhaps(_ slot: Int) {
        if isReachable { definite[slot >> 6] &= ~(1 << UInt64(slot & 63)) }
    }

    /// Where two ways come together.
    mutating func join(_ other: FlowState) {
        guard other.isReachable else { return }
        guard isReachable else {
            self = other
            return
        }
        for word in definite.indices {
            definite[word] &= other.definite[word]
            possible[word] |= other.possible[word]
        }
    }

    /// What ran afterwards on the same way, from a state that knew less.
    mutating func add(_ later: FlowState) {
        isReachable = isReachable && later.isReachable
        for word in definite.indices {
            definite[word] |= later.definite[word]
            possible[word] = isReachable ? possible[word] | later.possible[word] : 0
        }
    }
}
