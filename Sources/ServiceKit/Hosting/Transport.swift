public import EventLoop
internal import GRPCCore
public import GRPCNghttp2

/// The one place where a transport is chosen: nothing else in Grimoire names one.
public enum Transport {
    /// The largest message that a service accepts, in bytes: gRPC's usual 4 MiB.
    public static let maxMessageBytes = 4 * 1_024 * 1_024

    /// What servers listen with.
    typealias Server = Nghttp2ServerTransport

    /// What clients of other services call with.
    public typealias Client = Nghttp2ClientTransport

    /// The threads that a service does everything on.
    public struct Threads: Sendable {
        /// One for each core that the service uses: connections, calls, actors.
        public let loops: EventLoopGroup
        /// For what blocks or takes long.
        public let offload: OffloadExecutor

        /// Takes loops that have been started.
        public init(loops: EventLoopGroup, offload: OffloadExecutor) {
            self.loops = loops
            self.offload = offload
        }

        /// Starts as many loops as the configuration says.
        ///
        /// - Throws: `EventLoopError` where the kernel has no thread or descriptor left.
        public init(_ configuration: ServiceConfiguration) throws(EventLoopError) {
            loops = try EventLoopGroup(count: configuration.eventLoops)
            offload = OffloadExecutor(width: Self.offloadWidth)
            try loops.start()
        }

        private static let offloadWidth = 4

        /// Ends them. Whatever uses them has ended before.
        public func shutdown() async {
            await loops.shutdown()
            await offload.shutdown()
        }
    }

    /// A server's transport on the address of the configuration.
    ///
    /// - Throws: `TransportError` where the host has no address.
    static func server(
        _ configuration: ServiceConfiguration,
        threads: Threads,
        rawMethods: [RawUnaryMethod]
    ) async throws(TransportError) -> Server {
        var limits = ServerConfiguration()
        limits.http2.maxMessageBytes = maxMessageBytes
        limits.shutdownGrace = configuration.shutdownGrace
        limits.rawMethods = rawMethods
        return Server(
            address: try await SocketAddress.resolve(
                host: configuration.listenHost,
                port: UInt16(configuration.listenPort),
                offload: threads.offload
            ),
            loops: threads.loops,
            offload: threads.offload,
            configuration: limits
        )
    }

    /// A client's transport towards another service.
    ///
    /// - Throws: `ConfigurationError` where the address has a form that the transport does not know.
    static func client(_ address: HostPort, threads: Threads) throws(ConfigurationError) -> Client {
        var configuration = ClientConfiguration()
        // gRPC's usual two minutes are for clients all over the world: a service of ours that is back, is to be
        // found at once.
        configuration.backoff = ConnectionBackoff.Configuration(
            initial: .milliseconds(100),
            maximum: .seconds(1),
            minimumConnectTimeout: .seconds(2)
        )
        do throws(TransportError) {
            return try Client(
                target: try Target.dns(host: address.host, port: UInt16(address.port)),
                loops: threads.loops,
                offload: threads.offload,
                configuration: configuration
            )
        } catch {
            throw ConfigurationError(setting: "\(address)", message: "cannot be called: \(error.message)")
        }
    }

    /// Where a server listens, once it does: the port taken where the configuration says 0.
    static func listeningAddress(of server: Server) async throws -> String {
        "\(try await server.listeningAddress)"
    }
}
