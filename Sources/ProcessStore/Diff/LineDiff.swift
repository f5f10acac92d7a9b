/// What makes one list of lines another: a shortest script of insertions and deletions, as far as that is affordable.
///
/// Myers' algorithm in its linear-space form ("An O(ND) Difference Algorithm and Its Variations", 1986, section 4b): the
/// middle of a shortest path is found from both ends at once, and each half is done likewise. Where the two sides of a part
/// have so little in common that finding the middle would cost too much, that part is replaced as a whole.
struct LineDiff: Sendable {
    /// A run of lines that differ: `from` is replaced by `to`; one of them may be empty.
    struct Change: Sendable, Equatable {
        var from: Range<Int>
        var to: Range<Int>
    }

    /// Differences up to which a part's middle is looked for. The time for a part is its square at most.
    static let costLimit = 2_000
    /// Steps that a whole comparison may take: where they are spent, what is left is replaced as a whole.
    static let stepLimit = 20_000_000

    /// In the order of both texts, not touching each other.
    private(set) var changes: [Change] = []

    private let old: [Int]
    private let new: [Int]
    private var steps = 0

    /// Compares two lists of anything that can be told apart.
    init<Line: Hashable>(_ old: [Line], _ new: [Line]) {
        // Numbers for lines: comparing is then one instruction.
        var numbers: [Line: Int] = [:]
        func number(_ line: Line) -> Int {
            if let known = numbers[line] { return known }
            numbers[line] = numbers.count
            return numbers.count - 1
        }
        self.old = old.map(number)
        self.new = new.map(number)
        compare(0..<old.count, 0..<new.count)
    }

    /// Parts that are still to be compared lie on a stack of our own: they may be as many as lines.
    private mutating func compare(_ from: Range<Int>, _ to: Range<Int>) {
        var parts = [Change(from: from, to: to)]
        while let part = parts.popLast() {
            let (from, to) = trimmed(part)
            if from.isEmpty && to.isEmpty { continue }
            if from.isEmpty || to.isEmpty {
                append(Change(from: from, to: to))
            } else if let middle = middle(of: from, to) {
                // The second half is pushed first: the changes come in order.
                parts.append(
                    Change(from: middle.old..<from.upperBound, to: middle.new..<to.upperBound)
                )
                parts.append(
                    Change(from: from.lowerBound..<middle.old, to: to.lowerBound..<middle.new)
                )
            } else {
                append(Change(from: from, to: to))
            }
        }
    }

    /// Without the lines that both begin and end with.
    private func trimmed(_ part: Change) -> (Range<Int>, Range<Int>) {
        let begin = run(part.from, part.to)
        let (from, to) = (part.from.dropFirst(begin), part.to.dropFirst(begin))
        let end = runBack(from, to)
        return (from.dropLast(end), to.dropLast(end))
    }

    private mutating func append(_ change: Change) {
        if let last = changes.last, last.from.upperBound == change.from.lowerBound,
            last.to.upperBound == change.to.lowerBound
        {
            changes[changes.count - 1].from = last.from.lowerBound..<change.from.upperBound
            changes[changes.count - 1].to = last.to.lowerBound..<change.to.upperBound
        } else {
            changes.append(change)
        }
    }

    /// A point that a good path goes through, with a part of the path on both sides: the middle of a shortest one, or where
    /// that is too far, the furthest point that was come to. Nil where nothing is in common, or all steps are spent.
    private mutating func middle(of from: Range<Int>, _ to: Range<Int>) -> (old: Int, new: Int)? {
        let limit = min((from.count + to.count + 1) / 2, Self.costLimit)
        var ahead = Frontier(limit: limit)
        var back = Frontier(limit: limit)
        let delta = from.count - to.count
        for cost in 0..<max(limit, 1) {
            steps += 4 * cost + 4
            guard steps <= Self.stepLimit else { return nil }
            for k in stride(from: ahead.low(cost), through: ahead.high(cost), by: 2) {
                let (x, y) = ahead.advance(k, cost)
                let length = run(from.dropFirst(x), to.dropFirst(y))
                let (endX, endY) = (x + length, y + length)
                steps += length
                ahead.reach(k, endX)
                if ahead.leaves(k, endX, endY, from.count, to.count) { continue }
                if delta & 1 != 0, let other = back[delta - k], other <= from.count,
                    other - (delta - k) <= to.count, endX + other >= from.count
                {
                    return inside(endX, endY, from, to)
                }
            }
            for k in stride(from: back.low(cost), through: back.high(cost), by: 2) {
                let (x, y) = back.advance(k, cost)
                let length = runBack(from.dropLast(x), to.dropLast(y))
                let (endX, endY) = (x + length, y + length)
                steps += length
                back.reach(k, endX)
                if back.leaves(k, endX, endY, from.count, to.count) { continue }
                if delta & 1 == 0, let other = ahead[delta - k], other <= from.count,
                    other - (delta - k) <= to.count, endX + other >= from.count
                {
                    return inside(from.count - endX, to.count - endY, from, to)
                }
            }
        }
        guard limit == Self.costLimit else { return nil }
        let (x, y) = ahead.furthest(within: (from.count, to.count))
        return inside(x, y, from, to)
    }

    /// How many lines both ranges begin with.
    private func run(_ from: Range<Int>, _ to: Range<Int>) -> Int {
        let longest = min(from.count, to.count)
        var length = 0
        while length < longest, old[from.lowerBound + length] == new[to.lowerBound + length] { length += 1 }
        return length
    }

    /// How many lines both ranges end with.
    private func runBack(_ from: Range<Int>, _ to: Range<Int>) -> Int {
        let longest = min(from.count, to.count)
        var length = 0
        while length < longest, old[from.upperBound - 1 - length] == new[to.upperBound - 1 - length] {
            length += 1
        }
        return length
    }

    /// Only a point that leaves something to do on both sides makes progress.
    private func inside(_ x: Int, _ y: Int, _ from: Range<Int>, _ to: Range<Int>) -> (Int, Int)? {
        guard x + y > 0, x + y < from.count + to.count else { return nil }
        return (from.lowerBound + x, to.lowerBound + y)
    }
}

/// The furthest point on each diagonal that paths of some cost come to, from one end.
private struct Frontier {
    private var reached: [Int]
    private let origin: Int
    // Diagonals beyond these have left the grid.
    private var skippedLow = 0
    private var skippedHigh = 0

    init(limit: Int) {
        origin = limit + 1
        reached = Array(repeating: -1, count: 2 * limit + 4)
        reached[origin + 1] = 0
    }

    func low(_ cost: Int) -> Int { -cost + skippedLow }
    func high(_ cost: Int) -> Int { cost - skippedHigh }

    /// The furthest x on a diagonal, nil where no path has come to it.
    subscript(k: Int) -> Int? {
        let index = origin + k
        guard reached.indices.contains(index), reached[index] >= 0 else { return nil }
        return reached[index]
    }

    /// One step further onto a diagonal.
    func advance(_ k: Int, _ cost: Int) -> (Int, Int) {
        let (below, above) = (reached[origin + k - 1], reached[origin + k + 1])
        let x = k == -cost || (k != cost && below < above) ? above : below + 1
        return (x, x - k)
    }

    mutating func reach(_ k: Int, _ x: Int) { reached[origin + k] = x }

    /// Whether a point is outside of the grid; its diagonal is not looked at again.
    mutating func leaves(_ k: Int, _ x: Int, _ y: Int, _ width: Int, _ height: Int) -> Bool {
        if x > width {
            skippedHigh += 2
            return true
        }
        if y > height {
            skippedLow += 2
            return true
        }
        return false
    }

    /// The point furthest from the beginning.
    func furthest(within size: (Int, Int)) -> (Int, Int) {
        var best = (0, 0)
        for (index, x) in reached.enumerated() {
            let y = x - (index - origin)
            if x >= 0, y >= 0, x <= size.0, y <= size.1, x + y > best.0 + best.1 { best = (x, y) }
        }
        return best
    }
}
