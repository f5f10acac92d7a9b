import ArgumentParser
import BenchmarkAPI
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOPosix

/// A load generator for `scripts/bench transport`; it takes and prints what grpc-cpp/client.cc does.
@main
struct TransportBenchClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "transport-bench-client")

    enum Transport: String, ExpressibleByArgument, CaseIterable {
        case nio
    }

    @Option(help: "What to call over.")
    var transport: Transport

    @Option(help: "Number of event loops.")
    var loops = 1

    @Argument(help: "Port of 127.0.0.1.")
    var port: Int

    @Argument
    var mode: WorkerMode

    @Argument
    var connections: Int

    @Argument(help: "Calls under way on each connection.")
    var concurrency: Int

    @Argument
    var warmUpSeconds: Double

    @Argument
    var seconds: Double

    func run() async throws {
        let latencies: [Duration]
        switch transport {
        case .nio:
            let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
            latencies = try await measure {
                try HTTP2ClientTransport.Posix(
                    target: .ipv4(address: "127.0.0.1", port: port),
                    transportSecurity: .plaintext,
                    eventLoopGroup: group
                )
            }
        }
        print(try Summary(latencies: latencies, seconds: seconds).json)
    }

    /// One client, and so one connection, for each of `connections`.
    private func measure<Transport: ClientTransport>(
        makeTransport: @Sendable () throws -> Transport
    ) async throws -> [Duration] {
        let clients = try (0..<connections).map { _ in try GRPCClient(transport: makeTransport()) }
        return try await withThrowingTaskGroup(of: Void.self) { running in
            for client in clients {
                running.addTask { try await client.runConnections() }
            }
            let latencies = try await load(clients.map { Hello_Mappings.Client(wrapping: $0) })
            clients.forEach { $0.beginGracefulShutdown() }
            try await running.waitForAll()
            return latencies
        }
    }

    private func load<Transport: ClientTransport>(
        _ clients: [Hello_Mappings.Client<Transport>]
    ) async throws -> [Duration] {
        // Connects first, so that the warm-up does not go by without calls.
        for client in clients { _ = try await client.get(.benchmark, metadata: .benchmark) }
        let period = Period(warmUp: .seconds(warmUpSeconds), length: .seconds(seconds))
        return try await withThrowingTaskGroup(of: [Duration].self) { workers in
            for client in clients {
                for _ in 0..<concurrency {
                    workers.addTask { try await Worker(client: client, period: period).run(mode) }
                }
            }
            return try await workers.reduce(into: []) { $0 += $1 }
        }
    }
}
