public import GRPCCore
internal import GrimoireAPI
public import Logging
public import ServiceLifecycle

/// Serves gRPC services until told to stop, then lets calls under way finish.
///
/// Adds what every service has: error translation, authentication, health and reflection.
public struct GRPCHost: Service {
    private let server: GRPCServer<Transport.Server>
    private let health: HealthRegistry
    private let address: String
    private let logger: Logger

    /// - Parameters:
    ///   - services: The domain's services.
    ///   - descriptors: Their names, for health and reflection.
    ///   - requirements: The role that each of their methods asks for.
    ///   - statuses: HTTP statuses of successes other than 200, by method name.
    ///   - configuration: Where to listen.
    ///   - threads: Where everything runs.
    ///   - verifier: Who verifies tokens.
    ///   - logger: Where changes of state and unknown errors are written.
    ///   - innermost: Interceptors next to the handlers.
    /// - Throws: `StartError` where the host to listen on has no address.
    public init(
        services: [any RegistrableRPCService],
        descriptors: [ServiceDescriptor],
        requirements: [MethodDescriptor: Role],
        statuses: [String: Int] = [:],
        configuration: ServiceConfiguration,
        threads: Transport.Threads,
        verifier: TokenVerifier,
        logger: Logger,
        innermost: [any ServerInterceptor] = []
    ) async throws {
        address = "\(configuration.listenHost):\(configuration.listenPort)"
        let transport: Transport.Server
        do {
            transport = try await Transport.server(configuration, threads: threads)
        } catch {
            throw StartError(address: address, cause: error)
        }
        let standard: [ServiceDescriptor] = [
            .grpc_health_v1_Health, .grpc_reflection_v1_ServerReflection, ReflectionService.alphaService,
        ]
        health = HealthRegistry(services: descriptors)
        let policy = AccessPolicy(requirements: requirements, openServices: Set(standard))
        server = GRPCServer(
            transport: transport,
            services: services + [
                HealthService(registry: health), try ReflectionService(services: descriptors + standard),
            ],
            // From the outside to the handler.
            interceptors: [
                AuthenticationInterceptor(verifier: verifier, policy: policy),
                HTTPStatusInterceptor(statuses: statuses),
                ErrorInterceptor(logger: logger),
            ] + innermost
        )
        self.logger = logger
    }

    /// Where the host listens, as `ipv4:127.0.0.1:7101`; waits until it does.
    ///
    /// - Throws: `TransportError` where it could not listen, or listens no more.
    public var listeningAddress: String {
        get async throws { try await Transport.listeningAddress(of: server.transport) }
    }

    /// Serves until a graceful shutdown, then until the calls under way have ended.
    ///
    /// - Throws: `StartError` where the address cannot be taken.
    public func run() async throws {
        try await withGracefulShutdownHandler {
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await server.serve() }
                    if let listening = try? await Transport.listeningAddress(of: server.transport) {
                        logger.info("Listening", metadata: [LogKey.address: "\(listening)"])
                        health.setServing(true)
                    }
                    // Where there is no address, serving has failed, and its error tells why.
                    try await group.waitForAll()
                }
            } catch let error as RPCError {
                throw error
            } catch let error as RuntimeError {
                throw StartError(address: address, cause: error.cause ?? error)
            }
        } onGracefulShutdown: {
            logger.info("Stopping: calls under way are finished")
            health.close()
            server.beginGracefulShutdown()
        }
    }
}

/// A service could not take its address.
public struct StartError: Error, CustomStringConvertible {
    /// What went wrong and what to do, in one line.
    public let description: String

    init(address: String, cause: any Error) {
        description =
            "Cannot listen on \(address): \(cause). Is another process on that port? "
            + "GRIMOIRE_LISTEN_PORT chooses another one."
    }
}
