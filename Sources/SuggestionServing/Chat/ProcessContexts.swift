internal import EventLoop
internal import FoundationEssentials
internal import ServiceKit
internal import Synchronization

/// Contexts of processes, kept for a while: figures of runs and ratings cost process storage milliseconds, and a prompt does not need
/// them to the second.
///
/// One that is `freshTime` old is read anew behind the answer that used it, and none is used that is `lifetime` old; a new version has
/// another key, and a rating that is made here is seen at once (``forget(_:)``). Several who ask for one at once read it once. Keys hold
/// the organization: no other one's context is ever found.
actor ProcessContexts: FlightWaiting {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    struct Key: Hashable, Sendable {
        let organization: UUID
        let process: UUID
        let version: Int32
        let contentHash: String
    }

    /// What becomes of one who needs a context.
    enum Claim: Sendable {
        case ready(ProcessContext)
        /// It is to be read now, and ``ProcessContexts/settle(_:with:readSince:)`` to be called in any case.
        case absent
    }

    private struct Kept {
        let context: ProcessContext
        let readAt: Int64
    }

    private struct Memory {
        var kept: ByteCache<Key, Kept>
        /// When an organization's were last forgotten: what was read, or was being read, then is not used again.
        var forgottenAt: [UUID: Int64] = [:]
        /// When those of all organizations were.
        var allForgottenAt = Int64.min

        func isForgotten(_ key: Key, readSince begunAt: Int64) -> Bool {
            max(forgottenAt[key.organization] ?? .min, allForgottenAt) >= begunAt
        }
    }

    private let freshTime: Duration
    private let lifetime: Duration
    /// Read from any thread: what is known already is given without a way to the loop and back.
    private let memory: Mutex<Memory>
    var flights = FlightTable<Key, UInt64>()
    var waiters: [UInt64: CheckedContinuation<Claim?, Never>] = [:]
    private var nextWaiter: UInt64 = 0
    /// Those that are read anew now.
    private var renewals: Set<Key> = []

    /// How much is kept, in bytes.
    static let usualBytes = 32 << 20
    /// From when on one is read anew.
    static let usualFreshTime: Duration = .seconds(5)
    /// How old one that is used may be.
    static let usualLifetime: Duration = .seconds(60)
    /// How many organizations' forgetting is remembered; beyond that, everything is forgotten at once.
    private static let maxForgotten = 1_024

    init(
        bytes: Int = usualBytes,
        freshTime: Duration = usualFreshTime,
        lifetime: Duration = usualLifetime,
        loop: EventLoop
    ) {
        memory = Mutex(Memory(kept: ByteCache(limit: bytes)))
        self.freshTime = freshTime
        self.lifetime = lifetime
        self.loop = loop
    }

    /// Looks for a context. Where there is none, the one who asks first reads it, and others wait for it.
    ///
    /// - Throws: `CancellationError` where the task is cancelled while it waits.
    nonisolated func claim(_ key: Key) async throws -> Claim {
        if let context = remembered(key) { return .ready(context) }
        return try await claimUnlessKnown(key)
    }

    private func claimUnlessKnown(_ key: Key) async throws -> Claim {
        if let context = remembered(key) { return .ready(context) }
        nextWaiter += 1
        let number = nextWaiter
        if flights.join(key, number) { return .absent }
        guard let claim = await wait(key, number) else { throw CancellationError() }
        return claim
    }

    /// One in memory that may be used, from any thread.
    private nonisolated func remembered(_ key: Key) -> ProcessContext? {
        let now = monotonicNanoseconds()
        return memory.withLock { memory in
            guard let kept = memory.kept.value(key) else { return nil }
            guard kept.readAt + lifetime.nanoseconds > now, !memory.isForgotten(key, readSince: kept.readAt)
            else {
                memory.kept.remove(key)
                return nil
            }
            return kept.context
        }
    }

    /// It has been read, or could not be: then the next who waits is to read it.
    ///
    /// - Parameter begunAt: ``now`` from before the reading began.
    func settle(_ key: Key, with context: ProcessContext?, readSince begunAt: Int64) {
        guard let context else {
            if let next = flights.failed(key) { wake(next, .absent) }
            return
        }
        keep(context, for: key, readSince: begunAt)
        for waiter in flights.landed(key) { wake(waiter, .ready(context)) }
    }

    /// The time, for ``settle(_:with:readSince:)``, from any thread: what is read begins elsewhere, and the loop's own time is that of its
    /// last turn.
    nonisolated var now: Int64 { monotonicNanoseconds() }

    /// A context that is no longer fresh, for one who will read it anew, and then call ``renewed(_:with:readSince:)`` in any case; nil
    /// where nobody needs to.
    func renew(_ key: Key) -> ProcessContext? {
        guard let kept = memory.withLock({ $0.kept.peek(key) }),
            kept.readAt + freshTime.nanoseconds <= loop.uptimeNanoseconds,
            renewals.insert(key).inserted
        else { return nil }
        return kept.context
    }

    /// It has been read anew, or could not be.
    func renewed(_ key: Key, with context: ProcessContext?, readSince begunAt: Int64) {
        renewals.remove(key)
        if let context { keep(context, for: key, readSince: begunAt) }
    }

    /// Something has been rated in an organization: its contexts are to be read anew before they are used again.
    func forget(_ organization: UUID) {
        memory.withLock { memory in
            if memory.forgottenAt.count >= Self.maxForgotten {
                memory.forgottenAt = [:]
                memory.allForgottenAt = now
            }
            memory.forgottenAt[organization] = now
        }
    }

    private func keep(_ context: ProcessContext, for key: Key, readSince begunAt: Int64) {
        memory.withLock { memory in
            guard !memory.isForgotten(key, readSince: begunAt) else { return }
            memory.kept.insert(Kept(context: context, readAt: begunAt), for: key, bytes: context.byteCount)
        }
    }
}
