internal import NIOCore
internal import NIOPosix

/// A server of WebSocket (RFC 6455) for text messages, whatever is spoken in them.
///
/// Each handshake is decided on by a function of the caller's; each connection is served by another one, in a task of its own, which
/// is cancelled as soon as the peer has gone. Everything is bounded (``WebSocketServerConfiguration``): a handler that is behind lets
/// its peer wait, and a peer that does not read lets its handler wait.
public final class WebSocketServer<Context: Sendable>: Sendable {
    private let configuration: WebSocketServerConfiguration
    private let threads: MultiThreadedEventLoopGroup
    private let listener: NIOAsyncChannel<AcceptedChannel<Context>, Never>
    private let registry: ConnectionRegistry

    /// Where it listens: `127.0.0.1:7106`, `[::1]:7106`.
    public let address: String
    /// The port that was taken.
    public let port: Int

    /// Listens. Connections wait until ``run(executor:authorize:handle:)``, which must be called: it is what closes all.
    ///
    /// - Throws: What the system says where the address cannot be taken.
    public init(_ configuration: WebSocketServerConfiguration) async throws {
        self.configuration = configuration
        let registry = ConnectionRegistry(limit: configuration.maxConnections)
        self.registry = registry
        threads = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        do {
            listener = try await ServerBootstrap(group: threads)
                .serverChannelOption(.backlog, value: WebSocketServerConfiguration.backlog)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .bind(host: configuration.host, port: configuration.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        guard registry.add(channel) else { throw NoRoom() }
                        return try AcceptedChannel(channel, configuration, registry)
                    }
                }
        } catch {
            try? await threads.shutdownGracefully()
            throw error
        }
        port = listener.channel.localAddress?.port ?? configuration.port
        let host = listener.channel.localAddress?.ipAddress ?? configuration.host
        address = Self.address(host, port)
    }

    private struct NoRoom: Error {}

    /// How many channels are open.
    public var connectionCount: Int { registry.count }

    /// A host and a port as one text; an address of IPv6 stands in brackets (RFC 3986, section 3.2.2).
    static func address(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Serves until ``stop()``, then until every connection has ended. Cancelling closes all at once.
    ///
    /// - Parameters:
    ///   - executor: Where the next connection's task is to run.
    ///   - authorize: Decides on a handshake, within ``WebSocketServerConfiguration/handshakeTimeout``.
    ///   - handle: Serves a connection, and returns with how it is to be closed. When the server stops, its messages end, and it
    ///     has ``WebSocketServerConfiguration/drainTime`` for what it still does.
    public func run(
        executor: @escaping @Sendable () -> (any TaskExecutor)?,
        authorize: @escaping @Sendable (UpgradeRequest) async -> UpgradeDecision<Context>,
        handle: @escaping @Sendable (WebSocketConnection<Context>) async -> CloseReason
    ) async {
        await withTaskCancellationHandler {
            try? await listener.executeThenClose { channels in
                await withDiscardingTaskGroup { group in
                    do {
                        for try await channel in channels {
                            group.addTask(executorPreference: executor()) {
                                await self.serve(channel, authorize, handle)
                            }
                        }
                    } catch {
                        // Accepting has failed for good; those who are connected are served to the end.
                    }
                    self.stop()
                }
            }
        } onCancel: {
            listener.channel.close(promise: nil)
        }
        try? await threads.shutdownGracefully()
    }

    /// Accepts no more, ends what connections hear, and closes each once its handler is done (1001). Idempotent.
    public func stop() {
        registry.stop()
        listener.channel.close(promise: nil)
    }

    // MARK: One connection

    private func serve(
        _ accepted: AcceptedChannel<Context>,
        _ authorize: @Sendable (UpgradeRequest) async -> UpgradeDecision<Context>,
        _ handle: @escaping @Sendable (WebSocketConnection<Context>) async -> CloseReason
    ) async {
        await withTaskCancellationHandler {
            guard let request = try? await accepted.question.get() else { return }
            let decision = await authorize(request)
            accepted.answer.succeed(decision)
            guard let connection = try? await accepted.connection.get(),
                case .accept(_, let context) = decision
            else {
                // A refusal is sent by the channel itself.
                return await Self.closed(accepted.channel)
            }
            try? await connection.channel.executeThenClose { inbound in
                await self.converse(
                    connection,
                    WebSocketConnection(context: context, inbound: inbound, channel: accepted.channel),
                    handle
                )
                await Self.closed(accepted.channel)
            }
        } onCancel: {
            accepted.channel.close(promise: nil)
        }
    }

    private enum Happening: Sendable {
        case handled(CloseReason)
        case ended
    }

    private func converse(
        _ connection: AcceptedChannel<Context>.Connection,
        _ conversation: WebSocketConnection<Context>,
        _ handle: @escaping @Sendable (WebSocketConnection<Context>) async -> CloseReason
    ) async {
        let channel = connection.channel.channel
        await withTaskGroup(of: Happening.self) { group in
            group.addTask { .handled(await handle(conversation)) }
            group.addTask {
                try? await connection.ended.get()
                return .ended
            }
            for await happening in group {
                switch happening {
                case .handled(let reason):
                    let isInterrupted = reason.code == .normal && self.registry.isStopping
                    let order = ConnectionHandler.Close(
                        reason: isInterrupted ? CloseReason(.goingAway) : reason
                    )
                    channel.triggerUserOutboundEvent(order, promise: nil)
                case .ended: group.cancelAll()
                }
            }
        }
    }

    private static func closed(_ channel: any Channel) async {
        try? await channel.closeFuture.get()
    }
}
