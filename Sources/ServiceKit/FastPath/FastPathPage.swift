internal import FoundationEssentials

/// What one loop has answered on fast paths since it was last looked at. A value without a clock.
struct FastPathPage: Sendable {
    /// Different reads that are told apart until the audit hears of them. Of what comes beyond, the audit still hears who and
    /// how often, but not which processes.
    static let maxReads = 10_000

    /// Calls that are one record of the audit.
    struct Read: Hashable, Sendable {
        let method: Int
        let userID: UUID
        let organizationID: UUID
        var processID: UUID?
        var versionNumber: Int?
    }

    /// How many they were, and how long they took together.
    struct Tally: Sendable, Equatable {
        var calls = 0
        var duration: Duration = .zero

        mutating func add(_ duration: Duration) {
            calls += 1
            self.duration += duration
        }
    }

    /// The calls of one method, for the metrics.
    struct Counts: Sendable, Equatable {
        var calls: UInt64 = 0
        /// By the ranges of `PrometheusHistogram.seconds`, and those beyond the last.
        var durations = [UInt64](repeating: 0, count: PrometheusHistogram.seconds.count + 1)
        /// In seconds.
        var sum = 0.0
    }

    private var counts: [Counts]
    private var reads: [Read: Tally] = [:]

    init(methods: Int) { counts = Array(repeating: Counts(), count: methods) }

    /// Takes note of one call on a fast path.
    mutating func add(_ read: Read, _ duration: Duration) {
        let seconds = duration.inSeconds
        counts[read.method].calls += 1
        counts[read.method].sum += seconds
        var range = 0
        while range < PrometheusHistogram.seconds.count, seconds > PrometheusHistogram.seconds[range] {
            range += 1
        }
        counts[read.method].durations[range] += 1
        add(read: read, duration)
    }

    /// Takes note of one call for the audit alone: the metrics have it already.
    mutating func add(read: Read, _ duration: Duration) {
        var read = read
        if reads.count >= Self.maxReads, reads[read] == nil {
            read.processID = nil
            read.versionNumber = nil
        }
        reads[read, default: Tally()].add(duration)
    }

    /// Hands over the counts and begins anew.
    mutating func takeCounts() -> [Counts] {
        let taken = counts
        counts = Array(repeating: Counts(), count: counts.count)
        return taken
    }

    /// Hands over the reads and begins anew.
    mutating func takeReads() -> [Read: Tally] {
        let taken = reads
        reads = [:]
        return taken
    }
}
