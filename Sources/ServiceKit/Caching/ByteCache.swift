/// Values by key, bounded in bytes: what was used longest ago goes first. A value type without a clock.
///
/// Entries lie in arrays and are linked by their places there, so that a hit moves some numbers, copies nothing but the value
/// and allocates nothing.
public struct ByteCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// The neighbours of an entry; -1 where there is none.
    private struct Links {
        var older = -1
        var newer = -1
    }

    /// Bytes of all entries at most.
    public let limit: Int
    /// Bytes of all entries, as their callers counted them.
    public private(set) var bytes = 0

    private var places: [Key: Int] = [:]
    private var values: [Value?] = []
    private var keys: [Key?] = []
    private var sizes: [Int] = []
    private var links: [Links] = []
    private var free: [Int] = []
    private var newest = -1
    private var oldest = -1

    /// A cache without entries.
    public init(limit: Int) { self.limit = limit }

    /// How many entries there are.
    public var count: Int { places.count }

    /// The value of a key, which is now the one used last.
    public mutating func value(_ key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        if place != newest {
            unlink(place)
            link(place)
        }
        return values[place]
    }

    /// The value of a key, without making it the one used last.
    public func peek(_ key: Key) -> Value? { places[key].flatMap { values[$0] } }

    /// Forgets everything.
    public mutating func removeAll() { self = ByteCache(limit: limit) }

    /// Keeps a value, unless it alone is larger than the whole cache.
    public mutating func insert(_ value: Value, for key: Key, bytes size: Int) {
        remove(key)
        guard size <= limit else { return }
        while bytes + size > limit, oldest >= 0, let key = keys[oldest] { remove(key) }
        let place = freePlace()
        values[place] = value
        keys[place] = key
        sizes[place] = size
        places[key] = place
        bytes += size
        link(place)
    }

    /// Forgets a key.
    public mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key) else { return }
        unlink(place)
        values[place] = nil
        keys[place] = nil
        bytes -= sizes[place]
        free.append(place)
    }

    private mutating func freePlace() -> Int {
        if let place = free.popLast() { return place }
        values.append(nil)
        keys.append(nil)
        sizes.append(0)
        links.append(Links())
        return values.count - 1
    }

    private mutating func unlink(_ place: Int) {
        let (older, newer) = (links[place].older, links[place].newer)
        if older >= 0 { links[older].newer = newer } else { oldest = newer }
        if newer >= 0 { links[newer].older = older } else { newest = older }
    }

    private mutating func link(_ place: Int) {
        links[place] = Links(older: newest, newer: -1)
        if newest >= 0 { links[newest].newer = place }
        newest = place
        if oldest < 0 { oldest = place }
    }
}
