internal import CoreMetrics
internal import DequeModule
internal import EventLoop
internal import FoundationEssentials
internal import GRPCCore
internal import Logging
internal import ServiceLifecycle
internal import Synchronization

/// Brings a record of every call to an `AuditSink`, in batches, behind the calls.
///
/// No call waits for it. Records are gathered for a moment, so that a busy service gives hundreds at once, and wait in
/// a queue of `capacity`; while the sink fails they are tried again, with growing pauses. **Overflow**: a record that finds the queue full is written to the log at error, with all its fields, and
/// counted (`grimoire_audit_overflow_total`): it is late for the audit, never lost without a trace. The same becomes of
/// records that the sink still refuses when the service stops.
///
/// What must not be done without being audited, the handler audits itself in the same transaction, and says so with
/// ``Call/wasAudited()``.
final class AuditTrail: CallObserver {
    /// How many records the sink is given at once.
    static let maxBatch = 500
    /// How often a stopping service tries again.
    private static let lastTries = 3
    /// How long records are gathered before the sink gets them.
    private static let gathering: Duration = .milliseconds(50)
    private static let firstPause: Duration = .milliseconds(100)
    private static let longestPause: Duration = .seconds(5)

    private let sink: any AuditSink
    private let audited: Set<ServiceDescriptor>
    private let capacity: Int
    private let logger: Logger
    private let overflow: Counter
    private let queue = Mutex(Deque<AuditRecord>())
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - sink: Where records go.
    ///   - audited: The services whose calls are audited. Health and reflection are not.
    ///   - capacity: How many records may wait.
    init(
        sink: any AuditSink,
        audited: Set<ServiceDescriptor>,
        capacity: Int = 20_000,
        logger: Logger,
        metrics: any MetricsFactory
    ) {
        self.sink = sink
        self.audited = audited
        self.capacity = capacity
        self.logger = logger
        overflow = Counter(label: "grimoire_audit_overflow_total", factory: metrics)
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func began(_ method: MethodDescriptor) {}

    func ended(_ call: CallRecord) {
        guard !call.isAudited, audited.contains(call.method.service) else { return }
        let record = AuditRecord(
            time: .now,
            userID: call.caller?.userID,
            organizationID: call.caller?.organizationID,
            method: call.method.method,
            outcome: call.code.name,
            processID: call.processID,
            versionNumber: call.versionNumber,
            traceID: call.trace.traceID,
            duration: call.duration
        )
        append(record)
    }

    /// Takes a record of calls that have ended.
    func append(_ record: AuditRecord) {
        let (isTaken, wasEmpty) = queue.withLock { queue in
            guard queue.count < capacity else { return (false, false) }
            queue.append(record)
            return (true, queue.count == 1)
        }
        if wasEmpty { wakeUp.yield() }
        if !isTaken {
            overflow.increment()
            give(up: record)
        }
    }

    /// Brings records to the sink until a graceful shutdown, then those that are left.
    func run(_ threads: Transport.Threads) async {
        let loop = threads.loops.next()
        // On a loop, where a sink that has its connections on loops need not change threads for each batch.
        await withTaskExecutorPreference(loop.taskExecutor) {
            await cancelWhenGracefulShutdown { await self.bringRecords(loop) }
            await storeTheRest(loop)
        }
    }

    private func bringRecords(_ loop: EventLoop) async {
        for await _ in wakeUps {
            try? await loop.sleep(for: Self.gathering)
            var pause = Self.firstPause
            while !Task.isCancelled, let batch = next() {
                if await store(batch) {
                    pause = Self.firstPause
                } else {
                    try? await loop.sleep(for: pause)
                    pause = min(pause * 2, Self.longestPause)
                }
            }
        }
    }

    private func storeTheRest(_ loop: EventLoop) async {
        var tries = Self.lastTries
        while let batch = next() {
            if await store(batch) { continue }
            tries -= 1
            guard tries > 0 else { break }
            try? await loop.sleep(for: Self.firstPause)
        }
        for record in queue.withLock({ queue in Array(queue) }) { give(up: record) }
        queue.withLock { $0.removeAll() }
    }

    private func next() -> [AuditRecord]? {
        let batch = queue.withLock { Array($0.prefix(Self.maxBatch)) }
        return batch.isEmpty ? nil : batch
    }

    /// Records stay in the queue until the sink has them, so that what waits is never more than `capacity`.
    private func store(_ batch: [AuditRecord]) async -> Bool {
        do {
            try await sink.store(batch)
            queue.withLock { $0.removeFirst(batch.count) }
            return true
        } catch {
            logger.warning(
                "Audit records could not be stored; they are tried again",
                metadata: [LogKey.count: "\(batch.count)", LogKey.cause: "\(error)"]
            )
            return false
        }
    }

    private func give(up record: AuditRecord) {
        LogAuditSink.write(record, "An operation that could not be audited", to: logger, level: .error)
    }
}
