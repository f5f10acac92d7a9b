/// Deadlines in a binary heap. Cancelled entries stay until they come to the top or outnumber the live ones.
///
/// Adding and taking cost O(log n); cancelling costs O(1), amortised over the sweep that removes the dead.
struct TimerHeap<Payload> {
    /// One deadline. A reference, so that cancelling it does not have to find it.
    final class Entry {
        let deadline: Int64
        /// Ties are broken by age: of two equal deadlines the older one comes first.
        let order: UInt64
        /// Nil once taken or cancelled.
        fileprivate(set) var payload: Payload?

        init(deadline: Int64, order: UInt64, payload: Payload) {
            self.deadline = deadline
            self.order = order
            self.payload = payload
        }

        func precedes(_ other: Entry) -> Bool {
            deadline < other.deadline || (deadline == other.deadline && order < other.order)
        }
    }

    private var entries: [Entry] = []
    private var dead = 0
    private var nextOrder: UInt64 = 0

    /// A heap with fewer dead entries than this is never swept.
    private let sweepFloor = 64

    /// How many deadlines are neither taken nor cancelled.
    var liveCount: Int { entries.count - dead }
    /// How many entries are held, dead ones included.
    var heldCount: Int { entries.count }

    /// The earliest live deadline.
    mutating func nextDeadline() -> Int64? {
        dropDeadTop()
        return entries.first?.deadline
    }

    mutating func add(deadline: Int64, payload: Payload) -> Entry {
        let entry = Entry(deadline: deadline, order: nextOrder, payload: payload)
        nextOrder += 1
        entries.append(entry)
        siftUp(entries.count - 1)
        return entry
    }

    /// Forgets a deadline; one already taken or cancelled is left alone.
    mutating func cancel(_ entry: Entry) {
        guard entry.payload != nil else { return }
        entry.payload = nil
        dead += 1
        if dead > sweepFloor, dead > entries.count / 2 { sweep() }
    }

    /// Takes the earliest payload whose deadline is not after `now`.
    mutating func popDue(at now: Int64) -> Payload? {
        dropDeadTop()
        guard let top = entries.first, top.deadline <= now else { return nil }
        removeTop()
        defer { top.payload = nil }
        return top.payload
    }

    private mutating func dropDeadTop() {
        while let top = entries.first, top.payload == nil {
            removeTop()
            dead -= 1
        }
    }

    private mutating func removeTop() {
        let last = entries.removeLast()
        guard !entries.isEmpty else { return }
        entries[0] = last
        siftDown(0)
    }

    private mutating func sweep() {
        entries.removeAll { $0.payload == nil }
        dead = 0
        for index in stride(from: entries.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard entries[index].precedes(entries[parent]) else { return }
            entries.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < entries.count {
                if entries[child].precedes(entries[least]) { least = child }
            }
            guard least != index else { return }
            entries.swapAt(index, least)
            index = least
        }
    }
}
