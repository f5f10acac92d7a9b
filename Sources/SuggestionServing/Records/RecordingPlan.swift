internal import GRPCCore
internal import GrimoireAPI

/// An exchange that is to be brought to process storage.
struct RecordingJob: Sendable {
    let suggestion: Grimoire_V1_Suggestion
    /// The call's, with its trace.
    let credentials: Metadata

    /// About what it takes in a message.
    var bytes: Int {
        suggestion.message.utf8.count + suggestion.answer.utf8.count + suggestion.patch.utf8.count
    }
}

/// Which exchanges are brought together, and which after others: those of one client's call in one batch, those of one session in
/// their order. A value.
struct RecordingPlan {
    /// One after the other; the batches of each at the same time.
    private(set) var waves: [[[RecordingJob]]] = []

    private struct Session: Hashable {
        let process: String
        let name: String
    }

    /// Bytes of texts in a batch; one exchange alone may have more.
    static let batchBytes = 1 << 20

    // Of the last wave.
    private var batches: [Metadata: (place: Int, bytes: Int)] = [:]
    private var sessions: [Session: Int] = [:]

    /// - Parameter jobs: In the order in which they came.
    init(_ jobs: [RecordingJob]) {
        for job in jobs { add(job) }
    }

    private mutating func add(_ job: RecordingJob) {
        let session = Session(process: job.suggestion.processID, name: job.suggestion.sessionID)
        let isOrdered = !job.suggestion.sessionID.isEmpty
        if waves.isEmpty || isOrdered && sessions[session].map({ $0 != place(of: job) }) == true {
            waves.append([])
            batches = [:]
            sessions = [:]
        }
        let (wave, batch) = (waves.count - 1, place(of: job))
        if batch == waves[wave].count {
            waves[wave].append([])
            batches[job.credentials] = (batch, 0)
        }
        waves[wave][batch].append(job)
        batches[job.credentials]?.bytes += job.bytes
        if isOrdered { sessions[session] = batch }
    }

    /// The batch of the last wave that has room for a job; the next one, where there is none.
    private func place(of job: RecordingJob) -> Int {
        let wave = waves[waves.count - 1]
        guard let batch = batches[job.credentials],
            wave[batch.place].count < ProcessRecords.recordedTogether,
            batch.bytes + job.bytes <= Self.batchBytes
        else { return wave.count }
        return batch.place
    }
}
