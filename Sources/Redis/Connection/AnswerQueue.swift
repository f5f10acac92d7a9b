internal import DequeModule

/// Who gets which answer of a connection, and by when.
///
/// A server answers in the order in which it was asked. So each answer belongs to the first batch in line that has not all of its
/// own. A batch whose time is over leaves its place, since its answers may still come, and are then nobody's. An answer that
/// has not come some time after its deadline will not come: the connection is dead, and everyone in line fails.
///
/// The queue reads no clock: its caller says what time it is.
struct AnswerQueue<Completion> {
    private struct Batch {
        let expected: Int
        let deadline: Int64
        var answers: [RedisValue] = []
        /// Nil once the time is over.
        var completion: Completion?
    }

    private let graceNanoseconds: Int64
    private var batches: Deque<Batch> = []
    /// How many answers are to come.
    private(set) var count = 0

    /// - Parameter graceNanoseconds: How long after its deadline an answer may come.
    init(graceNanoseconds: Int64) { self.graceNanoseconds = graceNanoseconds }

    var isEmpty: Bool { batches.isEmpty }

    /// Commands have been given to the server.
    mutating func append(expected: Int, deadline: Int64, completion: Completion) {
        batches.append(Batch(expected: expected, deadline: deadline, completion: completion))
        count += expected
    }

    /// What an answer leads to.
    enum Receipt {
        /// The batch has all its answers; its completion is nil where nobody waits any more.
        case completed(Completion?, [RedisValue])
        /// The batch needs more.
        case incomplete
        /// Nobody asked.
        case unasked
    }

    /// The server has answered.
    mutating func receive(_ value: RedisValue) -> Receipt {
        guard !batches.isEmpty else { return .unasked }
        count -= 1
        if batches[0].expected == 1 {
            let batch = batches.removeFirst()
            return .completed(batch.completion, [value])
        }
        batches[0].answers.append(value)
        guard batches[0].answers.count == batches[0].expected else { return .incomplete }
        let batch = batches.removeFirst()
        return .completed(batch.completion, batch.answers)
    }

    /// What a look at the clock leads to.
    struct Overdue {
        /// Those whose time is over.
        var expired: [Completion] = []
        /// Whether an answer is so late that it will not come.
        var isDead = false
        /// When to look again; nil where nothing is to come.
        var next: Int64?
    }

    /// Looks at every batch: O(n).
    mutating func look(now: Int64) -> Overdue {
        var overdue = Overdue()
        for index in batches.indices {
            let deadline = batches[index].deadline
            if deadline <= now, let completion = batches[index].completion {
                batches[index].completion = nil
                overdue.expired.append(completion)
            }
            let (end, isNever) = deadline.addingReportingOverflow(graceNanoseconds)
            if !isNever, end <= now { overdue.isDead = true }
            let due = batches[index].completion == nil ? (isNever ? .max : end) : deadline
            overdue.next = min(overdue.next ?? .max, due)
        }
        return overdue
    }

    /// Everyone who still waits, in order; the queue is empty then.
    mutating func drain() -> [Completion] {
        defer {
            batches = []
            count = 0
        }
        return batches.compactMap(\.completion)
    }
}
