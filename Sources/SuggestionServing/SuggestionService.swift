internal import EventLoop
internal import GRPCCore
internal import GrimoireAPI
internal import Logging
public import ServiceKit
internal import ServiceLifecycle

/// `grimoire-suggestions` as a whole: what it is made of, in the order in which it starts.
public enum SuggestionService {
    /// The settings beyond those of every service.
    public enum Settings {
        /// Where grimoire-processes is.
        public static let processesAddress = Setting<HostPort>(
            "processes.address",
            meaning: "Where grimoire-processes accepts gRPC.",
            allowed: "host:port, such as 127.0.0.1:7101"
        ) { HostPort($0) }

        /// All of them, and those of every service.
        public static let all =
            ServiceConfiguration.Settings.all + [processesAddress.description] + RedisSettings.all
    }

    /// Serves until a signal.
    ///
    /// - Throws: What stops the start: `ConfigurationError`, `StartError`.
    public static func serve(_ settings: SettingsReader) async throws {
        let configuration = try ServiceConfiguration(reading: settings, coreCount: ServiceProgram.coreCount)
        _ = configuration
    }
}
