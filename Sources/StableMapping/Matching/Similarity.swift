/// How much two lists of tokens have in common, from 0 to 1: Dice's coefficient of them as multisets.
enum Similarity {
    /// Of sorted lists of hashes. Empty lists have nothing in common.
    static func dice(_ left: [UInt64], _ right: [UInt64]) -> Double {
        var (i, j, common) = (0, 0, 0)
        while i < left.count, j < right.count {
            if left[i] == right[j] {
                (i, j, common) = (i + 1, j + 1, common + 1)
            } else if left[i] < right[j] {
                i += 1
            } else {
                j += 1
            }
        }
        let total = left.count + right.count
        return total == 0 ? 0 : 2 * Double(common) / Double(total)
    }
}

/// Scores of pairs from two sides, of which only the clear winners count.
struct ClearMatches {
    private var rows: [Int: Best] = [:]
    private var columns: [Int: Best] = [:]

    private struct Best {
        var partner = -1
        var score = -1.0
        var second = -1.0

        mutating func consider(_ candidate: Int, _ value: Double) {
            if value > score {
                (second, score, partner) = (score, value, candidate)
            } else if value > second {
                second = value
            }
        }
    }

    mutating func add(_ row: Int, _ column: Int, _ score: Double) {
        rows[row, default: Best()].consider(column, score)
        columns[column, default: Best()].consider(row, score)
    }

    /// Pairs above a threshold, each the best of its row and its column with a margin over the second.
    func pairs(threshold: Double, margin: Double) -> [(Int, Int)] {
        rows.compactMap { row, best in
            guard best.score >= threshold, best.score - best.second >= margin,
                let back = columns[best.partner], back.partner == row, back.score - back.second >= margin
            else { return nil }
            return (row, best.partner)
        }.sorted { $0.0 < $1.0 }
    }
}
