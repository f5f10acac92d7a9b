import ArgumentParser
import EventLoop
import Foundation
import GRPCCore
import GRPCNghttp2

/// A load generator for `scripts/bench processes` and `scripts/bench mappings`. GRIMOIRE_TOKEN is the token that it calls with.
@main
struct ProcessBenchClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "process-bench-client",
        subcommands: [Mappings.self, Read.self, Update.self, Walk.self]
    )
}

/// Where a service listens, and what calls it.
struct Server: ParsableArguments {
    @Argument(help: "Port of 127.0.0.1.")
    var port: UInt16

    /// Runs `body` with as many clients, a connection each, all on one loop.
    func withClients<Result: Sendable>(
        _ count: Int,
        _ body:
            @Sendable (
                [GRPCClient<Nghttp2ClientTransport>], EventLoop
            ) async throws -> Result
    ) async throws -> Result {
        let loops = try EventLoopGroup(count: 1)
        try loops.start()
        let offload = OffloadExecutor(width: 1)
        let clients = try (0..<count).map { _ in
            try GRPCClient(
                transport: Nghttp2ClientTransport(
                    target: .ipv4("127.0.0.1", port: port),
                    loops: loops,
                    offload: offload
                )
            )
        }
        return try await withThrowingTaskGroup(of: Void.self) { running in
            for client in clients {
                running.addTask { try await client.runConnections() }
            }
            let result = try await body(clients, loops.next())
            clients.forEach { $0.beginGracefulShutdown() }
            try await running.waitForAll()
            return result
        }
    }
}

extension Metadata {
    /// The token of the environment.
    static func token() throws -> Metadata {
        guard let token = ProcessInfo.processInfo.environment["GRIMOIRE_TOKEN"] else {
            throw ValidationError("GRIMOIRE_TOKEN is not set")
        }
        return ["authorization": "Bearer \(token)"]
    }
}

/// A service that answers something else than it should.
struct WrongAnswer: Error {
    let reason: String
}
