internal import Logging

/// What every service of Grimoire is told: where to listen, whom to trust, how long to take for stopping.
public struct ServiceConfiguration: Sendable, Equatable {
    /// Where the service accepts gRPC.
    public let listenHost: String
    /// 0 takes a free port.
    public let listenPort: Int
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
            meaning: "The public keys that tokens are verified with."
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
            listenHost.description, listenPort.description, eventLoops.description, keysFile.description,
            issuer.description, audience.description, logLevel.description, shutdownGrace.description,
        ]
    }

    /// Reads and checks every setting.
    ///
    /// - Parameter coreCount: What `event.loops` is where it is not set.
    /// - Throws: `ConfigurationError` for the first one that is missing or not allowed.
    public init(reading reader: SettingsReader, coreCount: Int) throws(ConfigurationError) {
        listenHost = try reader.value(of: Settings.listenHost)
        listenPort = try reader.value(of: Settings.listenPort)
        eventLoops = try reader.optionalValue(of: Settings.eventLoops) ?? coreCount
        authentication = AuthenticationConfiguration(
            keysFile: try reader.value(of: Settings.keysFile),
            issuer: try reader.value(of: Settings.issuer),
            audience: try reader.value(of: Settings.audience)
        )
        logLevel = try reader.value(of: Settings.logLevel)
        shutdownGrace = .seconds(try reader.value(of: Settings.shutdownGrace))
    }
}

/// Whose tokens a service believes.
public struct AuthenticationConfiguration: Sendable, Equatable {
    /// A JWKS file (RFC 7517) with public keys.
    public let keysFile: String
    /// The only `iss` claim accepted.
    public let issuer: String
    /// A token's `aud` claim must contain it.
    public let audience: String

    /// Describes whose tokens to believe.
    public init(keysFile: String, issuer: String, audience: String) {
        self.keysFile = keysFile
        self.issuer = issuer
        self.audience = audience
    }
}

/// A `host:port` pair.
public struct HostPort: Sendable, Equatable, CustomStringConvertible {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    public let host: String
    /// From 1 to 65535.
    public let port: Int

    /// Reads `host:port` and `[IPv6]:port`; nil where the text is neither.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.host = String(host)
        self.port = port
    }

    /// The pair as it was written.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
