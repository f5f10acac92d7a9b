import EventLoop
import GRPCCore
import GRPCNghttp2

/// A server of ours and a client of ours, each on loops of its own, for the time of a test.
struct Harness: Sendable {
    let server: GRPCServer<Nghttp2ServerTransport>
    let client: GRPCClient<Nghttp2ClientTransport>
    let serverTransport: Nghttp2ServerTransport
    let clientTransport: Nghttp2ClientTransport
    let address: SocketAddress
    let serverLoops: EventLoopGroup
    let clientLoops: EventLoopGroup
    let log: EchoLog

    /// Runs `body` with a server that listens and a client that may call it.
    static func run<Result: Sendable>(
        address: SocketAddress? = nil,
        loops: Int = 1,
        server serverConfiguration: ServerConfiguration = ServerConfiguration(),
        client clientConfiguration: ClientConfiguration = ClientConfiguration(),
        serviceConfig: ServiceConfig = ServiceConfig(),
        interceptors: [any ServerInterceptor] = [],
        _ body: (Harness) async throws -> Result
    ) async throws -> Result {
        let serverLoops = try EventLoopGroup(count: loops)
        try serverLoops.start()
        let clientLoops = try EventLoopGroup(count: loops)
        try clientLoops.start()
        let offload = OffloadExecutor(width: 1)
        let service = EchoService()
        let serverTransport = Nghttp2ServerTransport(
            address: try address ?? SocketAddress(host: "127.0.0.1", port: 0),
            loops: serverLoops,
            offload: offload,
            configuration: serverConfiguration
        )
        let server = GRPCServer(transport: serverTransport, services: [service], interceptors: interceptors)
        let result = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.serve() }
            let bound = try await serverTransport.listeningAddress
            let clientTransport = try Nghttp2ClientTransport(
                target: Target(bound.description),
                loops: clientLoops,
                offload: offload,
                configuration: clientConfiguration,
                serviceConfig: serviceConfig
            )
            let client = GRPCClient(transport: clientTransport)
            group.addTask { try await client.runConnections() }
            let harness = Harness(
                server: server,
                client: client,
                serverTransport: serverTransport,
                clientTransport: clientTransport,
                address: bound,
                serverLoops: serverLoops,
                clientLoops: clientLoops,
                log: service.log
            )
            do {
                let result = try await body(harness)
                client.beginGracefulShutdown()
                server.beginGracefulShutdown()
                try await group.waitForAll()
                return result
            } catch {
                group.cancelAll()
                throw error
            }
        }
        await clientLoops.shutdown()
        await serverLoops.shutdown()
        await offload.shutdown()
        return result
    }

    func unary(
        _ method: MethodDescriptor,
        _ message: [UInt8],
        metadata: Metadata = [:],
        options: CallOptions = .defaults
    ) async throws -> ClientResponse<[UInt8]> {
        try await client.unary(
            request: ClientRequest(message: message, metadata: metadata),
            descriptor: method,
            serializer: Plain(),
            deserializer: Plain(),
            options: options
        ) { $0 }
    }
}

extension CallOptions {
    /// The defaults with a change.
    static func with(_ change: (inout CallOptions) -> Void) -> CallOptions {
        var options = CallOptions.defaults
        change(&options)
        return options
    }
}
