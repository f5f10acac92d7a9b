/// How often names that vanished stand where names that are new stand now.
struct RenameVotes {
    /// Tokens that a line has at least, the statement's own among them, to speak for a renaming by itself.
    static let strongLine = 4
    private static let threshold = 0.5
    private static let margin = 0.25

    private var votes: [Int: [Int: Tally]] = [:]
    private var oldCounts: [Int: Int] = [:]
    private var newCounts: [Int: Int] = [:]

    private struct Tally {
        var count = 0
        var isStrong = false
    }

    /// One name stands where another stood, in a line that may be strong evidence.
    mutating func add(_ old: Int, _ new: Int, isStrong: Bool) {
        votes[old, default: [:]][new, default: Tally()].count += 1
        if isStrong { votes[old]?[new]?.isStrong = true }
    }

    /// A name that may have been renamed, or may be the new one, stands somewhere.
    mutating func count(_ fact: Int, isOld: Bool) {
        if isOld { oldCounts[fact, default: 0] += 1 } else { newCounts[fact, default: 0] += 1 }
    }

    /// Pairs that at least half of the places of both names speak for, one of them strongly, with a margin over other pairs.
    func clear() -> [(Int, Int)] {
        var matches = ClearMatches()
        for (old, candidates) in votes {
            for (new, tally) in candidates {
                let places = max(oldCounts[old] ?? 0, newCounts[new] ?? 0, tally.count)
                matches.add(old, new, Double(tally.count) / Double(places))
            }
        }
        let pairs = matches.pairs(threshold: RenameVotes.threshold, margin: RenameVotes.margin)
        return pairs.filter { votes[$0.0]?[$0.1]?.isStrong == true }
    }
}
