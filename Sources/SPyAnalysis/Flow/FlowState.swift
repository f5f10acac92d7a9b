/// What is known at one place of a run about the names of a frame.
struct FlowState {
    /// Whether the place can be reached.
    var isReachable: Bool
    /// Names that have a value on every way to here; all of them where there is no way.
    private var definite: SlotSet
    /// Names that have a value on some way to here.
    private var possible: SlotSet

    /// The beginning of a frame: no name has a value.
    init(slotCount: Int) {
        isReachable = true
        definite = SlotSet(slotCount: slotCount)
        possible = definite
    }

    /// A place that no way leads to.
    var unreachable: FlowState {
        var state = self
        state.isReachable = false
        state.definite.fill(true)
        state.possible.fill(false)
        return state
    }

    func isDefinite(_ slot: Int) -> Bool { definite.contains(slot) }

    func isPossible(_ slot: Int) -> Bool { possible.contains(slot) }

    mutating func assign(_ slot: Int) {
        definite.insert(slot)
        if isReachable { possible.insert(slot) }
    }

    mutating func forget(_ slot: Int) {
        guard isReachable else { return }
        definite.remove(slot)
        possible.remove(slot)
    }

    /// A name may have got a value since.
    mutating func assignPerhaps(_ slot: Int) {
        if isReachable { possible.insert(slot) }
    }

    /// A name may have lost its value since.
    mutating func forgetPerhaps(_ slot: Int) {
        if isReachable { definite.remove(slot) }
    }

    /// Where two ways come together.
    mutating func join(_ other: FlowState) {
        guard other.isReachable else { return }
        guard isReachable else {
            self = other
            return
        }
        definite.formIntersection(other.definite)
        possible.formUnion(other.possible)
    }

    /// What ran afterwards on the same way, from a state that knew less.
    mutating func add(_ later: FlowState) {
        isReachable = isReachable && later.isReachable
        definite.formUnion(later.definite)
        if isReachable { possible.formUnion(later.possible) } else { possible.fill(false) }
    }
}
