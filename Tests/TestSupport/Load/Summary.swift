/// The line that a load generator ends with.
public struct Summary {
    /// An object with calls, per_second, p50_us and p99_us.
    public let json: String

    /// - Throws: `NoCalls` where there is no latency.
    public init(latencies: [Duration], seconds: Double) throws {
        guard !latencies.isEmpty else { throw NoCalls() }
        let sorted = latencies.sorted()
        func microseconds(_ share: Double) -> Double {
            sorted[Int(share * Double(sorted.count - 1))] / .microseconds(1)
        }
        json = """
            {"calls": \(sorted.count), "per_second": \(Double(sorted.count) / seconds), \
            "p50_us": \(microseconds(0.5)), "p99_us": \(microseconds(0.99))}
            """
    }
}

/// A period in which no call both began and ended.
public struct NoCalls: Error {}
