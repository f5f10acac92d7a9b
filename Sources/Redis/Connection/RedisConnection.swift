public import EventLoop

/// One connection to one server, pinned to an event loop.
///
/// Commands of any number of callers are under way at once: those of one turn of the loop go out in one write, and answers come
/// back in order (``AnswerQueue``). Services use a ``RedisClient``, which keeps connections alive.
public actor RedisConnection: LoopActor {
    /// Where its code runs.
    public nonisolated let loop: EventLoop
    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    /// The server.
    public nonisolated let endpoint: RedisEndpoint

    let configuration: RedisConfiguration
    // Owned by this actor and touched on the loop only. The descriptor is closed in close(), the memory freed in deinit, since
    // a completion may close the connection in the middle of reading.
    var descriptor: Int32 = -1
    var registration: Registration?
    let reader: ReplyReader
    let inbox = UnsafeMutableRawBufferPointer.allocate(byteCount: inboxBytes, alignment: 16)
    var outbox: [UInt8] = []
    var sentBytes = 0
    var isFlushPutOff = false
    var answers: AnswerQueue<RedisCompletion>
    var look: Timer?
    var lookAt = Int64.max
    /// The caller of connect, while the socket is not connected.
    var dialling: CheckedContinuation<RedisError?, Never>?
    /// Why the connection is closed; nil while it is not.
    var end: RedisError?
    var onEnd: ((RedisError) -> Void)?
    /// Where everything goes that the server says, in place of to who asked: for subscriptions.
    var onPush: ((RedisValue) -> Void)?

    /// How much is read at once.
    static let inboxBytes = 64 << 10

    init(
        _ configuration: RedisConfiguration,
        endpoint: RedisEndpoint,
        loop: EventLoop
    ) throws(RedisError) {
        self.configuration = configuration
        self.endpoint = endpoint
        self.loop = loop
        reader = try ReplyReader(limits: configuration.replyLimits)
        answers = AnswerQueue(graceNanoseconds: configuration.lateAnswerGrace.nanoseconds)
    }

    /// Connects, authenticates and selects, without blocking the loop.
    ///
    /// - Parameters:
    ///   - configuration: Which server, as whom, within which limits.
    ///   - endpoint: Another server than the configuration's first.
    ///   - loop: Where everything runs.
    ///   - offload: Where a name is looked up.
    /// - Throws: `RedisError` (connectionFailed, authenticationFailed, timedOut, cancelled).
    public static func connect(
        _ configuration: RedisConfiguration,
        to endpoint: RedisEndpoint? = nil,
        on loop: EventLoop,
        offload: OffloadExecutor
    ) async throws(RedisError) -> RedisConnection {
        let endpoint = endpoint ?? configuration.endpoints[0]
        let addresses = try await SocketAddress.resolve(endpoint, offload: offload)
        let connection = try RedisConnection(configuration, endpoint: endpoint, loop: loop)
        try await connection.open(addresses)
        return connection
    }

    isolated deinit {
        close()
        inbox.deallocate()
    }

    /// Sends a command and returns its answer.
    ///
    /// - Parameters:
    ///   - command: What to do.
    ///   - timeout: How long to wait; `commandTimeout` of the configuration where it is nil.
    /// - Throws: `RedisError`, (server) too where the answer is an error.
    public func send(
        _ command: RedisCommand,
        timeout: Duration? = nil
    ) async throws(RedisError) -> RedisValue {
        try await pipeline([command], timeout: timeout)[0].get()
    }

    /// Sends several commands in one write and returns their answers in order, errors of the server among them.
    ///
    /// They are no transaction: other callers' commands stay behind or before them, other connections' may come between. When
    /// the task is cancelled or the time is over, the commands are done all the same, and their answers dropped.
    ///
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
                self.enqueue(commands, deadline: end, completion: waiter.begin(continuation))
                if Task.isCancelled { waiter.cancel() }
            }
        } onCancel: {
            loop.execute { waiter.cancel() }
        }.get()
    }

    /// Whether it can be used.
    public var isOpen: Bool { end == nil && descriptor >= 0 && dialling == nil }

    /// Closes the connection. Idempotent. Commands under way fail.
    public func close() { close(RedisError(.closed, "the connection was closed", mayHaveBeenDone: true)) }
}
