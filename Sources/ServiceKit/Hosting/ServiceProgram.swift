internal import FoundationEssentials
internal import Glibc
public import Logging
public import ServiceLifecycle
internal import UnixSignals

/// What the mains of all services share: reading settings, logging, running until a signal, exit statuses.
public enum ServiceProgram {
    /// Exit statuses, as sysexits.h numbers them.
    public enum ExitStatus {
        /// A flag or variable is wrong (EX_USAGE).
        public static let usage: Int32 = 64
        /// Something that the service needs is not there (EX_UNAVAILABLE).
        public static let unavailable: Int32 = 69
        /// The operating system refused something, a port for instance (EX_OSERR).
        public static let system: Int32 = 71
    }

    /// Settings from the flags given and the environment, this process's unless another is given. The first thing that a program does:
    /// from here on SIGTERM and SIGINT end it, also where it is process 1 of a container, which without a handler they pass by
    /// (pid_namespaces(7)).
    ///
    /// - Throws: `ConfigurationError` on unknown flags.
    public static func settings(
        arguments: [String],
        known: [SettingDescription],
        environment: [String: String]? = nil
    ) async throws(ConfigurationError) -> SettingsReader {
        // Until `run` has what is to be stopped.
        for number in [SIGTERM, SIGINT] { signal(number) { _exit(128 + $0) } }
        return try await SettingsReader(
            arguments: arguments,
            environment: environment ?? ProcessInfo.processInfo.environment,
            known: known
        )
    }

    /// A logger that writes JSON lines to standard error.
    public static func logger(label: String, level: String) -> Logger {
        Logger(label: label) { label in
            JSONLogHandler(label: label, logLevel: Logger.Level(rawValue: level) ?? .info)
        }
    }

    /// The machine's cores that this process may use.
    public static var coreCount: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// Runs the services, first to last, until SIGTERM or SIGINT; then stops them, last to first.
    ///
    /// - Parameters:
    ///   - services: What to run. Where one ends by itself or throws, the others are stopped as well.
    ///   - grace: How long stopping may take before what is left is cancelled.
    ///   - logger: Where the life cycle is logged, at debug.
    ///   - closing: Closes what the services stood on; run in any case, once they have ended.
    /// - Throws: What the first service to fail threw.
    public static func run(
        _ services: [any Service],
        grace: Duration,
        logger: Logger,
        closing: () async -> Void
    ) async throws {
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet(logger)
        )
        configuration.maximumGracefulShutdownDuration = grace
        // A peer that leaves while we write is an error of that write, not the end of this process.
        signal(SIGPIPE, SIG_IGN)
        let result: Result<Void, any Error>
        do {
            result = .success(try await ServiceGroup(configuration: configuration).run())
        } catch {
            result = .failure(error)
        }
        await closing()
        try result.get()
    }

    /// Ends the process on a failed start: one line on standard error, and the status that fits.
    public static func exit(after error: any Error) -> Never {
        let (line, status): (String, Int32) =
            switch error {
            case let error as ConfigurationError: (error.description, ExitStatus.usage)
            case let error as StartError: (error.description, ExitStatus.system)
            default: ("\(error)", ExitStatus.unavailable)
            }
        let bytes = Array((line + "\n").utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
        Glibc.exit(status)
    }

    /// The list of settings that `--help` ends with.
    public static func help(_ settings: [SettingDescription]) -> String {
        settings.map { setting in
            let fallback = setting.fallback.map { " Default: \($0)." } ?? ""
            return """
                  --\(setting.flag), \(setting.environmentName)
                      \(setting.meaning) Give \(setting.allowed).\(fallback)
                """
        }.joined(separator: "\n")
    }

    /// The life-cycle library logs each of its steps at info; those are debug to an operator.
    static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        return quiet
    }
}
