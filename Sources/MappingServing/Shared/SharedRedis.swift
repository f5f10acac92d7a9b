internal import EventLoop
internal import Logging
internal import Redis
internal import ServiceKit
internal import ServiceLifecycle

/// The connections to Redis: one client for each loop, and one that hears of changes. Nothing where there is no Redis.
struct SharedRedis: Service {
    private let configuration: RedisConfiguration?
    private let clients: [RedisClient]
    private let threads: Transport.Threads
    private let logger: Logger

    init(_ configuration: RedisConfiguration?, threads: Transport.Threads, logger: Logger) {
        self.configuration = configuration
        self.threads = threads
        self.logger = logger
        clients = configuration.map { configuration in
            threads.loops.loops.map { loop in
                RedisClient(configuration: configuration, loop: loop, offload: threads.offload, logger: logger)
            }
        } ?? []
    }

    /// The client of a loop; nil where there is no Redis.
    func client(on loop: EventLoop) -> RedisClient? { clients.first { $0.loop === loop } }

    /// Whether Redis answers, for `/readyz`; it is not required.
    var checks: [ReadinessCheck] {
        clients.prefix(1).map { client in
            ReadinessCheck("redis", isRequired: false) { _ = try await client.send(RedisCommand("PING", keyIndex: nil)) }
        }
    }

    /// Keeps the connections until a graceful shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for client in clients {
                    group.addTask(executorPreference: client.loop.taskExecutor) { await client.run() }
                }
            }
        }
    }

    /// Hears of changes and tells the lanes; nil where there is no Redis.
    func listener(for lanes: MappingLanes) -> (any Service)? {
        configuration.map { configuration in
            ChangeListener(
                subscriber: RedisSubscriber(
                    channels: [ProcessChange.channel],
                    configuration: configuration,
                    loop: threads.loops.loops[0],
                    offload: threads.offload,
                    logger: logger
                ) { event in
                    switch event {
                    case .message(_, let payload):
                        if let change = ProcessChange(message: payload) { lanes.doubt(change) }
                    // What was published meanwhile is lost.
                    case .connected: lanes.doubtAll()
                    case .disconnected: break
                    }
                }
            )
        }
    }
}

/// The subscription, for as long as the service runs.
private struct ChangeListener: Service {
    let subscriber: RedisSubscriber

    func run() async throws {
        await cancelWhenGracefulShutdown { await subscriber.run() }
    }
}
