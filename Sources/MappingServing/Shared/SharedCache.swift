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
    /// question is for the latest. What is in memory is not asked for.
    func find(_ key: MappingKey, beside cache: isolated MappingCache) async -> Found {
        let now = loop.uptimeNanoseconds
        let headKey = key.process.headKey
        var commands = Self.commands(forHead: headKey)
        let asks = !key.isLatest && cache.answer(key) == nil
        let sharedKey = asks ? key.sharedKey : ""
        if asks { commands.append(.get(RedisArgument(sharedKey))) }
        guard let values = await send(commands, beside: cache) else { return Found() }
        var found = Found()
        found.head = Self.head(in: values[0], lifetime: values[1], headKey, now)
        if asks {
            found.answer = Self.answer(in: values[2], sharedKey, key.version)
        } else if key.isLatest, let latest = found.head?.latest, cache.answer(key.at(latest)) == nil {
            let sharedKey = key.at(latest).sharedKey
            if let values = await send([.get(RedisArgument(sharedKey))], beside: cache) {
                found.answer = Self.answer(in: values[0], sharedKey, latest)
            }
        }
        return found
    }

    /// What memory and Redis say together.
    func settle(_ key: MappingKey, in cache: isolated MappingCache) async -> MappingMemory.Settled {
        cache.settle(key, await find(key, beside: cache))
    }

    /// The answers of several versions, and the heads of their processes, in one round trip.
    func find(all keys: [MappingKey], beside cache: isolated MappingCache) async -> [Found] {
        let now = loop.uptimeNanoseconds
        var commands: [RedisCommand] = []
        for key in keys {
            commands += Self.commands(forHead: key.process.headKey)
            if !key.isLatest { commands.append(.get(RedisArgument(key.sharedKey))) }
        }
        guard let values = await send(commands, beside: cache) else { return keys.map { _ in Found() } }
        var place = 0
        return keys.map { key in
            var found = Found()
            found.head = Self.head(in: values[place], lifetime: values[place + 1], key.process.headKey, now)
            if !key.isLatest {
                found.answer = Self.answer(in: values[place + 2], key.sharedKey, key.version)
            }
            place += key.isLatest ? 2 : 3
            return found
        }
    }

    private static func commands(forHead key: String) -> [RedisCommand] {
        let key = RedisArgument(key)
        return [.get(key), RedisCommand("PTTL", [key])]
    }

    private static func head(
        in value: RedisValue,
        lifetime: RedisValue,
        _ key: String,
        _ now: Int64
    ) -> ProcessHead? {
        guard let bytes = try? value.bytes(), let left = try? lifetime.integer() else { return nil }
        return SharedHead.decode(bytes, key: key, left: left, now: now)
    }

    private static func answer(in value: RedisValue, _ key: String, _ version: Int32) -> StoredAnswer? {
        guard let bytes = try? value.bytes() else { return nil }
        return SharedValue.decode(bytes, key: key, version: version)
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

    /// Whether asking may be worth a try: there is a Redis, and it answered when it was asked last.
    var canBeAsked: Bool { !isResting && redis?.isUp == true }

    private func send(
        _ commands: [RedisCommand],
        beside cache: isolated MappingCache
    ) async -> [RedisValue]? {
        guard !isResting, let redis else { return nil }
        let result = await withCheckedContinuation { continuation in
            redis.sendOnLoop(commands, timeout: Self.patience) { continuation.resume(returning: $0) }
        }
        switch result {
        case .success(let values): return values
        case .failure(let error):
            if error.code == .timedOut {
                restsUntil.store(loop.uptimeNanoseconds + Self.rest, ordering: .relaxed)
            }
            return nil
        }
    }
}
