/// Common subsequences of two lists of tokens, by anchors: tokens that each side has once, in the order both share.
///
/// Between anchors the same is done again, and what is left without anchors is compared in a table where it is small.
/// Time grows with n log n on texts that have anchors; a budget bounds it on those that have none.
struct Alignment {
    private let old: [UInt64]
    private let new: [UInt64]
    private var partners: [Int]
    private var ranges: [(old: Range<Int>, new: Range<Int>)]

    /// Pairs of positions that are certain: those which the earliest and the latest alignment share.
    ///
    /// A copy beside its original could be either, and is in neither.
    static func certain(_ old: [UInt64], _ new: [UInt64], _ budget: inout MatchingBudget) -> [(Int, Int)] {
        if old == new { return old.indices.map { ($0, $0) } }
        let earliest = run(old, new, &budget)
        let latest = run(old.reversed(), new.reversed(), &budget)
        return old.indices.compactMap { index in
            let partner = earliest[index]
            guard partner >= 0, latest[old.count - 1 - index] == new.count - 1 - partner else { return nil }
            return (index, partner)
        }
    }

    private static func run(_ old: [UInt64], _ new: [UInt64], _ budget: inout MatchingBudget) -> [Int] {
        var alignment = Alignment(
            old: old,
            new: new,
            partners: Array(repeating: -1, count: old.count),
            ranges: [(old.indices, new.indices)]
        )
        while let (left, right) = alignment.ranges.popLast() { alignment.align(left, right, &budget) }
        return alignment.partners
    }

    private mutating func align(_ left: Range<Int>, _ right: Range<Int>, _ budget: inout MatchingBudget) {
        var (left, right) = (left, right)
        while let i = left.first, let j = right.first, old[i] == new[j] {
            partners[i] = j
            (left, right) = (left.dropFirst(), right.dropFirst())
        }
        while let i = left.last, let j = right.last, old[i] == new[j] {
            partners[i] = j
            (left, right) = (left.dropLast(), right.dropLast())
        }
        guard !left.isEmpty, !right.isEmpty, budget.spend(8 * (left.count + right.count)) else { return }
        let anchors = anchors(left, right)
        if anchors.isEmpty { return compare(left, right, &budget) }
        var from = (left.lowerBound, right.lowerBound)
        for (i, j) in anchors {
            partners[i] = j
            ranges.append((from.0..<i, from.1..<j))
            from = (i + 1, j + 1)
        }
        ranges.append((from.0..<left.upperBound, from.1..<right.upperBound))
    }

    /// Tokens that both sides have exactly once, as many as stand in the same order.
    private func anchors(_ left: Range<Int>, _ right: Range<Int>) -> [(Int, Int)] {
        var places: [UInt64: (old: Int, new: Int)] = [:]
        places.reserveCapacity(left.count)
        for index in left { places[old[index]] = (places[old[index]] == nil ? index : -1, -1) }
        for index in right {
            guard let place = places[new[index]], place.old >= 0 else { continue }
            places[new[index]] = (place.new == -1 ? place.old : -1, index)
        }
        let unique = places.values.filter { $0.old >= 0 && $0.new >= 0 }.sorted { $0.old < $1.old }
        return LongestIncrease.indexes(of: unique.map(\.new)).map { (unique[$0].old, unique[$0].new) }
    }

    /// The longest common subsequence of two short stretches, the earliest of several.
    private mutating func compare(_ left: Range<Int>, _ right: Range<Int>, _ budget: inout MatchingBudget) {
        let (rows, columns) = (left.count, right.count)
        let cells = rows.multipliedReportingOverflow(by: columns)
        guard !cells.overflow, cells.partialValue <= MappingLimits.tableCells,
            budget.spend(cells.partialValue)
        else { return }
        let width = columns + 1
        var lengths = [UInt16](repeating: 0, count: (rows + 1) * width)
        for row in stride(from: rows - 1, through: 0, by: -1) {
            for column in stride(from: columns - 1, through: 0, by: -1) {
                let isEqual = old[left.lowerBound + row] == new[right.lowerBound + column]
                lengths[row * width + column] =
                    isEqual
                    ? lengths[(row + 1) * width + column + 1] + 1
                    : max(lengths[(row + 1) * width + column], lengths[row * width + column + 1])
            }
        }
        var (row, column) = (0, 0)
        while row < rows, column < columns {
            if old[left.lowerBound + row] == new[right.lowerBound + column] {
                partners[left.lowerBound + row] = right.lowerBound + column
                (row, column) = (row + 1, column + 1)
            } else if lengths[(row + 1) * width + column] >= lengths[row * width + column + 1] {
                row += 1
            } else {
                column += 1
            }
        }
    }
}

/// The longest increasing subsequence (patience sorting).
enum LongestIncrease {
    /// Indexes of the values that belong to it.
    static func indexes(of values: [Int]) -> [Int] {
        var tails: [Int] = []
        var previous = Array(repeating: -1, count: values.count)
        for index in values.indices {
            var (low, high) = (0, tails.count)
            while low < high {
                let middle = (low + high) / 2
                if values[tails[middle]] < values[index] { low = middle + 1 } else { high = middle }
            }
            if low > 0 { previous[index] = tails[low - 1] }
            if low == tails.count { tails.append(index) } else { tails[low] = index }
        }
        var chain: [Int] = []
        var next = tails.last ?? -1
        while next >= 0 {
            chain.append(next)
            next = previous[next]
        }
        return chain.reversed()
    }
}

/// What a matching may still cost.
struct MatchingBudget {
    private var steps = MappingLimits.matchingSteps

    /// Whether there is enough left for some steps, which then are taken.
    mutating func spend(_ count: Int) -> Bool {
        guard count <= steps else { return false }
        steps -= count
        return true
    }
}
