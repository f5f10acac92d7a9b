import ArgumentParser
import BenchmarkAPI
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOPosix

/// A server for `scripts/bench transport`: the same service on the transport that is to be measured.
@main
struct TransportBenchServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "transport-bench-server")

    enum Transport: String, ExpressibleByArgument, CaseIterable {
        case nio
    }

    @Option(help: "What to serve on.")
    var transport: Transport

    @Option(help: "Port of 127.0.0.1.")
    var port: Int

    @Option(help: "Number of event loops.")
    var loops = 1

    func run() async throws {
        switch transport {
        case .nio:
            try await serve(
                HTTP2ServerTransport.Posix(
                    address: .ipv4(host: "127.0.0.1", port: port),
                    transportSecurity: .plaintext,
                    eventLoopGroup: MultiThreadedEventLoopGroup(numberOfThreads: loops)
                )
            )
        }
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
