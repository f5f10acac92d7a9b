internal import DequeModule

/// Which conversations there are, in the order of their last uses. A value without a clock: times are nanoseconds of the caller's.
struct SessionPlaces: Sendable {
    private struct Entry {
        let session: ChatSession
        var lastUse: Int64
        /// How many calls hold it now.
        var users = 0
    }

    private let limit: Int
    private var entries: [SessionKey: Entry] = [:]
    /// Keys in the order of their uses; a key may be there several times, the last one counts.
    private var order: Deque<(key: SessionKey, use: Int64)> = []
    private var uses: Int64 = 0

    /// - Parameter count: How many there may be.
    init(count: Int) { limit = count }

    var count: Int { entries.count }

    /// The session of a key, in use now; nil where there is no room for it.
    mutating func open(_ key: SessionKey, now: Int64, _ make: () -> ChatSession) -> ChatSession? {
        var entry: Entry
        if let known = entries[key] {
            entry = known
        } else {
            guard makeRoom(now: now) else { return nil }
            entry = Entry(session: make(), lastUse: 0)
        }
        entry.users += 1
        entries[key] = entry
        touch(key, now: now)
        return entry.session
    }

    /// One of those who use it does no longer.
    mutating func close(_ key: SessionKey, now: Int64) {
        entries[key]?.users -= 1
        touch(key, now: now)
    }

    /// Forgets those that nobody has used since a time.
    mutating func forget(until time: Int64) {
        // Each place is looked at once at most: those in use go to the end.
        for _ in 0..<order.count {
            guard let first = order.first, first.use <= time else { return }
            order.removeFirst()
            guard let entry = entries[first.key], entry.lastUse == first.use else { continue }
            if entry.users == 0 { entries[first.key] = nil } else { touch(first.key, now: time) }
        }
    }

    private mutating func makeRoom(now: Int64) -> Bool {
        guard entries.count >= limit else { return true }
        // Those in use go to the end of the order, so that each is looked at once at most.
        for _ in 0..<order.count {
            guard let first = order.popFirst() else { break }
            guard let entry = entries[first.key], entry.lastUse == first.use else { continue }
            guard entry.users == 0 else {
                touch(first.key, now: now)
                continue
            }
            entries[first.key] = nil
            return true
        }
        return false
    }

    private mutating func touch(_ key: SessionKey, now: Int64) {
        guard entries[key] != nil else { return }
        // Times that are equal would make two places in the order look alike.
        uses = max(uses + 1, now)
        entries[key]?.lastUse = uses
        order.append((key, uses))
        // Old places are dropped before they are many more than entries.
        if order.count > 4 * entries.count + 64 { order.removeAll { entries[$0.key]?.lastUse != $0.use } }
    }
}
