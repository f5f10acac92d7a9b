internal import GRPCCore

/// The transports that the suite runs over.
public enum TransportKind: String, CaseIterable, Sendable {
    /// grpc-swift-nio-transport, which nobody here wrote.
    case nio

    /// Whether a handler or a caller can have single messages compressed or not.
    public var choosesCompression: Bool {
        switch self {
        case .nio: false
        }
    }

    /// Connects to a server while `body` runs.
    public func withClient<Result: Sendable>(
        to target: String,
        settings: ClientSettings = ClientSettings(),
        serverSeesCompression: Bool = true,
        _ body: @escaping @Sendable (InteropClient) async throws -> Result
    ) async throws -> Result {
        let target = try Target(target)
        switch self {
        case .nio:
            return try await withGRPCClient(transport: try .nio(target: target, settings: settings)) {
                client in
                try await body(InteropClient(client: client, serverSeesCompression: serverSeesCompression))
            }
        }
    }
}
