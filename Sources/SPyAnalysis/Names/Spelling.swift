/// Finds names that differ from a given one by a slip of the finger.
///
/// Two names are compared where they leave the same when one letter is taken out of one or both; what is left is kept as a
/// hash, which is worked out for all letters of a name in one pass.
struct Spelling: Sendable {
    /// Those of Python's own names that programs may use.
    static let builtins = Spelling(Builtins.allowed.sorted())

    private var names: [[UInt8]] = []
    private var byRest: [UInt64: Int] = [:]
    private static let lengths = 4...64

    /// Names in an order that decides between equally close ones.
    init(_ candidates: some Sequence<String>) {
        for candidate in candidates {
            let name = Array(candidate.utf8)
            guard Spelling.isComparable(name) else { continue }
            for rest in Spelling.rests(name) where byRest[rest] == nil { byRest[rest] = names.count }
            names.append(name)
        }
    }

    /// Of the names, those to which one of `texts` may be close. Indexing names costs more than comparing them one by one, as
    /// long as there are few: beyond ``comparisonLimit`` all are indexed.
    init(_ candidates: [String], for texts: [String]) {
        guard candidates.count * texts.count <= Spelling.comparisonLimit else {
            self.init(candidates)
            return
        }
        let texts = texts.map { Array($0.utf8) }
        self.init(
            candidates.filter { candidate in
                var candidate = candidate
                return candidate.withUTF8 { candidate in
                    texts.contains { Spelling.mayBeClose($0, UnsafeRawBufferPointer(candidate)) }
                }
            }
        )
    }

    /// Pairs of names that are compared at most: some microseconds each thousand.
    private static let comparisonLimit = 10_000

    /// Whether two names are equal but for two neighbouring letters at most.
    private static func mayBeClose(_ name: [UInt8], _ other: UnsafeRawBufferPointer) -> Bool {
        let (count, otherCount) = (name.count, other.count)
        guard abs(count - otherCount) <= 1 else { return false }
        let shorter = min(count, otherCount)
        var leading = 0
        while leading < shorter, name[leading] == other[leading] { leading += 1 }
        var trailing = 0
        while trailing < shorter - leading, name[count - 1 - trailing] == other[otherCount - 1 - trailing] {
            trailing += 1
        }
        return shorter - leading - trailing <= 2
    }

    /// A name that has one letter more, less, changed or swapped with its neighbour.
    func close(to name: String) -> String? {
        let name = Array(name.utf8)
        guard Spelling.isComparable(name) else { return nil }
        for rest in Spelling.rests(name) {
            if let index = byRest[rest], Spelling.isSlip(name, names[index]) {
                return String(decoding: names[index], as: UTF8.self)
            }
        }
        return nil
    }

    private static func isComparable(_ name: [UInt8]) -> Bool {
        lengths.contains(name.count) && name.allSatisfy { $0 < 0x80 }
    }

    /// Hashes of a name and of what is left of it without each of its letters.
    private static func rests(_ name: [UInt8]) -> [UInt64] {
        let factor: UInt64 = 0x100_0000_01B3
        var suffixes: [UInt64] = Array(repeating: 0, count: name.count + 1)
        var power: UInt64 = 1
        for index in name.indices.reversed() {
            suffixes[index] = suffixes[index + 1] &+ (UInt64(name[index]) &+ 1) &* power
            power = power &* factor
        }
        var result = [suffixes[0]]
        result.reserveCapacity(name.count + 1)
        var prefix: UInt64 = 0
        // The letters before stand where the name, one letter shorter, has them.
        var places: [UInt64] = Array(repeating: 1, count: name.count)
        for index in name.indices.dropFirst() { places[index] = places[index - 1] &* factor }
        for index in name.indices {
            result.append(prefix &+ suffixes[index + 1])
            if index + 1 < name.count {
                prefix = prefix &+ (UInt64(name[index]) &+ 1) &* places[name.count - 2 - index]
            }
        }
        return result
    }

    /// A plural and a numbered name are other names, not slips.
    private static func isSlip(_ name: [UInt8], _ other: [UInt8]) -> Bool {
        guard abs(name.count - other.count) <= 1, name != other else { return false }
        let common = zip(name, other).prefix { $0 == $1 }.count
        let (rest, otherRest) = (name[common...], other[common...])
        if (rest.prefix(2) + otherRest.prefix(2)).contains(where: { (0x30...0x39).contains($0) }) {
            return false
        }
        if name.count != other.count {
            let (long, short) = name.count > other.count ? (rest, otherRest) : (otherRest, rest)
            if short.isEmpty { return long.last != UInt8(ascii: "s") }
            return long.dropFirst() == short
        }
        let isSwap =
            rest.count >= 2 && rest.first == otherRest.dropFirst().first
            && otherRest.first == rest.dropFirst().first
        return rest.dropFirst() == otherRest.dropFirst()
            || (isSwap && rest.dropFirst(2) == otherRest.dropFirst(2))
    }
}
