public import EventLoop
public import Logging

/// A client for each of a service's loops, so that no caller leaves its own.
public struct RedisClients: Sendable {
    private let loops: EventLoopGroup
    private let clients: [RedisClient]

    /// Clients without connections.
    ///
    /// - Parameters:
    ///   - configuration: Which servers, as whom, within which limits; the limits are each client's.
    ///   - loops: Each gets a client.
    ///   - offload: Where names are looked up.
    ///   - logger: Told, at debug, of the servers' going and coming.
    public init(
        configuration: RedisConfiguration,
        loops: EventLoopGroup,
        offload: OffloadExecutor,
        logger: Logger? = nil
    ) {
        self.loops = loops
        clients = loops.loops.map { loop in
            RedisClient(configuration: configuration, loop: loop, offload: offload, logger: logger)
        }
    }

    /// Connects, and connects again, until the task is cancelled; then everything is closed. Once only.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for client in clients {
                group.addTask(executorPreference: client.loop.taskExecutor) { await client.run() }
            }
        }
    }

    /// The client of the current loop; elsewhere, of the loop whose turn it is.
    public var own: RedisClient { client(on: loops.next()) }

    /// The client of one of the loops.
    public func client(on loop: EventLoop) -> RedisClient {
        guard let client = clients.first(where: { $0.loop === loop }) else {
            preconditionFailure("every loop of the group has a client")
        }
        return client
    }
}
