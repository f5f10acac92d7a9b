internal import EventLoop
internal import Redis
internal import ServiceKit
internal import Synchronization

/// What all replicas keep together in Redis, as one loop sees it. All of it is derived: where Redis is away, slow or wrong,
/// nothing is there.
final class SharedCache: Sendable {
    /// How long Redis may take. Asking grimoire-processes takes about as long.
    private static let patience: Duration = .milliseconds(250)
    /// How long a Redis that did not answer in time is left alone.
    private static let rest: Int64 = 1_000_000_000
    /// How long an answer is kept, give or take a tenth, so that what was written together does not go together.
    private static let answerLifetimeMilliseconds = 24 * 3_600_000

    private let redis: RedisClient?
    private let loop: EventLoop
    private let restsUntil = Atomic<Int64>(.min)

    /// - Parameter redis: The loop's client; nil where there is no Redis.
    init(redis: RedisClient?, loop: EventLoop) {
        self.redis = redis
        self.loop = loop
    }

    /// What is there about a question.
    struct Found: Sendable {
        var head: ProcessHead?
        var answer: StoredAnswer?
    }

    /// Looks for an answer and for what is known of its process. For the latest version of which anything is known, where the
    /// question is for the latest.
    ///
    /// - Parameter isKnown: The answer is in memory: only the head is wanted.
    func find(_ key: MappingKey, isKnown: (Int32) async -> Bool) async -> Found {
        let now = loop.uptimeNanoseconds
        let headKey = RedisArgument(key.process.headKey)
        var commands: [RedisCommand] = [.get(headKey), RedisCommand("PTTL", [headKey])]
        var asked: Int32?
        if !key.isLatest, await !isKnown(key.version) {
            asked = key.version
            commands.append(.get(RedisArgument(key.sharedKey)))
        }
        guard let values = await send(commands) else { return Found() }
        var found = Found()
        if let value = try? values[0].bytes(), let left = try? values[1].integer() {
            found.head = SharedHead.decode(value, key: key.process.headKey, left: left, now: now)
        }
        if let asked {
            found.answer = answer(in: values[2], key.at(asked))
        } else if key.isLatest, let latest = found.head?.latest, await !isKnown(latest),
            let values = await send([.get(RedisArgument(key.at(latest).sharedKey))])
        {
            found.answer = answer(in: values[0], key.at(latest))
        }
        return found
    }

    /// The answers of several versions, and the heads of their processes, in one round trip.
    func find(all keys: [MappingKey]) async -> [Found] {
        let now = loop.uptimeNanoseconds
        var commands: [RedisCommand] = []
        for key in keys {
            let headKey = RedisArgument(key.process.headKey)
            commands += [.get(headKey), RedisCommand("PTTL", [headKey])]
            if !key.isLatest { commands.append(.get(RedisArgument(key.sharedKey))) }
        }
        guard let values = await send(commands) else { return keys.map { _ in Found() } }
        var place = 0
        return keys.map { key in
            var found = Found()
            if let value = try? values[place].bytes(), let left = try? values[place + 1].integer() {
                found.head = SharedHead.decode(value, key: key.process.headKey, left: left, now: now)
            }
            if !key.isLatest { found.answer = answer(in: values[place + 2], key) }
            place += key.isLatest ? 2 : 3
            return found
        }
    }

    private func answer(in value: RedisValue, _ key: MappingKey) -> StoredAnswer? {
        guard let bytes = try? value.bytes() else { return nil }
        return SharedValue.decode(bytes, key: key.sharedKey, version: key.version)
    }

    /// Puts an answer and a head there, for others. Nobody waits for it. On the loop only.
    func share(_ answer: StoredAnswer?, for key: MappingKey, _ head: ProcessHead) {
        var commands: [RedisCommand] = []
        if let answer {
            let sharedKey = key.at(answer.version).sharedKey
            let spread = Self.answerLifetimeMilliseconds / 10
            let lifetime = Self.answerLifetimeMilliseconds + Int.random(in: -spread...spread)
            commands.append(
                .set(
                    RedisArgument(sharedKey),
                    RedisArgument(SharedValue.encode(answer, key: sharedKey)),
                    expiry: .milliseconds(lifetime)
                )
            )
        }
        let now = loop.uptimeNanoseconds
        let headKey = key.process.headKey
        if let value = SharedHead.encode(head, key: headKey, now: now),
            let left = SharedHead.expiry(of: head, now: now)
        {
            commands.append(.set(RedisArgument(headKey), RedisArgument(value), expiry: .milliseconds(left)))
        }
        guard !commands.isEmpty, !isResting, let redis else { return }
        redis.sendOnLoop(commands, timeout: Self.patience) { _ in }
    }

    private var isResting: Bool {
        loop.uptimeNanoseconds < restsUntil.load(ordering: .relaxed)
    }

    private func send(_ commands: [RedisCommand]) async -> [RedisValue]? {
        guard !isResting, let redis else { return nil }
        do throws(RedisError) {
            return try await redis.pipeline(commands, timeout: Self.patience)
        } catch {
            if error.code == .timedOut {
                restsUntil.store(loop.uptimeNanoseconds + Self.rest, ordering: .relaxed)
            }
            return nil
        }
    }
}
