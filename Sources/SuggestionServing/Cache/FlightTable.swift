/// Who answers a question that several ask at once: the first; the others wait for what it finds. A value without a clock.
///
/// Where the first finds nothing that may be given to others (it failed, or its client left), the next one in line becomes the first.
struct FlightTable<Key: Hashable & Sendable, Waiter: Hashable & Sendable>: Sendable {
    private var flights: [Key: [Waiter]] = [:]

    /// Whether one who comes now is the first, and otherwise waits.
    mutating func join(_ key: Key, _ waiter: Waiter) -> Bool {
        guard flights[key] != nil else {
            flights[key] = []
            return true
        }
        flights[key]?.append(waiter)
        return false
    }

    /// The first has found what all wait for: who they are.
    mutating func landed(_ key: Key) -> [Waiter] { flights.removeValue(forKey: key) ?? [] }

    /// The first has found nothing: who is the first now; nil where nobody waits.
    mutating func failed(_ key: Key) -> Waiter? {
        guard var waiting = flights[key], !waiting.isEmpty else {
            flights[key] = nil
            return nil
        }
        let next = waiting.removeFirst()
        flights[key] = waiting
        return next
    }

    /// One who waits does not want to any more; false where it does not wait.
    mutating func leave(_ key: Key, _ waiter: Waiter) -> Bool {
        guard let place = flights[key]?.firstIndex(of: waiter) else { return false }
        flights[key]?.remove(at: place)
        return true
    }

    /// How many questions are being answered.
    var count: Int { flights.count }
}
