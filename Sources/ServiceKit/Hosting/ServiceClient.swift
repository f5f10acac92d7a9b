public import GRPCCore
public import ServiceLifecycle

/// The connections from one of Grimoire's services to another.
public struct ServiceClient: Service {
    /// What generated stubs call through.
    public let client: GRPCClient<Transport.Client>

    /// A client of the service at `address`. Nothing is opened before `run()`.
    ///
    /// - Throws: `ConfigurationError` where the address cannot be called.
    public init(address: HostPort, threads: Transport.Threads) throws(ConfigurationError) {
        client = GRPCClient(transport: try Transport.client(address, threads: threads))
    }

    /// Keeps the connections until a graceful shutdown.
    public func run() async throws {
        try await withGracefulShutdownHandler {
            try await client.runConnections()
        } onGracefulShutdown: {
            client.beginGracefulShutdown()
        }
    }

    /// What another service refused, to be passed on: without the headers of that hop.
    public static func passedOn(_ error: RPCError) -> RPCError {
        var metadata: Metadata = [:]
        for value in error.metadata[binaryValues: "grpc-status-details-bin"] {
            metadata.addBinary(value, forKey: "grpc-status-details-bin")
        }
        return RPCError(code: error.code, message: error.message, metadata: metadata)
    }

    /// The metadata with which a call goes on for the one it serves: the same caller, by the same token.
    public static func forwarded(from metadata: Metadata) -> Metadata {
        var forwarded: Metadata = [:]
        for key in ["authorization", "grimoire-organization", "traceparent", "tracestate"] {
            for value in metadata[stringValues: key] { forwarded.addString(value, forKey: key) }
        }
        return forwarded
    }
}
