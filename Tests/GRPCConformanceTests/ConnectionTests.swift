import Foundation
import GRPCCore
import InteropSupport
import Testing

@Suite("Connections come and go without harm to calls", .serialized)
struct ConnectionTests {
    /// A Unix socket's path, for servers that come back where they were.
    private func withSocket(_ body: (_ path: String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "interop-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.appending(path: "socket").path())
    }

    private func server(_ pair: TransportPair, at path: String) throws -> InteropServer {
        var settings = ServerSettings()
        settings.address = .unix(path: path)
        return try pair.makeServer(settings)
    }

    @Test(arguments: TransportPair.all)
    func `a call waits for a server that is not there yet, if it may`(pair: TransportPair) async throws {
        try await withSocket { path in
            try await pair.client.withClient(to: "unix:\(path)") { client in
                try await client.expectUnavailable()
                let server = try server(pair, at: path)
                async let waiting: Void = client.smallCall(waitForReady: true)
                async let serving: Void = server.run()
                try await waiting
                server.beginGracefulShutdown()
                try await serving
            }
        }
    }

    @Test(arguments: TransportPair.all)
    func `a shutdown in order lets calls under way finish`(pair: TransportPair) async throws {
        let server = try pair.makeServer()
        try await server.withRunning { target in
            try await pair.client.withClient(to: target) { client in
                try await client.duplexCall { server.beginGracefulShutdown() }
            }
        }
    }

    // Its client fails calls while connections change, and hardly ever gets through this.
    @Test(arguments: TransportPair.all.filter { $0.client != .nio })
    func `restarts under load fail no call`(pair: TransportPair) async throws {
        try await pair.run(
            mayFail: "refuses streams that come after its GOAWAY, or ends their connection"
        ) {
            try await withSocket { path in
                try await pair.client.withClient(to: "unix:\(path)") { client in
                    let made = try await client.underLoad { load in
                        for _ in 0..<3 {
                            try await server(pair, at: path).withRunning { _ in await load.waitForCalls(50) }
                        }
                        // Those that wait now need a server to end.
                        try await server(pair, at: path).withRunning { _ in await load.stop() }
                    }
                    #expect(made >= 150)
                }
            }
        }
    }

    @Test(arguments: TransportPair.all)
    func `the service configuration's deadlines and retries are kept`(pair: TransportPair) async throws {
        let service = "grpc.testing.TestService"
        var settings = ClientSettings()
        settings.serviceConfig = ServiceConfig(methodConfig: [
            MethodConfig(
                names: [MethodConfig.Name(service: service, method: "StreamingOutputCall")],
                timeout: .milliseconds(100)
            ),
            MethodConfig(
                names: [MethodConfig.Name(service: service)],
                executionPolicy: .retry(
                    RetryPolicy(
                        maxAttempts: 3,
                        initialBackoff: .milliseconds(5),
                        maxBackoff: .milliseconds(10),
                        backoffMultiplier: 1.5,
                        retryableStatusCodes: [.unavailable]
                    )
                )
            ),
        ])
        try await pair.makeServer().withRunning { [settings] target in
            try await pair.client.withClient(to: target, settings: settings) { client in
                try await client.expectDeadline()
                try await client.callRefused(times: 2)
                try await client.expectRefusal(times: 3)
            }
        }
    }
}
