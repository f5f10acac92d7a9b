internal import EventLoop
internal import FoundationEssentials
internal import Redis
internal import ServiceKit
internal import Synchronization

/// What all replicas keep together in Redis of versions and their processes, as one loop sees it. All of it is derived: where
/// Redis is away, slow or wrong, nothing is there.
///
/// A version never changes and is kept for a day. What is known of its process is believed for as long as in memory, counted
/// from when the database was asked. How old it is, both Redis' own clock and the replicas' say, and the older counts: a Redis
/// that was held up does not make old news new, and replicas whose clocks differ share less.
final class SharedVersions: Sendable {
    /// How long Redis may take.
    private static let patience: Duration = .milliseconds(100)
    /// How long a Redis that did not answer in time is left alone, in nanoseconds.
    private static let rest: Int64 = 1_000_000_000
    /// How long a version is kept, give or take a tenth, so that what was written together does not go together.
    private static let versionMilliseconds = 24 * 3_600_000
    /// The largest version that is kept there.
    static let maxBytes = 1 << 20
    private static let headMilliseconds = Int64(VersionCache.headLifetime / .milliseconds(1))

    private let redis: RedisClient
    private let seal: SharedSeal
    private let restsUntil = Atomic<Int64>(.min)

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
        let head = RedisArgument(names.head)
        let known = cache.version(key)
        var commands: [RedisCommand] = [.get(head), RedisCommand("PTTL", [head])]
        if known == nil { commands.append(.get(RedisArgument(names.version))) }
        let askedAt = ContinuousClock.now
        guard let values = await send(commands),
            let (head, age) = self.head(in: values[0], lifetime: values[1], names.head)
        else { return nil }
        let readAt = askedAt - .milliseconds(age)
        // What this replica has written since is not in it.
        if let forgottenAt = cache.forgottenAt, readAt <= forgottenAt { return nil }
        let answer =
            known?.with(head)
            ?? version(in: values[2], names.version, key.version).map { VersionAnswer($0, head: head) }
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
        let age = Int64(readAt.duration(to: .now) / .milliseconds(1)) + 1
        guard canBeAsked, age < Self.headMilliseconds else { return }
        let names = Names(key)
        let body = SharedVersionForm.encode(head, readAt: Self.wallClock - age)
        var commands: [RedisCommand] = [
            .set(
                RedisArgument(names.head),
                RedisArgument(seal.sealed(body, key: names.head)),
                expiry: .milliseconds(Self.headMilliseconds - age)
            )
        ]
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

    /// With its age in milliseconds.
    private func head(
        in value: RedisValue,
        lifetime: RedisValue,
        _ name: String
    ) -> (head: EncodedHead, age: Int64)? {
        guard let bytes = try? value.bytes(), let left = try? lifetime.integer(), left > 0,
            let body = seal.opened(bytes, key: name), let (head, readAt) = SharedVersionForm.head(body)
        else { return nil }
        let age = max(Self.headMilliseconds - Int64(left), Self.wallClock - readAt)
        return (0..<Self.headMilliseconds).contains(age) ? (head, age) : nil
    }

    private var canBeAsked: Bool {
        redis.isUp && redis.loop.uptimeNanoseconds >= restsUntil.load(ordering: .relaxed)
    }

    private func send(_ commands: [RedisCommand]) async -> [RedisValue]? {
        do throws(RedisError) {
            return try await redis.pipeline(commands, timeout: Self.patience)
        } catch {
            if error.code == .timedOut {
                restsUntil.store(redis.loop.uptimeNanoseconds + Self.rest, ordering: .relaxed)
            }
            return nil
        }
    }

    /// Milliseconds since 1970.
    private static var wallClock: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}
