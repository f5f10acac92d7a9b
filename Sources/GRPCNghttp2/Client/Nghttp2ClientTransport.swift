public import EventLoop
public import GRPCCore
internal import Synchronization

/// A gRPC client's transport on nghttp2: a connection for each loop and each server, and every call on the loop that its
/// caller is on, where the caller is on one of them.
///
/// Calls may be made before ``connect()`` runs; they wait for it. A call whose connection is refused, or whose server says
/// that it has not looked at it, is made again by itself.
public final class Nghttp2ClientTransport: ClientTransport {
    /// Messages with their prefix.
    public typealias Bytes = MessageBytes

    /// Allows or forbids retries, as the service configuration says; nil for no limit.
    public let retryThrottle: RetryThrottle?

    private let target: Target
    private let loops: EventLoopGroup
    private let offload: OffloadExecutor
    private let configuration: ClientConfiguration
    private let methods: MethodConfigTable
    private let channels: [ObjectIdentifier: ClientChannel]
    private let state = Mutex(State())

    private struct State {
        var phase = Phase.idle
        var waiter: CheckedContinuation<Void, Never>?
    }

    private enum Phase {
        /// ``connect()`` has not run. Leaves to `connected` or `stopped`.
        case idle
        case connected
        /// No new calls. The end.
        case stopped
    }

    /// - Parameters:
    ///   - target: Whom to call.
    ///   - loops: Where everything runs; started, and shut down after the client, by whoever made them.
    ///   - offload: Where names are looked up and large messages compressed.
    ///   - configuration: How to connect, and what is allowed.
    ///   - serviceConfig: Time-outs, retries and balancing by method.
    /// - Throws: `TransportError` where the service configuration names a method twice.
    public init(
        target: Target,
        loops: EventLoopGroup,
        offload: OffloadExecutor,
        configuration: ClientConfiguration = ClientConfiguration(),
        serviceConfig: ServiceConfig = ServiceConfig()
    ) throws(TransportError) {
        self.target = target
        self.loops = loops
        self.offload = offload
        self.configuration = configuration
        methods = try MethodConfigTable(serviceConfig)
        retryThrottle = methods.retryThrottle
        let methods = methods
        channels = Dictionary(
            uniqueKeysWithValues: loops.loops.map { loop in
                let channel = ClientChannel(
                    target: target,
                    policy: methods.policy,
                    loop: loop,
                    offload: offload,
                    configuration: configuration
                )
                return (ObjectIdentifier(loop), channel)
            }
        )
    }

    /// Lets calls be made until a graceful shutdown has let the last one finish, or the task is cancelled, which cancels
    /// every call.
    public func connect() async throws {
        let mayRun = state.withLock { state in
            guard case .idle = state.phase else { return false }
            state.phase = .connected
            return true
        }
        guard mayRun else { return }
        for channel in channels.values { await channel.open() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if case .stopped = state.phase { return true }
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
            // Calls under way finish first; a cancelled task has closed the channels already.
            for channel in channels.values { await channel.waitForEnd() }
        } onCancel: {
            stop()
            for channel in channels.values { channel.loop.execute { channel.assumeOnLoop { $0.abort() } } }
        }
    }

    /// Makes no new calls; those under way have the configuration's grace.
    public func beginGracefulShutdown() {
        guard stop() else { return }
        let grace = configuration.shutdownGrace
        for channel in channels.values {
            channel.loop.execute { channel.assumeOnLoop { $0.shutDown(grace: grace) } }
        }
    }

    @discardableResult
    private func stop() -> Bool {
        let (wasRunning, waiter) = state.withLock { state in
            if case .stopped = state.phase { return (false, CheckedContinuation<Void, Never>?.none) }
            state.phase = .stopped
            defer { state.waiter = nil }
            return (true, state.waiter)
        }
        waiter?.resume()
        return wasRunning
    }

    /// Makes a call. The closure runs on the caller's loop where that is one of the client's, on one of them otherwise.
    ///
    /// - Throws: `RPCError`: UNAVAILABLE where no server can be reached and the call does not wait for one;
    ///   FAILED_PRECONDITION after the shutdown; RESOURCE_EXHAUSTED where too many calls wait; and what the closure throws.
    public func withStream<T: Sendable>(
        descriptor: MethodDescriptor,
        options: CallOptions,
        _ closure: (_ stream: RPCStream<Inbound, Outbound>, _ context: ClientContext) async throws -> T
    ) async throws -> T {
        let loop = loops.next()
        guard let channel = channels[ObjectIdentifier(loop)] else {
            preconditionFailure("there is a channel for each loop")
        }
        let callOptions = ClientCall.Options(
            path: "/\(descriptor.fullyQualifiedMethod)",
            authority: configuration.authority ?? target.authority,
            maxRequestBytes: options.maxRequestMessageBytes ?? .max,
            maxResponseBytes: options.maxResponseMessageBytes ?? configuration.http2.maxMessageBytes,
            compresses: options.compression == .gzip,
            waitsForReady: options.waitForReady ?? false,
            replayBytes: configuration.replayBytes,
            offload: offload
        )
        return try await withTaskExecutorPreference(loop.taskExecutor) {
            let call = try await channel.call(descriptor, callOptions)
            // The call is over with the closure, however that ends.
            defer { loop.onLoop { call.cancel() } }
            return try await closure(
                RPCStream(
                    descriptor: descriptor,
                    inbound: RPCAsyncSequence(wrapping: ClientInbound(call: call)),
                    outbound: RPCWriter.Closable(wrapping: ClientOutbound(call: call))
                ),
                call.context
            )
        }
    }

    /// What the service configuration says of a method.
    public func config(forMethod descriptor: MethodDescriptor) -> MethodConfig? {
        methods[descriptor]
    }

    /// What is open now, over all loops: for metrics, and for tests that look for leaks.
    public var census: Census {
        get async {
            var census = Census()
            for channel in channels.values {
                let own = await channel.census
                census.connections += own.connections
                census.calls += own.calls
                census.waiting += own.waiting
            }
            return census
        }
    }

    /// A count of what a client has open.
    public struct Census: Sendable, Equatable {
        /// Connections, those included that are being made.
        public var connections = 0
        /// Calls that have a stream.
        public var calls = 0
        /// Calls that wait for one.
        public var waiting = 0
    }
}

extension EventLoop {
    /// Runs `body` now where this is the loop's thread, soon otherwise.
    fileprivate func onLoop(_ body: @escaping @Sendable () -> Void) {
        if isCurrent { body() } else { execute(body) }
    }
}
