import ArgumentParser
import BenchmarkAPI
import EventLoop
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCNghttp2
import Glibc
import NIOPosix
import TestSupport

/// A load generator for `scripts/bench transport`; it takes and prints what grpc-cpp/client.cc does.
@main
struct TransportBenchClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "transport-bench-client")

    enum Transport: String, ExpressibleByArgument, CaseIterable {
        case nio, nghttp2
    }

    @Option(help: "What to call over.")
    var transport: Transport

    @Argument(help: "Port of 127.0.0.1.")
    var port: UInt16

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

    private static let coreCount = sysconf(Int32(_SC_NPROCESSORS_ONLN))

    func run() async throws {
        let latencies: [Duration]
        switch transport {
        case .nio:
            let group = MultiThreadedEventLoopGroup(numberOfThreads: Self.coreCount)
            latencies = try await measure(on: []) { _ in
                try HTTP2ClientTransport.Posix(
                    target: .ipv4(address: "127.0.0.1", port: Int(port)),
                    transportSecurity: .plaintext,
                    eventLoopGroup: group
                )
            }
        case .nghttp2:
            // Each client on one loop, so that it has one connection, as the other clients have.
            let groups = try (0..<min(Self.coreCount, connections)).map { _ in
                try EventLoopGroup(count: 1)
            }
            for group in groups { try group.start() }
            let offload = OffloadExecutor(width: 1)
            latencies = try await measure(on: groups.map { $0.next() }) { number in
                try Nghttp2ClientTransport(
                    target: .ipv4("127.0.0.1", port: port),
                    loops: groups[number % groups.count],
                    offload: offload
                )
            }
        }
        print(try Summary(latencies: latencies, seconds: seconds).json)
    }

    /// One client, and so one connection, for each of `connections`; whoever calls is on its loop of `loops`, as the
    /// transport asks for.
    private func measure<Transport: ClientTransport>(
        on loops: [EventLoop],
        makeTransport: @Sendable (_ number: Int) throws -> Transport
    ) async throws -> [Duration] {
        let clients = try (0..<connections).map { try GRPCClient(transport: makeTransport($0)) }
        return try await withThrowingTaskGroup(of: Void.self) { running in
            for client in clients {
                running.addTask { try await client.runConnections() }
            }
            let latencies = try await load(clients.map { Hello_Mappings.Client(wrapping: $0) }, on: loops)
            clients.forEach { $0.beginGracefulShutdown() }
            try await running.waitForAll()
            return latencies
        }
    }

    private func load<Transport: ClientTransport>(
        _ clients: [Hello_Mappings.Client<Transport>],
        on loops: [EventLoop]
    ) async throws -> [Duration] {
        // Connects first, so that the warm-up does not go by without calls.
        for client in clients { _ = try await client.get(.benchmark, metadata: .benchmark) }
        let period = Period(warmUp: .seconds(warmUpSeconds), length: .seconds(seconds))
        return try await withThrowingTaskGroup(of: [Duration].self) { workers in
            for (number, client) in clients.enumerated() {
                let loop = loops.isEmpty ? nil : loops[number % loops.count]
                for _ in 0..<concurrency {
                    workers.addTask(executorPreference: loop?.taskExecutor) {
                        try await Worker(client: client, period: period).run(mode)
                    }
                }
            }
            return try await workers.reduce(into: []) { $0 += $1 }
        }
    }
}
