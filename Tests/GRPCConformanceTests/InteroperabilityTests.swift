import InteropSupport
import Testing

/// A server's transport and a client's, which must understand each other.
struct TransportPair: Sendable, CustomTestStringConvertible {
    var server: TransportKind
    var client: TransportKind

    var testDescription: String { "\(client) calls \(server)" }

    static let all = [
        TransportPair(server: .nio, client: .nio)
    ]

    /// Runs a case over a server and a client of its own.
    func run(_ body: @escaping @Sendable (InteropClient) async throws -> Void) async throws {
        try await InteropServer(over: server).withRunning { target in
            try await client.withClient(to: target, body)
        }
    }
}

@Suite("gRPC's interoperability tests pass between transports")
struct InteroperabilityTests {
    @Test(arguments: TransportPair.all, InteropCase.allCases)
    func `a case of gRPC's descriptions passes`(pair: TransportPair, interopCase: InteropCase) async throws {
        try await pair.run { try await $0.run(interopCase) }
    }

    @Test(arguments: TransportPair.all, FurtherCase.allCases)
    func `a further case passes`(pair: TransportPair, furtherCase: FurtherCase) async throws {
        try await pair.run { try await $0.run(furtherCase) }
    }
}
