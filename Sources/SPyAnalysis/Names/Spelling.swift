/// Finds names that differ from a given one by a slip of the finger.
struct Spelling {
    /// Names by every text that is left when one letter is taken out, and by themselves.
    private var byShortened: [String: String] = [:]
    private static let shortest = 4
    private static let longest = 64

    init(_ names: Set<String>) {
        for name in names.sorted() where Spelling.isComparable(name) {
            for shortened in Spelling.shortenings(name) where byShortened[shortened] == nil {
                byShortened[shortened] = name
            }
        }
    }

    /// A name that has one letter more, less, changed or swapped with its neighbour.
    func close(to name: String) -> String? {
        guard Spelling.isComparable(name) else { return nil }
        for shortened in Spelling.shortenings(name) {
            if let found = byShortened[shortened], Spelling.isSlip(Array(name), Array(found)) { return found }
        }
        return nil
    }

    private static func isComparable(_ name: String) -> Bool {
        let count = name.utf8.count
        return count >= shortest && count <= longest
    }

    private static func shortenings(_ name: String) -> [String] {
        let letters = Array(name)
        return [name] + letters.indices.map { String(letters[..<$0] + letters[($0 + 1)...]) }
    }

    /// A plural and a numbered name are other names, not slips.
    private static func isSlip(_ name: [Character], _ other: [Character]) -> Bool {
        guard abs(name.count - other.count) <= 1, name != other else { return false }
        let common = zip(name, other).prefix { $0 == $1 }.count
        let changed = name[common...].prefix(2) + other[common...].prefix(2)
        if changed.contains(where: { $0.isNumber }) { return false }
        let longer = name.count > other.count ? name : other
        if name.count != other.count, common == longer.count - 1 { return longer.last != "s" }
        let rest = (name: name[common...], other: other[common...])
        if name.count != other.count {
            let (long, short) = name.count > other.count ? (rest.name, rest.other) : (rest.other, rest.name)
            return long.dropFirst() == short
        }
        return rest.name.dropFirst() == rest.other.dropFirst()
            || (rest.name.count >= 2 && rest.name.first == rest.other.dropFirst().first
                && rest.other.first == rest.name.dropFirst().first
                && rest.name.dropFirst(2) == rest.other.dropFirst(2))
    }
}
