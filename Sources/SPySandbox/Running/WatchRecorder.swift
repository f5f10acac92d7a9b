/// The values that a watched expression had during a run.
public struct WatchedValues: Hashable, Sendable {
    /// The first of them as JSON texts, in the order of evaluation.
    public let values: [String]
    /// How often the expression was evaluated.
    public let count: Int
}

/// Notes the values of watched expressions.
struct WatchRecorder {
    private var values: [[String]]
    private var counts: [Int]

    /// Values kept of one watch, and bytes of each.
    static let largestValueCount = 100
    static let largestValueBytes = 10_000

    init(count: Int) {
        values = Array(repeating: [], count: count)
        counts = Array(repeating: 0, count: count)
    }

    mutating func record(_ watch: Int, _ value: Value, _ machine: Machine) {
        counts[watch] += 1
        guard values[watch].count < Self.largestValueCount else { return }
        do throws(EngineError) {
            let json = try machine.recorded(value)
            values[watch].append(
                json.utf8.count <= Self.largestValueBytes ? json : "\"<a value of \(json.utf8.count) bytes>\""
            )
        } catch {
            // A budget that is spent here stops the run at its next step.
        }
    }

    var results: [WatchedValues] { zip(values, counts).map { WatchedValues(values: $0, count: $1) } }
}
