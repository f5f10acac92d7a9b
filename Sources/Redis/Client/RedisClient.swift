public import EventLoop
public import Logging
internal import Synchronization

/// Redis for everything on one event loop: one server, or a cluster.
///
/// All callers of the loop share one connection to each server (or a few), whose commands of one turn go out in one write. The
/// connections are made when they are first needed and again when they break, by ``run()``, without which nothing is connected.
/// While a server is away, callers fail at once (unavailable) in place of waiting.
///
/// No command is ever sent twice, except where a cluster's server has refused it and named another.
public actor RedisClient: LoopActor {
    /// Where its code, and that of its connections, runs.
    public nonisolated let loop: EventLoop
    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    /// Which servers, as whom, within which limits.
    public nonisolated let configuration: RedisConfiguration

    /// What ``run()`` is to do.
    enum Order: Sendable {
        case connect(link: Int)
        case loadMap
    }

    let offload: OffloadExecutor
    let logger: Logger?
    /// The connections to each server.
    var servers: [RedisEndpoint: Server] = [:]
    var links: [Int: RedisLink] = [:]
    var nextLink = 0
    var cluster: ClusterState?
    var isClosed = false
    private let orders: AsyncStream<Order>
    private let ordering: AsyncStream<Order>.Continuation
    private let upFlag = Atomic(false)

    /// The connections to one server, and whose turn it is.
    struct Server {
        var links: [RedisLink]
        var turn = 0
    }

    /// A client without a connection.
    ///
    /// - Parameters:
    ///   - configuration: Which servers, as whom, within which limits.
    ///   - loop: Where everything runs.
    ///   - offload: Where names are looked up.
    ///   - logger: Told, at debug, of the servers' going and coming.
    public init(
        configuration: RedisConfiguration,
        loop: EventLoop,
        offload: OffloadExecutor,
        logger: Logger? = nil
    ) {
        self.configuration = configuration
        self.loop = loop
        self.offload = offload
        self.logger = logger
        // An order for a link is given when the one before has been carried out: one for each link, and one for the map.
        (orders, ordering) = AsyncStream.makeStream()
        if configuration.isCluster { cluster = ClusterState(configuration, loop: loop) }
    }

    /// Connects, and connects again, until the task is cancelled or ``shutdown()`` is called; then everything is closed. Once only.
    public func run() async {
        warmUp()
        await withDiscardingTaskGroup { group in
            for await order in orders { group.addTask { await self.carryOut(order) } }
            group.cancelAll()
        }
        shutdown()
    }

    /// Closes every connection and ends ``run()``. Commands under way fail (closed). Idempotent.
    public func shutdown() {
        guard !isClosed else { return }
        isClosed = true
        ordering.finish()
        closeEverything()
        noteReachability()
    }

    /// Whether commands are likely to be answered: a server is connected, or, of a cluster, its map is known and a server of it is
    /// connected. From any thread.
    public nonisolated var isUp: Bool { upFlag.load(ordering: .relaxed) }

    /// Sends several commands and returns their answers in order, errors of the server among them.
    ///
    /// To a single server they go in one write. In a cluster they are grouped by server, and those of one slot stay in order.
    /// When the task is cancelled or the time is over, the commands may be done all the same, and their answers are dropped.
    ///
    /// - Parameters:
    ///   - commands: What to do; at least one.
    ///   - timeout: For all of it, waiting for a first connection included; `commandTimeout` where it is nil.
    /// - Throws: `RedisError`.
    public func pipeline(
        _ commands: [RedisCommand],
        timeout: Duration? = nil
    ) async throws(RedisError) -> [RedisValue] {
        guard !Task.isCancelled else {
            throw RedisError(
                .cancelled,
                "the task was cancelled before anything was sent",
                mayHaveBeenDone: false
            )
        }
        let end = deadline(timeout ?? configuration.commandTimeout, after: loop.uptimeNanoseconds)
        let waiter = AnswerWaiter()
        let loop = loop
        // The closures name self: they would run off the loop otherwise.
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.submit(commands, deadline: end, completion: waiter.begin(continuation))
                if Task.isCancelled { waiter.cancel() }
            }
        } onCancel: {
            loop.execute { waiter.cancel() }
        }.get()
    }

    /// Sends commands as ``pipeline(_:timeout:)`` does, from code that is on the loop already, without a task.
    ///
    /// - Parameter completion: Called once, on the loop; before this returns where the commands are refused.
    /// - Precondition: The calling thread is the loop's.
    public nonisolated func sendOnLoop(
        _ commands: [RedisCommand],
        timeout: Duration? = nil,
        completion: @escaping (Result<[RedisValue], RedisError>) -> Void
    ) {
        let completion = RedisCompletion(completion)
        assumeOnLoop { client in
            let now = client.loop.uptimeNanoseconds
            let end = deadline(timeout ?? client.configuration.commandTimeout, after: now)
            client.submit(commands, deadline: end, completion: completion)
        }
    }

    func order(_ order: Order) { ordering.yield(order) }

    func noteReachability() {
        let isReachable =
            !isClosed && cluster?.isMapKnown != false && links.values.contains { $0.machine.isUp }
        upFlag.store(isReachable, ordering: .relaxed)
    }
}
