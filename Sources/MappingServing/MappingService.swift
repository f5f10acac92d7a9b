internal import GRPCCore
internal import GrimoireAPI
public import ServiceKit

/// `grimoire-mappings` as a whole: what it is made of, in the order in which it starts.
public enum MappingService {
    /// The settings beyond those of every service.
    public enum Settings {
        /// Where grimoire-processes is.
        public static let processesAddress = Setting<HostPort>(
            "processes.address",
            meaning: "Where grimoire-processes accepts gRPC.",
            allowed: "host:port, such as 127.0.0.1:7101"
        ) { HostPort($0) }

        /// All of them, and those of every service.
        public static let all = ServiceConfiguration.Settings.all + [processesAddress.description]
    }

    /// Serves until a signal.
    ///
    /// - Throws: What stops the start: `ConfigurationError`, `StartError`.
    public static func serve(_ settings: SettingsReader) async throws {
        let configuration = try ServiceConfiguration(reading: settings, coreCount: ServiceProgram.coreCount)
        let address = try settings.value(of: Settings.processesAddress)
        let logger = ServiceProgram.logger(label: "grimoire-mappings", level: configuration.logLevel)
        let verifier = try await TokenVerifier(configuration: configuration.authentication)
        let threads = try Transport.Threads(configuration)
        let processes = try ServiceClient(address: address, threads: threads)
        let service = MappingsService(
            processes: Grimoire_V1_ProcessManager.Client(wrapping: processes.client)
        )
        let host = try await GRPCHost(
            services: [service],
            descriptors: [Grimoire_V1_ProcessMappings.descriptor],
            requirements: [Grimoire_V1_ProcessMappings.Method.GetProcessMapping.descriptor: .viewer],
            configuration: configuration,
            threads: threads,
            verifier: verifier,
            logger: logger,
            checks: [processes.check("grimoire-processes")]
        )
        // The client starts first and so stops last: calls under way still need it.
        try await ServiceProgram.run([processes, host], grace: configuration.shutdownGrace, logger: logger) {
            await threads.shutdown()
        }
    }
}
