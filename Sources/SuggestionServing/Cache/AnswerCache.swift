internal import EventLoop
internal import Redis
internal import ServiceKit
internal import Synchronization

/// Answers by what was asked, in memory and in Redis: an equal question gets them again, and several that ask at once ask the
/// model once.
///
/// Keys hold the organization: no other one's answer is ever found. Where Redis is away, slow or wrong, nothing is there.
actor AnswerCache: FlightWaiting {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// What becomes of a question.
    enum Claim: Sendable {
        /// It has been answered.
        case answered(CachedAnswer)
        /// It is to be answered now, and ``AnswerCache/settle(_:with:)`` to be called in any case.
        case unanswered
    }

    private struct Kept {
        let answer: CachedAnswer
        let expiry: Int64
    }

    private let lifetime: Duration
    private let redis: RedisClient?
    /// Read from any thread: what is known already is given without a way to the loop and back.
    private let memory: Mutex<ByteCache<String, Kept>>
    var flights = FlightTable<String, UInt64>()
    var waiters: [UInt64: CheckedContinuation<Claim?, Never>] = [:]
    private var nextWaiter: UInt64 = 0
    /// How long Redis may take: much less than the model does.
    private static let patience: Duration = .milliseconds(250)
    private static let keyPrefix = "grimoire:suggestions:answer:v1:"

    /// - Parameter redis: A client of the same loop; nil where there is no Redis.
    init(_ limits: CacheLimits, redis: RedisClient?, loop: EventLoop) {
        lifetime = limits.lifetime
        self.redis = redis
        self.loop = loop
        memory = Mutex(ByteCache(limit: limits.bytes))
    }

    /// Looks for an answer. Where there is none, the one who asks first answers, and others wait for it.
    ///
    /// - Throws: `CancellationError` where the task is cancelled while it waits.
    nonisolated func claim(_ key: String) async throws -> Claim {
        if let answer = remembered(key) { return .answered(answer) }
        return try await claimUnlessKnown(key)
    }

    private func claimUnlessKnown(_ key: String) async throws -> Claim {
        if let answer = remembered(key) { return .answered(answer) }
        nextWaiter += 1
        let number = nextWaiter
        if !flights.join(key, number) {
            guard let claim = await wait(key, number) else { throw CancellationError() }
            return claim
        }
        guard let answer = await shared(key) else { return .unanswered }
        land(key, answer)
        return .answered(answer)
    }

    /// The question has been answered, or not.
    ///
    /// - Parameter answer: Nil where there is none that others may have.
    func settle(_ key: String, with answer: CachedAnswer?) {
        guard let answer else {
            if let next = flights.failed(key) { wake(next, .unanswered) }
            return
        }
        land(key, answer)
        share(key, answer)
    }

    /// An answer in memory, without waiting, from any thread.
    nonisolated func remembered(_ key: String) -> CachedAnswer? {
        let now = monotonicNanoseconds()
        return memory.withLock { memory in
            guard let kept = memory.value(key) else { return nil }
            guard kept.expiry > now else {
                memory.remove(key)
                return nil
            }
            return kept.answer
        }
    }

    /// Bytes in memory.
    nonisolated var byteCount: Int { memory.withLock { $0.bytes } }

    private func land(_ key: String, _ answer: CachedAnswer) {
        let kept = Kept(answer: answer, expiry: deadline(lifetime, after: loop.uptimeNanoseconds))
        memory.withLock { $0.insert(kept, for: key, bytes: answer.byteCount + key.utf8.count) }
        for waiter in flights.landed(key) { wake(waiter, .answered(answer)) }
    }

    // MARK: Redis

    private func shared(_ key: String) async -> CachedAnswer? {
        guard let redis, redis.isUp else { return nil }
        let name = Self.keyPrefix + key
        guard let value = try? await redis.get(RedisArgument(name), timeout: Self.patience) else {
            return nil
        }
        return CachedAnswer(value, key: name)
    }

    /// Puts an answer there for others. Nobody waits for it.
    private func share(_ key: String, _ answer: CachedAnswer) {
        guard let redis, redis.isUp else { return }
        let name = Self.keyPrefix + key
        let value = answer.encoded(key: name)
        // Give or take a tenth, so that what was written together does not go together.
        let milliseconds = Int(lifetime.nanoseconds / 1_000_000)
        let spread = milliseconds / 10
        let expiry = Duration.milliseconds(milliseconds + Int.random(in: -spread...spread))
        let command = RedisCommand.set(RedisArgument(name), RedisArgument(value), expiry: expiry)
        redis.sendOnLoop([command], timeout: Self.patience) { _ in }
    }
}
