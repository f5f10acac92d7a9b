internal import DequeModule

/// The calls that wait for a stream, in the order in which they came, and not more of them than allowed.
///
/// A value that decides nothing about streams: `ClientChannel` asks for the next one and says what becomes of it.
/// Everything takes constant time, also that one in the middle gives up: its place stays, empty, until it would be its turn.
struct WaitingCalls {
    /// Who waits.
    struct Call {
        let maxResponseBytes: Int
        /// Whether it goes on waiting where the servers cannot be reached.
        let waitsForReady: Bool
        let deliver: (Result<ClientStream, TransportError>) -> Void
    }

    /// Names a call, later calls by larger numbers.
    typealias ID = UInt64

    /// How many may wait.
    let limit: Int
    private var calls: [ID: Call] = [:]
    private var order = Deque<ID>()
    private var lastID: ID = 0

    init(limit: Int) {
        self.limit = limit
    }

    var count: Int { calls.count }

    var isEmpty: Bool { calls.isEmpty }

    /// A name for a call that may come to wait.
    mutating func makeID() -> ID {
        lastID += 1
        return lastID
    }

    /// Takes a call to the end of the queue.
    ///
    /// - Returns: False where there is no room.
    mutating func append(_ call: Call, as id: ID) -> Bool {
        guard calls.count < limit else { return false }
        calls[id] = call
        order.append(id)
        return true
    }

    /// Takes the first one out.
    mutating func popFirst() -> (id: ID, call: Call)? {
        while let id = order.popFirst() {
            if let call = calls.removeValue(forKey: id) { return (id, call) }
        }
        return nil
    }

    /// Puts calls back that were taken out, in front of all others.
    mutating func putBack(_ returned: [(id: ID, call: Call)]) {
        for (id, call) in returned { calls[id] = call }
        order.prepend(contentsOf: returned.map(\.id))
    }

    /// Takes out a call that waits no longer; nil where it does not wait.
    mutating func remove(_ id: ID) -> Call? {
        defer { if order.count > 2 * calls.count + 64 { order.removeAll { calls[$0] == nil } } }
        return calls.removeValue(forKey: id)
    }
}
