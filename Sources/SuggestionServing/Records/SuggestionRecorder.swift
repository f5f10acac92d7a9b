internal import CoreMetrics
internal import DequeModule
internal import EventLoop
internal import GRPCCore
internal import GrimoireAPI
internal import Logging
internal import ServiceKit
internal import Synchronization

/// Brings exchanges to process storage, behind the answers: who has got an answer, or has left, does not wait for it.
///
/// They are gathered for a moment, and those of one client's call brought together (``RecordingPlan``): records that come
/// one by one take time of those who wait for answers. Each batch is tried a few times; the same IDs make a repeated try
/// harmless. Where the queue is full, or storage stays away, the loss is logged. Who comes back to an exchange may wait for it (a
/// rating: ``settled(_:)``), or gets it from here (the next message of the session: ``unsettled(_:)``). Where answers come faster than
/// storage takes them, those who answer are slowed down before anything is lost.
actor SuggestionRecorder {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let records: ProcessRecords
    private let logger: Logger
    private let metrics: SuggestionMetrics

    private struct Inbox {
        /// What has not been taken over yet.
        var jobs: [RecordingJob] = []
        /// The loop will look, or looks when it has gathered enough.
        var isAwaited = false
        /// All that is not stored yet, by ID.
        var unsettled: [String: Grimoire_V1_Suggestion] = [:]
    }

    /// What has been submitted, from any thread: the way to the loop and back would be a good part of what it takes to answer.
    private let inbox = Mutex(Inbox())
    private var queue: Deque<RecordingJob> = []
    /// The worker, while it has nothing to do.
    private var idle: CheckedContinuation<Void, Never>?
    /// The worker, while it waits for more.
    private var gathering: CheckedContinuation<Void, Never>?
    private var gathers: UInt64 = 0
    /// Somebody waits for an exchange, which is not to wait for more.
    private var isUrgent = false
    /// Those in the queue or under way, by ID: who waits for them.
    private var pending: [String: [UInt64]] = [:]
    /// How many these are, with those that are on their way to the loop: for other threads.
    private let pendingCount = Atomic(0)
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
    /// How long more are waited for: until the first word of the next answer has come, where a client asks at once.
    private static let gatherTime: Duration = .milliseconds(20)
    /// How many are taken from the queue at once.
    private static let gatheredCount = 256
    /// How many batches are brought at once: few, since answers are waited for and records are not.
    private static let width = 2
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
    nonisolated func submit(_ suggestion: Grimoire_V1_Suggestion, _ credentials: Metadata) async {
        let job = RecordingJob(suggestion: suggestion, credentials: credentials)
        let count = pendingCount.add(1, ordering: .relaxed).newValue
        let mustSignal = inbox.withLock { inbox in
            inbox.jobs.append(job)
            inbox.unsettled[suggestion.suggestionID] = suggestion
            defer { inbox.isAwaited = true }
            return !inbox.isAwaited || inbox.jobs.count == Self.gatheredCount
        }
        if mustSignal { loop.execute { self.assumeIsolated { $0.takeOver() } } }
        if count > easyCount { await slowDown() }
    }

    private func slowDown() async {
        takeOver()
        guard pending.count > easyCount else { return }
        await wait(for: slowingTime) { slowed.insert($0) }
    }

    /// Takes over what has been submitted.
    private func takeOver() {
        let jobs = inbox.withLock { inbox in
            defer { inbox.jobs = [] }
            return inbox.jobs
        }
        for job in jobs { take(job) }
    }

    private func take(_ job: RecordingJob) {
        guard !isClosed, pending.count < Self.capacity else {
            pendingCount.subtract(1, ordering: .relaxed)
            inbox.withLock { _ = $0.unsettled.removeValue(forKey: job.suggestion.suggestionID) }
            return lost(job.suggestion, isClosed ? "the service has stopped" : "too many wait")
        }
        pending[job.suggestion.suggestionID] = []
        queue.append(job)
        idle.take()?.resume()
        if queue.count >= Self.gatheredCount { gathering.take()?.resume() }
    }

    /// Of these exchanges those that are not stored yet, in the same order. From any thread.
    nonisolated func unsettled(_ suggestionIDs: [String]) -> [Grimoire_V1_Suggestion] {
        inbox.withLock { inbox in suggestionIDs.compactMap { inbox.unsettled[$0] } }
    }

    /// Waits until an exchange is stored or given up, but not for long; not at all where it is not known here.
    func settled(_ suggestionID: String) async {
        takeOver()
        guard pending[suggestionID] != nil else { return }
        isUrgent = true
        gathering.take()?.resume()
        await wait(for: Self.patience) { pending[suggestionID]?.append($0) }
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
        // Otherwise each wait ends with a detour by a thread beside the loops.
        await withTaskExecutorPreference(loop.taskExecutor) { await bringAll() }
    }

    private func bringAll() async {
        while let jobs = await next() {
            for wave in RecordingPlan(jobs).waves { await bring(wave) }
        }
    }

    /// Takes no more.
    func close() {
        takeOver()
        isClosed = true
        idle.take()?.resume()
        gathering.take()?.resume()
    }

    /// What is brought next; nil where there is nothing any more.
    private func next() async -> [RecordingJob]? {
        takeOver()
        if queue.isEmpty, !isClosed { await withCheckedContinuation { rest(until: $0) } }
        if !isClosed, !isUrgent, queue.count < Self.gatheredCount { await gather() }
        takeOver()
        isUrgent = false
        guard !queue.isEmpty else {
            rest(until: nil)
            return nil
        }
        let jobs = Array(queue.prefix(Self.gatheredCount))
        queue.removeFirst(jobs.count)
        return jobs
    }

    /// From now on whoever submits wakes the loop up; who has done so a moment ago is taken over here.
    private func rest(until submitted: CheckedContinuation<Void, Never>?) {
        idle = submitted
        inbox.withLock { $0.isAwaited = false }
        takeOver()
    }

    private func gather() async {
        gathers += 1
        let number = gathers
        await withCheckedContinuation { gathered in
            gathering = gathered
            _ = loop.schedule(after: Self.gatherTime) { self.assumeIsolated { $0.endGathering(number) } }
        }
    }

    /// The time of one is over, which may have ended before.
    private func endGathering(_ number: UInt64) {
        guard number == gathers else { return }
        gathering.take()?.resume()
    }

    private func bring(_ wave: [[RecordingJob]]) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, batch) in wave.enumerated() {
                if index >= Self.width { await group.next() }
                group.addTask(executorPreference: loop.taskExecutor) { await self.bring(batch) }
            }
        }
    }

    /// Brings a batch, of one client's call.
    private func bring(_ batch: [RecordingJob]) async {
        var backoff = Backoff(
            firstNanoseconds: Self.firstPauseNanoseconds,
            lastNanoseconds: Self.lastPauseNanoseconds,
            seed: UInt64.random(in: 0 ... .max)
        )
        let suggestions = batch.map(\.suggestion)
        var failure = ""
        for attempt in 1...Self.tries {
            do {
                let results = try await records.record(suggestions, batch[0].credentials)
                guard results.count == suggestions.count else {
                    failure = "of \(suggestions.count) exchanges, \(results.count) were answered for"
                    break
                }
                for (suggestion, result) in zip(suggestions, results) where !result.failure.message.isEmpty {
                    lost(suggestion, result.failure.message)
                }
                return done(suggestions)
            } catch {
                failure = "\(error)"
                guard attempt < Self.tries, Self.mayMend(error),
                    (try? await loop.sleep(for: .nanoseconds(backoff.failed()))) != nil
                else { break }
            }
        }
        for suggestion in suggestions { lost(suggestion, failure) }
        done(suggestions)
    }

    private func done(_ suggestions: [Grimoire_V1_Suggestion]) {
        let ids = suggestions.map(\.suggestionID)
        inbox.withLock { inbox in
            for id in ids { inbox.unsettled.removeValue(forKey: id) }
        }
        for id in ids {
            for waiter in pending.removeValue(forKey: id) ?? [] { wake(waiter) }
        }
        pendingCount.subtract(suggestions.count, ordering: .relaxed)
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
