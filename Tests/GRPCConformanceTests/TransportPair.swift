import InteropSupport
import Testing

/// A server's transport and a client's, which must understand each other.
struct TransportPair: Sendable, CustomTestStringConvertible {
    var server: TransportKind
    var client: TransportKind

    var testDescription: String { "\(client) calls \(server)" }

    static let all = [
        TransportPair(server: .nio, client: .nio),
        TransportPair(server: .nghttp2, client: .nio),
        TransportPair(server: .nio, client: .nghttp2),
        TransportPair(server: .nghttp2, client: .nghttp2),
    ]

    /// Makes a server, in a process of its own where it is not ours.
    func makeServer(_ settings: ServerSettings = ServerSettings()) throws -> InteropServer {
        switch server {
        case .nio: InteropServer(program: server, settings: settings)
        case .nghttp2: try InteropServer(over: server, settings: settings)
        }
    }

    /// Runs a case over a server and a client of its own; what grpc-swift-nio-transport cannot do must fail.
    func run(
        _ name: String,
        _ body: @escaping @Sendable (InteropClient) async throws -> Void
    ) async throws {
        let knownIssues = [
            server == .nio ? Self.nioServerCannot[name] : nil,
            client == .nio ? Self.nioClientCannot[name] : nil,
        ]
        let run = {
            try await makeServer().withRunning { [client] target in
                switch client {
                case .nio:
                    let arguments = ["--transport", client.rawValue, "--target", target, name]
                    try await ChildProgram("interop-client", arguments).run()
                case .nghttp2:
                    try await client.withClient(to: target, body)
                }
            }
        }
        if let reason = knownIssues.compactMap({ $0 }).first {
            await withKnownIssue("grpc-swift-nio-transport: \(reason)") { try await run() }
        } else if let reason = Self.nioServerMayFail[name] {
            try await self.run(mayFail: reason, run)
        } else {
            try await run()
        }
    }

    /// Runs what may fail where grpc-swift-nio-transport serves, and nowhere else.
    func run(mayFail reason: String, _ body: () async throws -> Void) async throws {
        if server == .nio {
            await withKnownIssue("grpc-swift-nio-transport: \(reason)", isIntermittent: true, body)
        } else {
            try await body()
        }
    }

    /// What version 2.9 cannot do as a server, by case.
    private static let nioServerCannot = [
        InteropCase.serverCompressedUnary.rawValue: "compresses every response that it may",
        InteropCase.serverCompressedStreaming.rawValue: "compresses every message of a response, or none",
        InteropCase.clientCompressedStreaming.rawValue: "does not show which messages came compressed",
        FurtherCase.requestTooLarge.rawValue: "resets the stream, without a status",
    ]

    /// What version 2.9 sometimes fails at as a server, by case.
    private static let nioServerMayFail = [
        FurtherCase.concurrentLargeUnary.rawValue:
            "its debug builds trap: 'Received flush data frames while buffering control frames'"
    ]

    /// What version 2.9 cannot do as a client, by case.
    private static let nioClientCannot = [
        InteropCase.clientCompressedStreaming.rawValue: "compresses every message of a request, or none",
        InteropCase.serverCompressedStreaming.rawValue: "does not show which messages came compressed",
        InteropCase.cancelAfterBegin.rawValue: "UNKNOWN, caused by a CancellationError",
        InteropCase.cancelAfterFirstResponse.rawValue: "throws a CancellationError, which has no status",
        FurtherCase.responseTooLarge.rawValue: "ignores maxResponseMessageBytes",
    ]
}
