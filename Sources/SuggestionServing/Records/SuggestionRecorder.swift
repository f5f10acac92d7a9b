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
/// logged. Those of one session are brought in their order, by one worker of a few. Who comes back to an exchange may wait for it
/// (a rating: ``settled(_:)``), or gets it from here (the next message of the session: ``unsettled(_:)``). Where answers come faster than
/// storage takes them, those who answer are slowed down before anything is lost.
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
    /// What a worker has before it, and the worker while it has nothing to do.
    private struct Lane {
        var queue: Deque<Job> = []
        var idle: CheckedContinuation<Job?, Never>?
    }

    private struct Pending {
        let suggestion: Grimoire_V1_Suggestion
        var waiters: [UInt64] = []
    }

    private var lanes = [Lane](repeating: Lane(), count: width)
    /// Those in the queues or under way, by ID, with who waits for them.
    private var pending: [String: Pending] = [:]
    private var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    private var nextWaiter: UInt64 = 0
    private var isClosed = false

    /// Those who are slowed down.
    private var slowed: Set<UInt64> = []
    private let easyCount: Int
    private let slowingTime: Duration

    /// How many may wait.
    private static let capacity = 4_096
    /// From how many on those who bring more are slowed down.
    static let usualEasyCount = 1_024
    /// How long one is, at most: an answer is not kept back because storage is away.
    static let usualSlowingTime: Duration = .milliseconds(250)
    /// How many are brought at once: few, since answers are waited for and records are not.
    private static let width = 4
    /// How long anybody waits for one.
    private static let patience: Duration = .seconds(2)
    /// How often one is tried.
    private static let tries = 4
    private static let firstPauseNanoseconds: Int64 = 200_000_000
    private static let lastPauseNanoseconds: Int64 = 3_000_000_000

    init(
        records: ProcessRecords,
        loop: EventLoop,
        logger: Logger,
        metrics: SuggestionMetrics,
        easyCount: Int = usualEasyCount,
        slowingTime: Duration = usualSlowingTime
    ) {
        self.easyCount = easyCount
        self.slowingTime = slowingTime
        self.metrics = metrics
        self.records = records
        self.loop = loop
        self.logger = logger
    }

    /// Takes an exchange. Returns at once, unless many wait already: then when there is room again, or after a moment.
    func submit(_ suggestion: Grimoire_V1_Suggestion, _ credentials: Metadata) async {
        let job = Job(suggestion: suggestion, credentials: credentials)
        guard !isClosed, pending.count < Self.capacity else {
            return lost(suggestion, "too many wait")
        }
        pending[suggestion.suggestionID] = Pending(suggestion: suggestion)
        let lane = Self.lane(of: suggestion)
        if let worker = lanes[lane].idle.take() {
            worker.resume(returning: job)
        } else {
            lanes[lane].queue.append(job)
        }
        guard pending.count > easyCount else { return }
        await wait(for: slowingTime) { slowed.insert($0) }
    }

    /// Of these exchanges those that are not stored yet, in the same order.
    func unsettled(_ suggestionIDs: [String]) -> [Grimoire_V1_Suggestion] {
        suggestionIDs.compactMap { pending[$0]?.suggestion }
    }

    private static func lane(of suggestion: Grimoire_V1_Suggestion) -> Int {
        var hasher = Hasher()
        hasher.combine(suggestion.processID)
        // What belongs to no session need not be in order.
        hasher.combine(suggestion.sessionID.isEmpty ? suggestion.suggestionID : suggestion.sessionID)
        return Int(UInt(bitPattern: hasher.finalize()) % UInt(width))
    }

    /// Waits until an exchange is stored or given up, but not for long; not at all where it is not known here.
    func settled(_ suggestionID: String) async {
        guard pending[suggestionID] != nil else { return }
        await wait(for: Self.patience) { pending[suggestionID]?.waiters.append($0) }
    }

    /// Waits until the waiter that is noted down is resumed, or a time is over.
    private func wait(for patience: Duration, _ note: (UInt64) -> Void) async {
        nextWaiter += 1
        let number = nextWaiter
        note(number)
        await withCheckedContinuation { continuation in
            waiters[number] = continuation
            // One that has waited until then is passed over when its turn comes.
            _ = loop.schedule(after: patience) { self.assumeIsolated { $0.wake(number) } }
        }
    }

    private func wake(_ number: UInt64) {
        slowed.remove(number)
        waiters.removeValue(forKey: number)?.resume()
    }

    /// Brings them until ``close()``, and then what is still there.
    func run() async {
        await withTaskGroup { group in
            for lane in 0..<Self.width {
                group.addTask(executorPreference: loop.taskExecutor) {
                    while let job = await self.next(lane) { await self.bring(job) }
                }
            }
        }
    }

    /// Takes no more.
    func close() {
        isClosed = true
        for lane in lanes.indices { lanes[lane].idle.take()?.resume(returning: nil) }
    }

    private func next(_ lane: Int) async -> Job? {
        await withCheckedContinuation { continuation in
            if let job = lanes[lane].queue.popFirst() {
                continuation.resume(returning: job)
            } else if isClosed {
                continuation.resume(returning: nil)
            } else {
                lanes[lane].idle = continuation
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
        for waiter in pending.removeValue(forKey: job.suggestion.suggestionID)?.waiters ?? [] {
            wake(waiter)
        }
        guard pending.count <= easyCount else { return }
        for waiter in slowed { wake(waiter) }
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
