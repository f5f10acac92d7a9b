internal import CoreMetrics
internal import DequeModule
internal import EventLoop
internal import GRPCCore
internal import GrimoireAPI
internal import Logging
internal import ServiceKit

/// Brings exchanges to process storage, behind the answers: who has got an answer, or has left, does not wait for it.
///
/// Each is tried a few times; the same ID makes a repeated try harmless. Where the queue is full, or storage stays away, the loss is
/// logged. Who comes back to an exchange (a rating, the next message of the session) waits for it first: ``settled(_:)``.
actor SuggestionRecorder {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private struct Job {
        let suggestion: Grimoire_V1_Suggestion
        let credentials: Metadata
    }

    private let records: ProcessRecords
    private let logger: Logger
    private let metrics: SuggestionMetrics
    private var queue: Deque<Job> = []
    /// IDs of those in the queue or under way, with who waits for them.
    private var pending: [String: [UInt64]] = [:]
    private var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    private var nextWaiter: UInt64 = 0
    private var idle: [CheckedContinuation<Job?, Never>] = []
    private var isClosed = false

    /// How many may wait.
    private static let capacity = 4_096
    /// How many are brought at once.
    private static let width = 8
    /// How long anybody waits for one.
    private static let patience: Duration = .seconds(2)
    /// How often one is tried.
    private static let tries = 4
    private static let firstPauseNanoseconds: Int64 = 200_000_000
    private static let lastPauseNanoseconds: Int64 = 3_000_000_000

    init(records: ProcessRecords, loop: EventLoop, logger: Logger, metrics: SuggestionMetrics) {
        self.metrics = metrics
        self.records = records
        self.loop = loop
        self.logger = logger
    }

    /// Takes an exchange. Returns at once.
    func submit(_ suggestion: Grimoire_V1_Suggestion, _ credentials: Metadata) {
        let job = Job(suggestion: suggestion, credentials: credentials)
        guard !isClosed, queue.count < Self.capacity else {
            return lost(suggestion, "too many wait")
        }
        pending[suggestion.suggestionID] = []
        if let worker = idle.popLast() {
            worker.resume(returning: job)
        } else {
            queue.append(job)
        }
    }

    /// Waits until an exchange is stored or given up, but not for long; not at all where it is not known here.
    func settled(_ suggestionID: String) async {
        guard pending[suggestionID] != nil else { return }
        nextWaiter += 1
        let number = nextWaiter
        await withCheckedContinuation { continuation in
            guard pending[suggestionID] != nil else { return continuation.resume() }
            pending[suggestionID]?.append(number)
            waiters[number] = continuation
            // One that has waited until then is forgotten with the exchange.
            _ = loop.schedule(after: Self.patience) {
                self.assumeIsolated { $0.waiters.removeValue(forKey: number)?.resume() }
            }
        }
    }

    /// Brings them until ``close()``, and then what is still there.
    func run() async {
        await withTaskGroup { group in
            for _ in 0..<Self.width {
                group.addTask {
                    while let job = await self.next() { await self.bring(job) }
                }
            }
        }
    }

    /// Takes no more.
    func close() {
        isClosed = true
        let workers = idle
        idle = []
        for worker in workers { worker.resume(returning: nil) }
    }

    private func next() async -> Job? {
        await withCheckedContinuation { continuation in
            if let job = queue.popFirst() {
                continuation.resume(returning: job)
            } else if isClosed {
                continuation.resume(returning: nil)
            } else {
                idle.append(continuation)
            }
        }
    }

    private func bring(_ job: Job) async {
        var backoff = Backoff(
            firstNanoseconds: Self.firstPauseNanoseconds,
            lastNanoseconds: Self.lastPauseNanoseconds,
            seed: UInt64.random(in: 0 ... .max)
        )
        var failure = ""
        for attempt in 1...Self.tries {
            do {
                try await records.record(job.suggestion, job.credentials)
                return done(job)
            } catch {
                failure = "\(error)"
                guard attempt < Self.tries, Self.mayMend(error),
                    (try? await loop.sleep(for: .nanoseconds(backoff.failed()))) != nil
                else { break }
            }
        }
        lost(job.suggestion, failure)
        done(job)
    }

    private func done(_ job: Job) {
        for waiter in pending.removeValue(forKey: job.suggestion.suggestionID) ?? [] {
            waiters.removeValue(forKey: waiter)?.resume()
        }
    }

    private func lost(_ suggestion: Grimoire_V1_Suggestion, _ cause: String) {
        metrics.lostRecords.increment()
        logger.error(
            "An exchange was not recorded",
            metadata: [
                LogKey.process: "\(suggestion.processID)", "suggestion": "\(suggestion.suggestionID)",
                LogKey.cause: "\(cause)",
            ]
        )
    }

    private static func mayMend(_ error: any Error) -> Bool {
        switch error {
        case let error as ServiceError: error.retryAfter != nil
        case let error as RPCError:
            [.unavailable, .deadlineExceeded, .resourceExhausted, .aborted, .internalError, .unknown]
                .contains(error.code)
        default: false
        }
    }
}
