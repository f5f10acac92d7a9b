internal import EventLoop
internal import FoundationEssentials
internal import LiteLLM
internal import Redis
internal import ServiceKit

/// Counts the replicas that share the limits, and tells the rate limiter: all of them together keep within the whole.
///
/// Each replica says every few seconds in Redis that it is there; who has not done so for a while does not count. One that joins
/// others begins no call until they must have noticed. One that cannot reach Redis goes by the larger of what it knew last and what
/// the configuration says, since the others may no longer count it.
struct ReplicaCensus: Sendable {
    private let limiter: RateLimiter<UUID>
    private let redis: RedisClient?
    private let configured: Int
    private let name: String
    private let loop: EventLoop
    private let interval: Duration

    private static let key = RedisArgument("grimoire:suggestions:replicas:v1")
    /// How many intervals a replica may be silent.
    private static let patience = 3

    /// - Parameters:
    ///   - configured: How many there are at most, as the operator says.
    ///   - redis: A client of the loop; nil where there is no Redis.
    ///   - interval: How often each says that it is there.
    init(
        limiter: RateLimiter<UUID>,
        configured: Int,
        redis: RedisClient?,
        loop: EventLoop,
        interval: Duration = .seconds(3)
    ) {
        self.limiter = limiter
        self.configured = configured
        self.redis = redis
        self.loop = loop
        self.interval = interval
        name = UUID.random().text
    }

    /// Counts until the task is cancelled, and then says that this replica has gone.
    func run() async {
        await limiter.share(among: configured)
        guard let redis else { return }
        var known: Int?
        repeat {
            guard let count = try? await beat(redis) else {
                await limiter.share(among: max(known ?? 1, configured))
                continue
            }
            if known == nil, count > 1 {
                // Until the others' next count, they still share the whole among themselves.
                await limiter.hold(nil, for: interval + .seconds(1))
            }
            known = count
            await limiter.share(among: count)
        } while (try? await loop.sleep(for: interval)) != nil
        redis.forget(name, in: Self.key)
    }

    /// Says that this replica is there; how many are.
    private func beat(_ redis: RedisClient) async throws -> Int {
        // By Redis' clock: those of replicas may differ.
        let time = try await redis.send(RedisCommand("TIME", keyIndex: nil)).elements()
        guard let text = try time.first?.bytes(), let now = Int(String(decoding: text, as: UTF8.self)) else {
            throw ServiceError(.internal, message: "Redis has no time.")
        }
        let silent = now - Self.patience * Int(interval.components.seconds) - 1
        let answers = try await redis.pipeline([
            RedisCommand("ZADD", [Self.key, .integer(now), RedisArgument(name)]),
            RedisCommand("ZREMRANGEBYSCORE", [Self.key, "-inf", .integer(silent)]),
            RedisCommand("ZCARD", [Self.key]),
            RedisCommand("EXPIRE", [Self.key, .integer(3_600)]),
        ])
        return max(1, try answers[2].integer())
    }
}

extension RedisClient {
    /// Takes a member out of a set. Nobody waits for it.
    fileprivate nonisolated func forget(_ member: String, in key: RedisArgument) {
        let command = RedisCommand("ZREM", [key, RedisArgument(member)])
        loop.execute { self.sendOnLoop([command], timeout: .milliseconds(250)) { _ in } }
    }
}
