internal import EventLoop
internal import Logging
internal import Redis
internal import ServiceKit
internal import ServiceLifecycle

/// The connections to Redis: a client for each loop, and one connection that hears of changes.
struct SharedRedis: Service {
    let clients: RedisClients
    private let configuration: RedisConfiguration
    private let threads: Transport.Threads
    private let logger: Logger

    init(_ configuration: RedisConfiguration, threads: Transport.Threads, logger: Logger) {
        self.configuration = configuration
        self.threads = threads
        self.logger = logger
        clients = RedisClients(
            configuration: configuration,
            loops: threads.loops,
            offload: threads.offload,
            logger: logger
        )
    }

    /// Whether Redis answers, for `/readyz`; it is not required.
    var check: ReadinessCheck {
        ReadinessCheck("redis", isRequired: false) { [clients] in
            _ = try await clients.own.send(RedisCommand("PING", keyIndex: nil))
        }
    }

    /// Keeps the connections until a graceful shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown { await clients.run() }
    }

    /// Hears of changes and tells the lanes.
    func listener(for lanes: MappingLanes) -> some Service {
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

/// The subscription, for as long as the service runs.
private struct ChangeListener: Service {
    let subscriber: RedisSubscriber

    func run() async throws {
        await cancelWhenGracefulShutdown { await subscriber.run() }
    }
}
