internal import EventLoop
internal import FoundationEssentials
internal import Redis
internal import ServiceKit
internal import Synchronization

/// What all replicas keep together in Redis of versions and their processes, as one loop sees it. All of it is derived: where
/// Redis is away, slow or wrong, nothing is there.
///
/// A version never changes and is kept for a day. What is known of its process is believed for as long as in memory, counted
/// from when the database was asked, by Redis' own clock (`RedisClock`): a Redis that was held up does not make old news new,
/// and replicas need not agree on the time.
final class SharedVersions: Sendable {
    /// How long Redis may take.
    private static let patience: Duration = .milliseconds(100)
    /// How long a Redis that did not answer in time is left alone, in nanoseconds.
    private static let rest: Int64 = 1_000_000_000
    /// How long a version is kept, give or take a tenth, so that what was written together does not go together.
    private static let versionMilliseconds = 24 * 3_600_000
    /// The largest version that is kept there.
    static let maxBytes = 1 << 20

    private let redis: RedisClient
    private let seal: SharedSeal
    private let restsUntil = Atomic<Int64>(.min)
    /// Touched on the loop only, where nobody holds it up.
    private let clock = Mutex(RedisClock())

    /// - Parameters:
    ///   - redis: The loop's client.
    ///   - seal: What values are believed by.
    init(redis: RedisClient, seal: SharedSeal) {
        self.redis = redis
        self.seal = seal
    }

    /// A version with what is known of its process; both are in memory then. Nil where one of them has to be read.
    func find(_ key: VersionCache.Key, beside cache: isolated VersionCache) async -> VersionAnswer? {
        guard canBeAsked else { return nil }
        let names = Names(key)
        let known = cache.version(key)
        var wanted = [RedisArgument(names.head)]
        if known == nil { wanted.append(RedisArgument(names.version)) }
        guard let values = await get(wanted), let (head, age) = self.head(in: values[0], names.head) else {
            return nil
        }
        let readAt = ContinuousClock.now - age
        // What this replica has written since is not in it.
        if let forgottenAt = cache.forgottenAt, readAt <= forgottenAt { return nil }
        let answer =
            known?.with(head)
            ?? version(in: values[1], names.version, key.version).map { VersionAnswer($0, head: head) }
        if let answer { cache.keep(answer, head, for: key, readAt: readAt) }
        return answer
    }

    /// Puts what was read from the database there, for others. Nobody waits for it.
    ///
    /// - Parameters:
    ///   - version: Nil where it was not read.
    ///   - readAt: From before the reading began.
    func share(
        _ version: EncodedVersion?,
        _ head: EncodedHead,
        for key: VersionCache.Key,
        readAt: ContinuousClock.Instant,
        beside cache: isolated VersionCache
    ) {
        guard canBeAsked else { return }
        let names = Names(key)
        var commands: [RedisCommand] = []
        let age = readAt.duration(to: .now)
        let now = redis.loop.uptimeNanoseconds
        if age < VersionCache.headLifetime,
            let time = clock.withLock({ $0.earliest(at: now - Int64(age / .nanoseconds(1)), now: now) })
        {
            let value = seal.sealed(SharedVersionForm.encode(head, readAt: time), key: names.head)
            commands.append(
                .set(
                    RedisArgument(names.head),
                    RedisArgument(value),
                    expiry: .milliseconds(Int((VersionCache.headLifetime - age) / .milliseconds(1)) + 1)
                )
            )
        }
        if let version, version.writer.bytes.count <= Self.maxBytes {
            let spread = Self.versionMilliseconds / 10
            let value = seal.sealed(SharedVersionForm.encode(version), key: names.version)
            commands.append(
                .set(
                    RedisArgument(names.version),
                    RedisArgument(value),
                    expiry: .milliseconds(Self.versionMilliseconds + Int.random(in: -spread...spread))
                )
            )
        }
        guard !commands.isEmpty else { return }
        redis.sendOnLoop(commands, timeout: Self.patience) { _ in }
    }

    /// Where it lies.
    private struct Names {
        let version: String
        let head: String

        init(_ key: VersionCache.Key) {
            let process = ProcessChange(organization: key.organization, process: key.process)
            version = process.versionKey(key.version)
            head = process.detailsKey
        }
    }

    private func version(in value: RedisValue, _ name: String, _ number: Int32) -> EncodedVersion? {
        guard let bytes = try? value.bytes(), let body = seal.opened(bytes, key: name) else { return nil }
        return SharedVersionForm.version(body, number: number)
    }

    /// With its age.
    private func head(in value: RedisValue, _ name: String) -> (head: EncodedHead, age: Duration)? {
        let now = redis.loop.uptimeNanoseconds
        guard let bytes = try? value.bytes(), let latest = clock.withLock({ $0.latest(now: now) }),
            let body = seal.opened(bytes, key: name), let (head, readAt) = SharedVersionForm.head(body),
            (0...latest).contains(readAt)
        else { return nil }
        let age = Duration.microseconds(latest - readAt)
        return age < VersionCache.headLifetime ? (head, age) : nil
    }

    private var canBeAsked: Bool {
        redis.isUp && redis.loop.uptimeNanoseconds >= restsUntil.load(ordering: .relaxed)
    }

    /// What lies under keys of one process. Now and then Redis is asked for the time as well.
    private func get(_ keys: [RedisArgument]) async -> [RedisValue]? {
        let askedAt = redis.loop.uptimeNanoseconds
        let asksTime = clock.withLock { $0.isToBeAsked(now: askedAt) }
        do throws(RedisError) {
            let values = try await redis.pipeline(
                [RedisCommand("MGET", keys)] + (asksTime ? [RedisClock.question] : []),
                timeout: Self.patience
            )
            let now = redis.loop.uptimeNanoseconds
            if asksTime { clock.withLock { $0.learn(values[1], askedAt: askedAt, now: now) } }
            guard let found = try? values[0].elements(), found.count == keys.count else { return nil }
            return found
        } catch {
            if error.code == .timedOut {
                restsUntil.store(redis.loop.uptimeNanoseconds + Self.rest, ordering: .relaxed)
            }
            return nil
        }
    }
}
