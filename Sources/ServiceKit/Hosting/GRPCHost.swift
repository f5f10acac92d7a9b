internal import EventLoop
public import GRPCCore
internal import GrimoireAPI
public import Logging
public import ServiceLifecycle

/// Serves gRPC services until told to stop, then lets calls under way finish.
///
/// Adds what every service has. For calls, from the outside to the handler: trace, metrics, log and audit; authentication
/// and roles; HTTP statuses; error translation. Beside them: health and reflection over gRPC; health, readiness and metrics
/// over HTTP/1.1.
///
/// Starts and stops in order: keys, audit, readiness, HTTP, gRPC, and the other way round. So readiness tells of the
/// stopping while calls finish, and the audit has the last call.
public struct GRPCHost: Service {
    private let server: GRPCServer<Transport.Server>
    private let health: HealthRegistry
    private let readiness: ReadinessMonitor
    private let audit: AuditTrail
    private let fastPaths: FastPathLedger
    private let verifier: TokenVerifier
    private let http: ListeningPort?
    private let metrics: PrometheusRegistry
    private let threads: Transport.Threads
    private let configuration: ServiceConfiguration
    private let address: String
    private let logger: Logger
    /// The same look at operations that come another way than by gRPC.
    public let calls: CallScope

    /// - Parameters:
    ///   - services: The domain's services.
    ///   - descriptors: Their names, for health, reflection and audit.
    ///   - requirements: The role that each of their methods asks for; a method that is not in it is refused.
    ///   - statuses: HTTP statuses of successes other than 200, by method name.
    ///   - configuration: Where to listen.
    ///   - threads: Where everything runs.
    ///   - verifier: Who verifies tokens.
    ///   - logger: Where changes of state and failed calls are written.
    ///   - checks: What the service needs, for `/readyz`.
    ///   - audit: Where audit records are kept; the log where nil.
    ///   - metrics: What `/metrics` shows.
    ///   - innermost: Interceptors next to the handlers.
    ///   - fastPaths: Methods that answer some calls from memory. Not used while every call is logged, at debug.
    /// - Throws: `StartError` where an address cannot be taken.
    public init(
        services: [any RegistrableRPCService],
        descriptors: [ServiceDescriptor],
        requirements: [MethodDescriptor: Role],
        statuses: [String: Int] = [:],
        configuration: ServiceConfiguration,
        threads: Transport.Threads,
        verifier: TokenVerifier,
        logger: Logger,
        checks: [ReadinessCheck] = [],
        audit sink: (any AuditSink)? = nil,
        metrics: PrometheusRegistry = PrometheusRegistry(),
        innermost: [any ServerInterceptor] = [],
        fastPaths: [FastPath] = []
    ) async throws {
        self.configuration = configuration
        self.threads = threads
        self.verifier = verifier
        self.metrics = metrics
        self.logger = logger
        address = "\(configuration.listenHost):\(configuration.listenPort)"
        http = try await Self.httpPort(configuration, threads)
        let keys = ReadinessCheck("keys") { [verifier] in try verifier.requireKeys() }
        readiness = ReadinessMonitor(checks: verifier.mayLackKeys ? [keys] + checks : checks, logger: logger)
        audit = AuditTrail(
            sink: sink ?? LogAuditSink(logger: logger),
            audited: Set(descriptors),
            logger: logger,
            metrics: metrics
        )
        let callMetrics = CallMetrics(factory: metrics)
        let quick = logger.logLevel > .debug ? fastPaths : []
        let ledger = FastPathLedger(quick, metrics: callMetrics, audit: audit)
        self.fastPaths = ledger
        let transport: Transport.Server
        do {
            transport = try await Transport.server(
                configuration,
                threads: threads,
                rawMethods: quick.map { $0.rawMethod(verifier: verifier, ledger: ledger) }
            )
        } catch {
            throw Self.startError(address, error)
        }
        let standard: [ServiceDescriptor] = [
            .grpc_health_v1_Health, .grpc_reflection_v1_ServerReflection, ReflectionService.alphaService,
        ]
        health = HealthRegistry(services: descriptors)
        let observers: [any CallObserver] = [callMetrics, CallLog(logger: logger), ledger]
        calls = CallScope(observers: observers, logger: logger)
        let policy = AccessPolicy(requirements: requirements, openServices: Set(standard))
        server = GRPCServer(
            transport: transport,
            services: services + [
                HealthService(registry: health), try ReflectionService(services: descriptors + standard),
            ],
            interceptors: [
                CallInterceptor(observers: observers),
                AuthenticationInterceptor(verifier: verifier, policy: policy),
                HTTPStatusInterceptor(statuses: statuses),
                ErrorInterceptor(logger: logger),
            ] + innermost
        )
    }

    private static func httpPort(
        _ configuration: ServiceConfiguration,
        _ threads: Transport.Threads
    ) async throws -> ListeningPort? {
        guard let port = configuration.httpPort else { return nil }
        let host = configuration.listenHost
        do {
            return try await threads.offload.run { try ListeningPort(host: host, port: port) }
        } catch {
            let setting = ServiceConfiguration.Settings.httpPort.environmentName
            throw StartError(address: "\(host):\(port)", cause: error, setting: setting)
        }
    }

    /// Where the host listens, as `ipv4:127.0.0.1:7101`; waits until it does.
    ///
    /// - Throws: `TransportError` where it could not listen, or listens no more.
    public var listeningAddress: String {
        get async throws { try await Transport.listeningAddress(of: server.transport) }
    }

    /// Where health and metrics are served, `127.0.0.1:9090`; nil where they are not.
    public var httpAddress: String? { http?.address }

    /// Serves until a graceful shutdown, then until the calls under way have ended.
    ///
    /// - Throws: `StartError` where the address cannot be taken.
    public func run() async throws {
        var parts: [any Service] = [
            Part { await verifier.keys.run(threads, logger: logger) },
            Part { await audit.run(threads) },
            Part { await fastPaths.run(threads) },
            Part { await readiness.run(threads) },
        ]
        if let http {
            logger.info("Listening for HTTP", metadata: [LogKey.address: "\(http.address)"])
            parts.append(HTTPResponder(port: http, loop: threads.loops.loops[0], routes: routes))
        }
        parts.append(Part { try await serve() })
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: parts.map { .init(service: $0) },
                logger: ServiceProgram.quiet(logger)
            )
        ).run()
    }

    private var routes: HTTPResponder.Routes {
        [
            "/healthz": { HTTPAnswer(body: "{\"status\":\"alive\"}\n") },
            "/readyz": { [readiness] in await readiness.report().answer },
            "/metrics": { [metrics, fastPaths] in
                fastPaths.updateMetrics()
                return HTTPAnswer(
                    contentType: PrometheusText.contentType,
                    body: metrics.exposition() + ProcessMetrics.exposition()
                )
            },
        ]
    }

    private func serve() async throws {
        try await withGracefulShutdownHandler {
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await server.serve() }
                    if let listening = try? await Transport.listeningAddress(of: server.transport) {
                        logger.info("Listening", metadata: [LogKey.address: "\(listening)"])
                        health.setServing(true)
                        readiness.isServing()
                        StartMemory.release()
                    }
                    // Where there is no address, serving has failed, and its error tells why.
                    try await group.waitForAll()
                }
            } catch let error as RPCError {
                throw error
            } catch let error as RuntimeError {
                throw Self.startError(address, error.cause ?? error)
            }
        } onGracefulShutdown: {
            logger.info("Stopping: calls under way are finished")
            readiness.isStopping()
            health.close()
            server.beginGracefulShutdown()
        }
    }

    private static func startError(_ address: String, _ cause: any Error) -> StartError {
        let setting = ServiceConfiguration.Settings.listenPort.environmentName
        return StartError(address: address, cause: cause, setting: setting)
    }
}
