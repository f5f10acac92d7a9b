internal import EventLoop
internal import GRPCCore
internal import GrimoireAPI
internal import Logging
internal import Redis
public import ServiceKit
internal import ServiceLifecycle

/// `grimoire-mappings` as a whole: what it is made of, in the order in which it starts.
public enum MappingService {
    /// The settings beyond those of every service.
    public enum Settings {
        /// Where grimoire-processes is.
        public static let processesAddress = ServiceClient.processesAddress
        /// The caches' size.
        public static let cacheMegabytes = Setting<Int>.integer(
            "cache.megabytes",
            0...65_536,
            meaning: "Megabytes of mappings that each event loop keeps in memory at most; 0 for none.",
            fallback: 64
        )

        /// All of them, and those of every service.
        public static let all =
            ServiceConfiguration.Settings.all + [processesAddress.description, cacheMegabytes.description]
            + RedisSettings.all
    }

    /// Serves until a signal.
    ///
    /// - Throws: What stops the start: `ConfigurationError`, `StartError`.
    public static func serve(_ settings: SettingsReader) async throws {
        let configuration = try MappingServiceConfiguration(reading: settings)
        let logger = ServiceProgram.logger(label: "grimoire-mappings", level: configuration.service.logLevel)
        let verifier = try await TokenVerifier(configuration: configuration.service.authentication)
        let threads = try Transport.Threads(configuration.service)
        let processes = try ServiceClient(address: configuration.processes, threads: threads)
        let redis = configuration.redis.map { SharedRedis($0, threads: threads, logger: logger) }
        let metrics = PrometheusRegistry(
            help: PrometheusRegistry.standardHelp.merging(ReadMetrics.help) { standard, _ in standard }
        )
        let upstream = Upstream(
            processes: Grimoire_V1_ProcessManager.Client(wrapping: processes.client),
            mappings: Grimoire_V1_MappingSource.Client(wrapping: processes.client)
        )
        let loads = LoadTable()
        let reads = ReadMetrics(factory: metrics)
        let lanes = MappingLanes(threads.loops) { loop in
            MappingReader(
                cache: MappingCache(bytes: configuration.cacheBytes, loop: loop),
                shared: SharedCache(redis: redis?.clients.client(on: loop), loop: loop),
                upstream: upstream,
                loads: loads,
                metrics: reads
            )
        }
        let host = try await GRPCHost(
            services: [MappingsService(lanes: lanes, upstream: upstream)],
            descriptors: [Grimoire_V1_ProcessMappings.descriptor],
            requirements: requirements,
            configuration: configuration.service,
            threads: threads,
            verifier: verifier,
            logger: logger,
            // What is known is served without either of them.
            checks: [processes.check("grimoire-processes", isRequired: false), redis?.check].compactMap {
                $0
            },
            metrics: metrics,
            fastPaths: MappingFastPaths(lanes: lanes).all
        )
        // What calls need starts first and so stops last.
        var services: [any Service] = [processes]
        if let redis { services += [redis, redis.listener(for: lanes)] }
        services.append(host)
        try await ServiceProgram.run(services, grace: configuration.service.shutdownGrace, logger: logger) {
            await threads.shutdown()
        }
    }

    /// Which role each method asks for.
    private static let requirements = Dictionary(
        uniqueKeysWithValues: Grimoire_V1_ProcessMappings.Method.descriptors.map { ($0, Role.viewer) }
    )
}
