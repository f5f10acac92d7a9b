internal import EventLoop
internal import Logging
internal import ServiceKit
internal import ServiceLifecycle
internal import WebSocketServing

/// Accepts WebSockets until a graceful shutdown, and then until the answers under way have come to their end.
struct ChatSocketHost: Service {
    private let server: WebSocketServer<ChatSocket.Visitor>
    private let socket: ChatSocket
    private let loops: EventLoopGroup

    /// Listens.
    ///
    /// - Throws: `StartError` where the address cannot be taken.
    init(
        _ configuration: WebSocketServerConfiguration,
        socket: ChatSocket,
        loops: EventLoopGroup,
        logger: Logger
    ) async throws {
        self.socket = socket
        self.loops = loops
        do {
            server = try await WebSocketServer(configuration)
        } catch {
            throw StartError(
                address: "\(configuration.host):\(configuration.port)",
                cause: error,
                setting: SuggestionService.Settings.webSocketPort.environmentName
            )
        }
        logger.info("Listening for WebSocket", metadata: [LogKey.address: "\(server.address)"])
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            await server.run(
                executor: { loops.next().taskExecutor },
                authorize: { await socket.authorize($0) },
                handle: { await socket.serve($0) }
            )
        } onGracefulShutdown: {
            server.stop()
        }
    }
}
