internal import EventLoop
internal import Redis
internal import ServiceKit
internal import ServiceLifecycle

/// Announces changes through Redis: what replicas share of the process goes, and whoever listens is told.
///
/// Nobody waits for it. Where Redis is away, the others learn of the change when what they keep grows old.
struct RedisAnnouncer: ChangeAnnouncer, Service {
    let clients: RedisClients

    init(_ configuration: RedisConfiguration, threads: Transport.Threads) {
        clients = RedisClients(
            configuration: configuration,
            loops: threads.loops,
            offload: threads.offload
        )
    }

    /// Keeps the connections until a graceful shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown { await clients.run() }
    }

    func announce(_ change: ProcessChange) {
        let client = clients.own
        // In this order: whoever is told looks there.
        let commands: [RedisCommand] = [
            .del([RedisArgument(change.headKey), RedisArgument(change.detailsKey)]),
            .publish(RedisArgument(ProcessChange.channel), RedisArgument(change.message)),
        ]
        client.loop.execute { client.sendOnLoop(commands) { _ in } }
    }

    /// Whether Redis answers, for `/readyz`; it is not required.
    var check: ReadinessCheck {
        ReadinessCheck("redis", isRequired: false) { [clients] in
            _ = try await clients.own.send(RedisCommand("PING", keyIndex: nil))
        }
    }
}
