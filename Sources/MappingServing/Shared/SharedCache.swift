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
    /// Touched on the loop only, where nobody holds it up.
    private let clock = Mutex(RedisClock())

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
        guard !key.isLatest, !Self.has(key, cache) else { return findHead(key, beside: cache, callBack) }
        send([Self.command(forHeadAnd: key)]) { callBack(self.found(in: $0?[0], about: key)) }
    }

    private func found(in pair: RedisValue?, about key: MappingKey) -> Found {
        guard let values = try? pair?.elements(), values.count == 2 else { return Found() }
        return Found(head: head(in: values[0], of: key.process), answer: Self.answer(in: values[1], to: key))
    }

    /// The head first: it says which answer is asked for, and whether one is.
    private func findHead(
        _ key: MappingKey,
        beside cache: MappingCache,
        _ callBack: @escaping @Sendable (Found) -> Void
    ) {
        send([.get(RedisArgument(key.process.headKey))]) { [self] values in
            let head = values.flatMap { self.head(in: $0[0], of: key.process) }
            guard key.isLatest, let latest = head?.latest, !Self.has(key.at(latest), cache) else {
                return callBack(Found(head: head))
            }
            let wanted = key.at(latest)
            send([.get(RedisArgument(wanted.sharedKey))]) { values in
                callBack(Found(head: head, answer: values.flatMap { Self.answer(in: $0[0], to: wanted) }))
            }
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
        var commands: [RedisCommand] = []
        for key in keys {
            commands.append(.get(RedisArgument(key.process.headKey)))
            if !key.isLatest { commands.append(.get(RedisArgument(key.sharedKey))) }
        }
        let answers = await withCheckedContinuation { continuation in
            send(commands) { continuation.resume(returning: $0) }
        }
        guard let values = answers else { return keys.map { _ in Found() } }
        var place = 0
        return keys.map { key in
            var found = Found()
            found.head = head(in: values[place], of: key.process)
            if !key.isLatest { found.answer = Self.answer(in: values[place + 1], to: key) }
            place += key.isLatest ? 1 : 2
            return found
        }
    }

    /// Both values of a process whose keys lie on one server, in a cluster too: the hottest question, without strings.
    private static func command(forHeadAnd key: MappingKey) -> RedisCommand {
        let (start, head, answer) = (ProcessKey.keyStartBytes, ProcessKey.headName, key.sharedName)
        let capacity = 2 * start + head.utf8.count + answer.utf8.count
        return RedisCommand("MGET", arguments: 2, capacity: capacity) { command in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { text in
                key.process.writeKeyStart(to: text)
                for name in [head, answer] {
                    var end = start
                    for byte in name.utf8 {
                        text[end] = byte
                        end += 1
                    }
                    command.append(UnsafeBufferPointer(rebasing: text[..<end]))
                }
            }
        }
    }

    private func head(in value: RedisValue, of process: ProcessKey) -> ProcessHead? {
        guard let bytes = try? value.bytes() else { return nil }
        let clock = clock.withLock { $0 }
        return SharedHead.decode(bytes, of: process, clock, now: loop.uptimeNanoseconds)
    }

    private static func answer(in value: RedisValue, to key: MappingKey) -> StoredAnswer? {
        guard let bytes = try? value.bytes() else { return nil }
        return SharedValue.decode(bytes, to: key)
    }

    /// Puts an answer and a head there, for others. Nobody waits for it. On the loop only.
    func share(_ answer: StoredAnswer?, for key: MappingKey, _ head: ProcessHead) {
        var commands: [RedisCommand] = []
        if let answer {
            let key = key.at(answer.version)
            let spread = Self.answerLifetimeMilliseconds / 10
            let lifetime = Self.answerLifetimeMilliseconds + Int.random(in: -spread...spread)
            commands.append(
                .set(
                    RedisArgument(key.sharedKey),
                    RedisArgument(SharedValue.encode(answer, to: key)),
                    expiry: .milliseconds(lifetime)
                )
            )
        }
        let now = loop.uptimeNanoseconds
        let clock = clock.withLock { $0 }
        if let value = SharedHead.encode(head, of: key.process, clock, now: now),
            let left = SharedHead.expiry(of: head, now: now)
        {
            let headKey = RedisArgument(key.process.headKey)
            commands.append(.set(headKey, RedisArgument(value), expiry: .milliseconds(left)))
        }
        guard !commands.isEmpty, !isResting, let redis else { return }
        redis.sendOnLoop(commands, timeout: Self.patience) { _ in }
    }

    private var isResting: Bool {
        loop.uptimeNanoseconds < restsUntil.load(ordering: .relaxed)
    }

    /// Whether asking may be worth a try: there is a Redis, and it answered when it was asked last.
    var canBeAsked: Bool { !isResting && redis?.isUp == true }

    /// On the loop only, where it also calls back, once: with nil where Redis does not answer. Now and then it asks what time it is
    /// there as well.
    private func send(_ commands: [RedisCommand], _ callBack: @escaping @Sendable ([RedisValue]?) -> Void) {
        guard !isResting, let redis else { return callBack(nil) }
        let askedAt = loop.uptimeNanoseconds
        let asksTime = clock.withLock { $0.isToBeAsked(now: askedAt) }
        redis.sendOnLoop(asksTime ? commands + [RedisClock.question] : commands, timeout: Self.patience) {
            [self] result in
            switch result {
            case .success(let values):
                if asksTime {
                    let now = monotonicNanoseconds()
                    clock.withLock { $0.learn(values[commands.count], askedAt: askedAt, now: now) }
                }
                callBack(values)
            case .failure(let error):
                if error.code == .timedOut {
                    restsUntil.store(loop.uptimeNanoseconds + Self.rest, ordering: .relaxed)
                }
                callBack(nil)
            }
        }
    }
}
