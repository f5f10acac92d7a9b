import ArgumentParser
import BenchmarkAPI
import EventLoop
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCNghttp2
import NIOPosix

/// A server for `scripts/bench transport`: the same service on the transport that is to be measured.
@main
struct TransportBenchServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "transport-bench-server")

    enum Transport: String, ExpressibleByArgument, CaseIterable {
        case nio, nghttp2
        /// nghttp2, where unary methods go past GRPCCore, from encoded answers that are kept.
        case raw
        /// The same with every message decoded and encoded.
        case rawEncoding = "raw-encoding"
    }

    @Option(help: "What to serve on.")
    var transport: Transport

    @Option(help: "Port of 127.0.0.1.")
    var port: UInt16

    @Option(help: "Number of event loops.")
    var loops = 1

    func run() async throws {
        switch transport {
        case .nio:
            try await serve(
                HTTP2ServerTransport.Posix(
                    address: .ipv4(host: "127.0.0.1", port: Int(port)),
                    transportSecurity: .plaintext,
                    eventLoopGroup: MultiThreadedEventLoopGroup(numberOfThreads: loops)
                )
            )
        case .nghttp2: try await serve(nghttp2(ServerConfiguration()))
        case .raw, .rawEncoding:
            var configuration = ServerConfiguration()
            let mappings = RawMappings(service: MappingsService(), keepsAnswers: transport == .raw)
            configuration.rawMethods = mappings.methods
            try await serve(nghttp2(configuration))
        }
    }

    private func nghttp2(_ configuration: ServerConfiguration) throws -> Nghttp2ServerTransport {
        let group = try EventLoopGroup(count: loops)
        try group.start()
        return Nghttp2ServerTransport(
            address: try SocketAddress(host: "127.0.0.1", port: port),
            loops: group,
            offload: OffloadExecutor(width: 1),
            configuration: configuration
        )
    }

    private func serve(_ transport: some ServerTransport) async throws {
        let server = GRPCServer(
            transport: transport,
            services: [MappingsService()],
            interceptors: [AuthorizationInterceptor()]
        )
        try await server.serve()
    }
}
