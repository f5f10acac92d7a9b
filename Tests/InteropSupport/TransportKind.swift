internal import EventLoop
internal import GRPCCore
internal import GRPCNIOTransportHTTP2
internal import GRPCNghttp2

/// The transports that the suite runs over.
public enum TransportKind: String, CaseIterable, Sendable {
    /// grpc-swift-nio-transport, which nobody here wrote.
    case nio
    /// Ours.
    case nghttp2

    /// Whether a handler or a caller can have single messages compressed or not.
    public var choosesCompression: Bool {
        switch self {
        case .nio: false
        case .nghttp2: true
        }
    }

    /// Connects to a server while `body` runs.
    public func withClient<Result: Sendable>(
        to target: String,
        settings: ClientSettings = ClientSettings(),
        serverSeesCompression: Bool = true,
        _ body: @escaping @Sendable (InteropClient) async throws -> Result
    ) async throws -> Result {
        switch self {
        case .nio:
            let transport = try HTTP2ClientTransport.Posix.nio(
                target: ServerTarget(target),
                settings: settings
            )
            return try await withGRPCClient(transport: transport) { client in
                try await body(InteropClient(client: client, serverSeesCompression: serverSeesCompression))
            }
        case .nghttp2:
            return try await EventLoopGroup.withRunning { loops, offload in
                let transport = try Nghttp2ClientTransport(
                    target: Target(target),
                    loops: loops,
                    offload: offload,
                    serviceConfig: settings.serviceConfig
                )
                return try await withGRPCClient(transport: transport) { client in
                    try await body(
                        InteropClient(client: client, serverSeesCompression: serverSeesCompression)
                    )
                }
            }
        }
    }
}
