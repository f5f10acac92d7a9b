internal import EventLoop
internal import FoundationEssentials
internal import GRPCCore
internal import GrimoireAPI
internal import LiteLLM
internal import Logging
internal import Redis
public import ServiceKit
internal import ServiceLifecycle
internal import WebSocketServing

/// `grimoire-suggestions` as a whole: what it is made of, in the order in which it starts.
public enum SuggestionService {
    /// Serves until a signal.
    ///
    /// - Throws: What stops the start: `ConfigurationError`, `StartError`.
    public static func serve(_ settings: SettingsReader) async throws {
        let configuration = try SuggestionServiceConfiguration(reading: settings)
        let logger = ServiceProgram.logger(
            label: "grimoire-suggestions",
            level: configuration.service.logLevel
        )
        let verifier = try await TokenVerifier(configuration: configuration.service.authentication)
        let threads = try Transport.Threads(configuration.service)
        let processes = try ServiceClient(address: configuration.processes, threads: threads)
        let redis = configuration.redis.map {
            RedisClients(configuration: $0, loops: threads.loops, offload: threads.offload, logger: logger)
        }
        let metrics = PrometheusRegistry(
            help: PrometheusRegistry.standardHelp.merging(SuggestionMetrics.help) { standard, _ in standard }
        )
        let parts = SuggestionParts(
            configuration,
            threads: threads,
            processes: processes,
            redis: redis,
            logger: logger,
            metrics: SuggestionMetrics(factory: metrics)
        )
        let chats = OpenChats()
        let checks = [processes.check("grimoire-processes", isRequired: false), redis.map(redisCheck)]
        let host = try await GRPCHost(
            services: [service(parts, chats, verifier)],
            descriptors: [Grimoire_V1_ProcessSuggestions.descriptor],
            requirements: requirements,
            configuration: configuration.service,
            threads: threads,
            verifier: verifier,
            logger: logger,
            checks: checks.compactMap { $0 },
            metrics: metrics
        )
        // What calls need starts first and so stops last.
        var services: [any Service] = [processes]
        if let redis {
            services.append(RunningPart { await cancelWhenGracefulShutdown { await redis.run() } })
        }
        if let redis = configuration.redis {
            let processes = parts.desk.pipeline.processes
            services.append(
                ChangeListener(processes, configuration: redis, threads: threads, logger: logger)
            )
        }
        services += parts.services
        var fronts: [any Service] = [host, chats]
        if let webSocket = configuration.webSocket {
            let socket = ChatSocket(desk: parts.desk, verifier: verifier, calls: host.calls)
            fronts.append(
                try await ChatSocketHost(webSocket, socket: socket, loops: threads.loops, logger: logger)
            )
        }
        services.append(Fronts(fronts))
        let grace = configuration.service.shutdownGrace + Self.recordingTime
        try await ServiceProgram.run(services, grace: grace, logger: logger) {
            await parts.shutdown()
            await threads.shutdown()
        }
    }

    /// How long the last exchanges may take to be recorded, once the calls have ended or their time is over.
    private static let recordingTime: Duration = .seconds(5)

    private static func service(
        _ parts: SuggestionParts,
        _ chats: OpenChats,
        _ verifier: TokenVerifier
    ) -> SuggestionsService {
        SuggestionsService(desk: parts.desk, reports: parts.reports, chats: chats, verifier: verifier)
    }

    private static func redisCheck(_ clients: RedisClients) -> ReadinessCheck {
        ReadinessCheck("redis", isRequired: false) {
            _ = try await clients.own.send(RedisCommand("PING", keyIndex: nil))
        }
    }

    /// Which role each method asks for.
    private static let requirements: [MethodDescriptor: Role] = Dictionary(
        uniqueKeysWithValues: Grimoire_V1_ProcessSuggestions.Method.descriptors.map { method in
            let writes = ["SuggestionsChat", "RateSuggestion"].contains(method.method)
            return (method, writes ? .editor : .viewer)
        }
    )
}

/// Both ways in. They stop at the same time: one after the other, the second would still let clients in while the first one drains.
struct Fronts: Service {
    private let fronts: [any Service]

    init(_ fronts: [any Service]) { self.fronts = fronts }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for front in fronts { group.addTask { try await front.run() } }
            // One by one: the first to fail takes the others with it, which waiting for all does not do.
            for try await _ in group {}
        }
    }
}

/// A part of the service that runs until the service stops. One that has nothing to do, as some have without Redis, waits for that: a
/// service that returns stops its whole group.
struct RunningPart: Service {
    private let body: @Sendable () async throws -> Void

    init(_ body: @escaping @Sendable () async throws -> Void) { self.body = body }

    func run() async throws {
        try await body()
        try? await gracefulShutdown()
    }
}
