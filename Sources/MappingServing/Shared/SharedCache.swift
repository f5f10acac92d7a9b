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
    /// question is for the latest. What is in memory is not asked for. On the loop only, where it also calls back, once: at once
    /// where Redis cannot be asked.
    func find(
        _ key: MappingKey,
        beside cache: MappingCache,
        _ callBack: @escaping @Sendable (Found) -> Void
    ) {
        let now = loop.uptimeNanoseconds
        let headKey = key.process.headKey
        guard !key.isLatest, !Self.has(key, cache) else {
            return send(Self.commands(forHead: headKey)) { values in
                let head = values.flatMap { Self.head(in: $0[0], lifetime: $0[1], headKey, now) }
                guard key.isLatest, let latest = head?.latest, !Self.has(key.at(latest), cache) else {
                    return callBack(Found(head: head))
                }
                let sharedKey = key.at(latest).sharedKey
                self.send([.get(RedisArgument(sharedKey))]) { values in
                    let answer = values.flatMap { Self.answer(in: $0[0], sharedKey, latest) }
                    callBack(Found(head: head, answer: answer))
                }
            }
        }
        let sharedKey = key.sharedKey
        let keys = [RedisArgument(headKey), RedisArgument(sharedKey)]
        send([.mget(keys), Self.lifetime(of: headKey)]) { values in
            guard let values, let pair = try? values[0].elements(), pair.count == keys.count else {
                return callBack(Found())
            }
            callBack(
                Found(
                    head: Self.head(in: pair[0], lifetime: values[1], headKey, now),
                    answer: Self.answer(in: pair[1], sharedKey, key.version)
                )
            )
        }
    }

    /// The same for who can wait.
    func find(_ key: MappingKey, beside cache: isolated MappingCache) async -> Found {
        await withCheckedContinuation { continuation in
            find(key, beside: cache) { continuation.resume(returning: $0) }
        }
    }

    private static func has(_ key: MappingKey, _ cache: MappingCache) -> Bool {
        cache.assumeOnLoop { $0.answer(key) != nil }
    }

    /// The answers of several versions, and the heads of their processes, in one round trip.
    func find(all keys: [MappingKey], beside cache: isolated MappingCache) async -> [Found] {
        let now = loop.uptimeNanoseconds
        var commands: [RedisCommand] = []
        for key in keys {
            commands += Self.commands(forHead: key.process.headKey)
            if !key.isLatest { commands.append(.get(RedisArgument(key.sharedKey))) }
        }
        let answers = await withCheckedContinuation { continuation in
            send(commands) { continuation.resume(returning: $0) }
        }
        guard let values = answers else { return keys.map { _ in Found() } }
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
        [.get(RedisArgument(key)), lifetime(of: key)]
    }

    private static func lifetime(of key: String) -> RedisCommand {
        RedisCommand("PTTL", [RedisArgument(key)])
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

    /// On the loop only, where it also calls back, once: with nil where Redis does not answer.
    private func send(_ commands: [RedisCommand], _ callBack: @escaping @Sendable ([RedisValue]?) -> Void) {
        guard !isResting, let redis else { return callBack(nil) }
        redis.sendOnLoop(commands, timeout: Self.patience) { result in
            switch result {
            case .success(let values): callBack(values)
            case .failure(let error):
                if error.code == .timedOut {
                    self.restsUntil.store(self.loop.uptimeNanoseconds + Self.rest, ordering: .relaxed)
                }
                callBack(nil)
            }
        }
    }
}
