/// Python's `slice(start, stop, step)` over any sequence.
struct Slice: Equatable, Sendable {
    var start: Int?
    var stop: Int?
    var step: Int?

    /// `slice.indices(count)`, with the number of positions it visits.
    func indices(count: Int) throws(EngineError) -> Indices {
        let step = step ?? 1
        guard step != 0 else { throw .valueError("slice step cannot be zero") }
        let lowest = step < 0 ? -1 : 0
        let highest = step < 0 ? count - 1 : count
        let start = Self.clamp(start, count, lowest, highest) ?? (step < 0 ? highest : lowest)
        let stop = Self.clamp(stop, count, lowest, highest) ?? (step < 0 ? lowest : highest)
        let distance = step > 0 ? stop - start : start - stop
        let visited = distance <= 0 ? 0 : (distance - 1) / Int(clamping: step.magnitude) + 1
        return Indices(start: start, stop: stop, step: step, count: visited)
    }

    private static func clamp(_ index: Int?, _ count: Int, _ lowest: Int, _ highest: Int) -> Int? {
        guard let index else { return nil }
        let position = index < 0 ? max(index, -count - 1) + count : index
        return min(max(position, lowest), highest)
    }

    /// The positions that a slice visits.
    struct Indices: Equatable, Sequence, Sendable {
        var start: Int
        var stop: Int
        var step: Int
        var count: Int

        var underestimatedCount: Int { count }

        func makeIterator() -> AnyIterator<Int> {
            var (position, left) = (start, count)
            let step = step
            return AnyIterator {
                guard left > 0 else { return nil }
                defer {
                    left -= 1
                    position &+= step
                }
                return position
            }
        }
    }
}
