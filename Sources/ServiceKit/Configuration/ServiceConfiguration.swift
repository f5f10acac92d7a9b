internal import Logging

/// What every service of Grimoire is told: where to listen, whom to trust, how long to take for stopping.
public struct ServiceConfiguration: Sendable, Equatable {
    /// Where the service accepts gRPC.
    public let listenHost: String
    /// 0 takes a free port.
    public let listenPort: Int
    /// Where health and metrics are served over HTTP/1.1; nil for nowhere, 0 takes a free port.
    public let httpPort: Int?
    /// How many event loops, one thread each.
    public let eventLoops: Int
    /// Whose tokens are believed.
    public let authentication: AuthenticationConfiguration
    /// trace, debug, info, notice, warning, error or critical.
    public let logLevel: String
    /// How long a stopping service waits for calls under way.
    public let shutdownGrace: Duration

    /// The settings behind it.
    public enum Settings {
        /// The address to listen on.
        public static let listenHost = Setting<String>.text(
            "listen.host",
            allowed: "an IP address or a host name",
            meaning: "Where to accept gRPC.",
            fallback: "127.0.0.1"
        )
        /// The port to listen on.
        public static let listenPort = Setting<Int>.integer(
            "listen.port",
            0...65_535,
            meaning: "The port to accept gRPC on; 0 takes a free one."
        )
        /// The port for health and metrics.
        public static let httpPort = Setting<Int>.integer(
            "http.port",
            0...65_535,
            meaning:
                "The port to serve /healthz, /readyz and /metrics on; 0 takes a free one. Nowhere where not set."
        )
        /// The number of event loops.
        public static let eventLoops = Setting<Int>.integer(
            "event.loops",
            1...1_024,
            meaning: "Event loops, a thread each. The machine's cores where not set."
        )
        /// The file with the public keys.
        public static let keysFile = Setting<String>.text(
            "auth.jwks.file",
            allowed: "the path of a JWKS file (RFC 7517) with ES256, EdDSA or RS256 public keys",
            meaning: "The public keys that tokens are verified with; read again when the file changes."
        )
        /// Where the public keys are fetched.
        public static let keysURL = Setting<String>(
            "auth.jwks.url",
            meaning: "Where these keys are fetched instead, again and again.",
            allowed: "an https:// or http:// URL of a JWKS document"
        ) { text in
            KeySource.isFetchable(text) ? text : nil
        }
        /// Whose certificate that URL's server may have.
        public static let keysAuthorities = Setting<String>.text(
            "auth.jwks.ca.file",
            allowed: "the path of a PEM file with the certificates of authorities",
            meaning:
                "The only authorities that the certificate of the keys' URL may come from. The system's where not set."
        )
        /// How often they are fetched.
        public static let keysRefresh = Setting<Int>.integer(
            "auth.jwks.refresh.seconds",
            1...86_400,
            meaning: "How often keys are fetched from their URL, in seconds.",
            fallback: 300
        )
        /// How far clocks may be apart.
        public static let clockSkew = Setting<Int>.integer(
            "auth.clock.skew.seconds",
            0...300,
            meaning: "How far the clock of whoever issues tokens may be off, in seconds.",
            fallback: 30
        )
        /// How many tokens are remembered.
        public static let tokenCache = Setting<Int>.integer(
            "auth.token.cache",
            0...1_000_000,
            meaning: "How many verified tokens each event loop remembers, at about 1 KiB each.",
            fallback: 4_096
        )
        /// Who issues tokens.
        public static let issuer = Setting<String>.text(
            "auth.issuer",
            allowed: "the iss claim that tokens carry",
            meaning: "Whose tokens are believed."
        )
        /// Whom tokens are for.
        public static let audience = Setting<String>.text(
            "auth.audience",
            allowed: "the aud claim that tokens carry",
            meaning: "Whom tokens must be meant for.",
            fallback: "grimoire"
        )
        /// The least severe level that is logged.
        public static let logLevel = Setting<String>(
            "log.level",
            meaning: "The least severe level that is logged.",
            allowed: Logger.Level.allCases.map(\.rawValue).joined(separator: ", "),
            fallback: "info"
        ) { text in
            Logger.Level(rawValue: text.lowercased())?.rawValue
        }
        /// The grace period.
        public static let shutdownGrace = Setting<Int>.integer(
            "shutdown.grace.seconds",
            0...3_600,
            meaning: "How long a stopping service waits for calls under way, in seconds.",
            fallback: 10
        )

        /// All of them, as `--help` lists them.
        public static let all: [SettingDescription] = [
            listenHost.description, listenPort.description, httpPort.description, eventLoops.description,
            keysFile.description, keysURL.description, keysAuthorities.description, keysRefresh.description,
            issuer.description, audience.description, clockSkew.description, tokenCache.description,
            logLevel.description, shutdownGrace.description,
        ]
    }

    /// Reads and checks every setting.
    ///
    /// - Parameter coreCount: What `event.loops` is where it is not set.
    /// - Throws: `ConfigurationError` for the first one that is missing or not allowed.
    public init(reading reader: SettingsReader, coreCount: Int) throws(ConfigurationError) {
        listenHost = try reader.value(of: Settings.listenHost)
        listenPort = try reader.value(of: Settings.listenPort)
        httpPort = try reader.optionalValue(of: Settings.httpPort)
        eventLoops = try reader.optionalValue(of: Settings.eventLoops) ?? coreCount
        authentication = try AuthenticationConfiguration(reading: reader)
        logLevel = try reader.value(of: Settings.logLevel)
        shutdownGrace = .seconds(try reader.value(of: Settings.shutdownGrace))
    }
}
