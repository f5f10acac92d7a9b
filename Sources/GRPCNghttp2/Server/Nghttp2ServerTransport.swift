public import EventLoop
public import GRPCCore
internal import Synchronization

/// A gRPC server's transport on nghttp2: every loop accepts connections of its own, and whatever a call needs happens on
/// the loop of its connection.
///
/// A handler's task has that loop as its preferred executor, so a call that finds what it needs on its own thread never
/// leaves it. Cancelling the task that runs ``listen(streamHandler:)`` closes every connection and cancels every handler.
///
/// Two things differ from what GRPCCore does by itself. The caller's time-out (`grpc-timeout`) is kept by the transport: it
/// answers DEADLINE_EXCEEDED, cancels the handler, and tells it until when it has (``CallDeadline``). And a handler whose
/// call is over, be it by that, by the caller or by the connection, has its task cancelled beside its cancellation handle.
public final class Nghttp2ServerTransport: ServerTransport {
    /// Messages with their prefix.
    public typealias Bytes = MessageBytes

    private let address: SocketAddress
    private let loops: EventLoopGroup
    private let configuration: ServerConfiguration
    private let offload: OffloadExecutor
    private let state = Mutex(State())

    private struct State {
        var methods: [MethodDescriptor] = []
        var phase = Phase.idle
        var workers: [ServerWorker] = []
        var addressWaiters: [CheckedContinuation<SocketAddress, any Error>] = []
    }

    private enum Phase {
        /// Not listening yet. Leaves to `listening` or `stopped`.
        case idle
        case listening(SocketAddress)
        /// Connections are being drained, or nothing was ever begun. The end.
        case stopped(TransportError)
    }

    /// - Parameters:
    ///   - address: Where to listen. Port 0 takes a free one. A Unix socket is served by the first loop alone.
    ///   - loops: Where everything runs; started, and shut down after the server, by whoever made them.
    ///   - offload: Where large messages are compressed.
    ///   - configuration: What is allowed.
    public init(
        address: SocketAddress,
        loops: EventLoopGroup,
        offload: OffloadExecutor,
        configuration: ServerConfiguration = ServerConfiguration()
    ) {
        self.address = address
        self.loops = loops
        self.offload = offload
        self.configuration = configuration
    }

    /// Where the server listens, once it does; waits until then.
    ///
    /// - Throws: `TransportError` where the server could not listen, or listens no more.
    public var listeningAddress: SocketAddress {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<SocketAddress, any Error>? = state.withLock { state in
                    switch state.phase {
                    case .listening(let address): return .success(address)
                    case .stopped(let error): return .failure(error)
                    case .idle:
                        state.addressWaiters.append(continuation)
                        return nil
                    }
                }
                if let result { continuation.resume(with: result) }
            }
        }
    }

    /// Takes the methods that the server's services have registered.
    public func configure(context: GRPCServerContext) {
        state.withLock { $0.methods = context.methods }
    }

    /// Listens, and serves until a graceful shutdown has let the last call finish. Returns at once after one that came before.
    ///
    /// - Throws: `TransportError` where the address cannot be taken, with the kernel's reason.
    public func listen(
        streamHandler:
            @escaping @Sendable (
                _ stream: RPCStream<Inbound, Outbound>, _ context: ServerContext
            ) async -> Void
    ) async throws {
        let methods = state.withLock { $0.methods }
        let environment = ServerConnection.Environment(
            configuration: configuration,
            routes: RouteTable(methods: methods, raw: configuration.rawMethods),
            handler: streamHandler,
            offload: offload
        )
        let workers: [ServerWorker]
        do throws(TransportError) {
            workers = try await begin(environment)
        } catch {
            // Told to stop before it had begun: this is what was asked for.
            guard error.code == .shutDown else { throw error }
            return
        }
        await withTaskCancellationHandler {
            for worker in workers { await worker.waitForEnd() }
        } onCancel: {
            for worker in workers { worker.loop.execute { worker.assumeOnLoop { $0.abort() } } }
        }
    }

    private func begin(
        _ environment: ServerConnection.Environment
    ) async throws(TransportError) -> [ServerWorker] {
        let shares = ConnectionShares(loops: loops.loops.count, limit: configuration.maxConnections)
        let workers = loops.loops.enumerated().map { index, loop in
            ServerWorker(loop: loop, index: index, environment: environment, shares: shares) {
                [weak self] place, accepted in
                self?.serve(accepted, at: place)
            }
        }
        do throws(TransportError) {
            // Taken as they are from here on, so that whoever accepts first finds the others.
            try state.withLock { state throws(TransportError) in
                if case .stopped(let error) = state.phase { throw error }
                state.workers = workers
            }
            var bound = address
            if bound.isInternet { try ListeningSocket.requireNobodyListens(on: bound) }
            for (index, worker) in workers.enumerated() {
                // One socket cannot be bound twice in the file system: the first loop accepts for all.
                guard index == 0 || bound.isInternet else {
                    try await worker.start(nil)
                    continue
                }
                let listener = try ListeningSocket(bound, backlog: configuration.backlog)
                // With port 0, the first loop's port is the others' too.
                bound = listener.address
                try await worker.start(listener)
            }
            let waiters = try state.withLock { state throws(TransportError) in
                if case .stopped(let error) = state.phase { throw error }
                state.phase = .listening(bound)
                defer { state.addressWaiters = [] }
                return state.addressWaiters
            }
            for waiter in waiters { waiter.resume(returning: bound) }
            return workers
        } catch {
            for worker in workers { await worker.abort() }
            stop(error)
            throw error
        }
    }

    private func serve(_ accepted: AcceptedConnection, at place: Int) {
        let worker = state.withLock { $0.workers[place] }
        worker.loop.execute { worker.assumeOnLoop { $0.serve(accepted) } }
    }

    /// Accepts no more connections, and tells clients to make no more calls on those there are. Those under way have the
    /// configuration's grace.
    public func beginGracefulShutdown() {
        let workers = stop(TransportError(.shutDown, "The server has been shut down."))
        let grace = configuration.shutdownGrace
        for worker in workers { worker.loop.execute { worker.assumeOnLoop { $0.shutDown(grace: grace) } } }
    }

    @discardableResult
    private func stop(_ error: TransportError) -> [ServerWorker] {
        typealias Stopped = ([ServerWorker], [CheckedContinuation<SocketAddress, any Error>])
        let (workers, waiters) = state.withLock { state -> Stopped in
            if case .stopped = state.phase { return ([], []) }
            state.phase = .stopped(error)
            defer { state.addressWaiters = [] }
            return (state.workers, state.addressWaiters)
        }
        for waiter in waiters { waiter.resume(throwing: error) }
        return workers
    }

    /// What is open now, over all loops: for metrics, and for tests that look for leaks.
    public var census: Census {
        get async {
            var census = Census()
            for worker in state.withLock({ $0.workers }) {
                census.connections += await worker.connectionCount
                census.calls += await worker.callCount
            }
            return census
        }
    }

    /// How many connections each loop has.
    var connectionCounts: [Int] {
        get async {
            var counts: [Int] = []
            for worker in state.withLock({ $0.workers }) { counts.append(await worker.connectionCount) }
            return counts
        }
    }

    /// A count of what a server has open.
    public struct Census: Sendable, Equatable {
        /// Connections.
        public var connections = 0
        /// Handlers that run, without raw ones.
        public var calls = 0
    }
}
