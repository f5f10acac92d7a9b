/// Values by key, bounded in bytes: what was used longest ago goes first. A value type without a clock.
///
/// Entries lie in an array and are linked by their places in it, so that a hit moves two numbers and allocates nothing.
public struct ByteCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let key: Key
        var value: Value
        var bytes: Int
        var older: Int
        var newer: Int
    }

    /// Bytes of all entries at most.
    public let limit: Int
    /// Bytes of all entries, as their callers counted them.
    public private(set) var bytes = 0

    private var places: [Key: Int] = [:]
    private var entries: [Entry?] = []
    private var free: [Int] = []
    private var newest = -1
    private var oldest = -1

    /// A cache without entries.
    public init(limit: Int) { self.limit = limit }

    /// How many entries there are.
    public var count: Int { places.count }

    /// The value of a key, which is now the one used last.
    public mutating func value(_ key: Key) -> Value? {
        guard let place = places[key], let entry = entries[place] else { return nil }
        unlink(place)
        link(place)
        return entry.value
    }

    /// The value of a key, without making it the one used last.
    public func peek(_ key: Key) -> Value? { places[key].flatMap { entries[$0]?.value } }

    /// Forgets everything.
    public mutating func removeAll() { self = ByteCache(limit: limit) }

    /// Keeps a value, unless it alone is larger than the whole cache.
    public mutating func insert(_ value: Value, for key: Key, bytes size: Int) {
        remove(key)
        guard size <= limit else { return }
        while bytes + size > limit, oldest >= 0, let entry = entries[oldest] { remove(entry.key) }
        let place = free.popLast() ?? entries.count
        if place == entries.count { entries.append(nil) }
        entries[place] = Entry(key: key, value: value, bytes: size, older: -1, newer: -1)
        places[key] = place
        bytes += size
        link(place)
    }

    /// Forgets a key.
    public mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key), let entry = entries[place] else { return }
        unlink(place)
        entries[place] = nil
        free.append(place)
        bytes -= entry.bytes
    }

    private mutating func unlink(_ place: Int) {
        guard let entry = entries[place] else { return }
        if entry.older >= 0 { entries[entry.older]?.newer = entry.newer } else { oldest = entry.newer }
        if entry.newer >= 0 { entries[entry.newer]?.older = entry.older } else { newest = entry.older }
    }

    private mutating func link(_ place: Int) {
        entries[place]?.older = newest
        entries[place]?.newer = -1
        if newest >= 0 { entries[newest]?.newer = place }
        newest = place
        if oldest < 0 { oldest = place }
    }
}
