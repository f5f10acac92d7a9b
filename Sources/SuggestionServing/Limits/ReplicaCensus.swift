internal import EventLoop
internal import FoundationEssentials
internal import Redis
internal import ServiceKit

/// Counts the replicas that share the limits: each says every few seconds in Redis that it is there, and who has not done so for a
/// while does not count. What follows from the count, ``CensusMachine`` decides.
struct ReplicaCensus: Sendable {
    private let configured: Int
    private let redis: RedisClient?
    private let loop: EventLoop
    private let key: RedisArgument
    private let interval: Duration
    private let name = UUID.random().text
    private let onDecision: @Sendable (CensusMachine.Decision) async -> Void

    /// How long a replica may be silent, in intervals.
    private static let patience = 3

    /// - Parameters:
    ///   - configured: How many there are at most, as the operator says.
    ///   - redis: A client of the loop; nil where there is no Redis.
    ///   - loop: Where time passes.
    ///   - key: Where they say that they are there.
    ///   - interval: How often.
    ///   - onDecision: Told what follows from each count.
    init(
        configured: Int,
        redis: RedisClient?,
        loop: EventLoop,
        key: String = "grimoire:suggestions:replicas:v1",
        interval: Duration = .seconds(3),
        onDecision: @escaping @Sendable (CensusMachine.Decision) async -> Void
    ) {
        self.configured = configured
        self.redis = redis
        self.loop = loop
        self.key = RedisArgument(key)
        self.interval = interval
        self.onDecision = onDecision
    }

    /// Counts until the task is cancelled, and then says that this replica has gone.
    func run() async {
        var machine = CensusMachine(configured: configured)
        await onDecision(machine.beginning)
        guard let redis else { return }
        repeat {
            if let count = try? await beat(redis) {
                await onDecision(machine.counted(count))
            } else {
                await onDecision(machine.failed())
            }
        } while (try? await loop.sleep(for: interval)) != nil
        let leave = RedisCommand("ZREM", [key, RedisArgument(name)])
        // The task is cancelled: nobody waits for it.
        loop.execute { redis.sendOnLoop([leave], timeout: .milliseconds(250)) { _ in } }
    }

    /// Says that this replica is there; how many are.
    private func beat(_ redis: RedisClient) async throws -> Int {
        // By Redis' clock: those of replicas may differ. In microseconds, which a score of Redis holds exactly.
        let time = try await redis.send(RedisCommand("TIME", keyIndex: nil)).elements()
        let numbers = try time.map { Int(String(decoding: try $0.bytes() ?? [], as: UTF8.self)) ?? 0 }
        guard numbers.count == 2 else { return 1 }
        let now = numbers[0] * 1_000_000 + numbers[1]
        let silent = now - Self.patience * Int(interval.nanoseconds / 1_000)
        let answers = try await redis.pipeline([
            RedisCommand("ZADD", [key, .integer(now), RedisArgument(name)]),
            RedisCommand("ZREMRANGEBYSCORE", [key, "-inf", .integer(silent)]),
            RedisCommand("ZCARD", [key]),
            RedisCommand("EXPIRE", [key, .integer(3_600)]),
        ])
        return try answers[2].integer()
    }
}
