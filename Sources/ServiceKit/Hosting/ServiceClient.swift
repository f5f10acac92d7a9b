public import GRPCCore
internal import GrimoireAPI
public import ServiceLifecycle

/// The connections from one of Grimoire's services to another.
public struct ServiceClient: Service {
    /// The setting of those that call grimoire-processes.
    public static let processesAddress = Setting<HostPort>(
        "processes.address",
        meaning: "Where grimoire-processes accepts gRPC.",
        allowed: "host:port, such as 127.0.0.1:7101"
    ) { HostPort($0) }

    /// What generated stubs call through.
    public let client: GRPCClient<Transport.Client>

    /// A client of the service at `address`. Nothing is opened before `run()`.
    ///
    /// - Throws: `ConfigurationError` where the address cannot be called.
    public init(address: HostPort, threads: Transport.Threads) throws(ConfigurationError) {
        client = GRPCClient(
            transport: try Transport.client(address, threads: threads),
            interceptors: [TracingClientInterceptor()]
        )
    }

    /// Whether the other service serves, for `/readyz`.
    ///
    /// - Parameters:
    ///   - name: What the report calls it.
    ///   - isRequired: Whether this service is of no use without it.
    public func check(_ name: String, isRequired: Bool = true) -> ReadinessCheck {
        let health = Grpc_Health_V1_Health.Client(wrapping: client)
        return ReadinessCheck(name, isRequired: isRequired) {
            var options = CallOptions.defaults
            options.timeout = ReadinessMonitor.probeTime
            let answer = try await health.check(.init(), options: options)
            guard answer.status == .serving else {
                throw RPCError(code: .unavailable, message: "\(name) is not serving")
            }
        }
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
        for value in error.metadata[stringValues: "retry-after"] {
            metadata.addString(value, forKey: "retry-after")
        }
        return RPCError(code: error.code, message: error.message, metadata: metadata)
    }

    /// The metadata with which a call goes on for the one it serves: the same caller, by the same token. The trace, the client
    /// adds by itself.
    public static func forwarded(from metadata: Metadata) -> Metadata {
        var forwarded: Metadata = [:]
        for key in ["authorization", "grimoire-organization"] {
            for value in metadata[stringValues: key] { forwarded.addString(value, forKey: key) }
        }
        return forwarded
    }
}
