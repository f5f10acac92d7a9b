public import Postgres
public import Redis
public import ServiceKit

/// What `grimoire-processes` is told beyond what every service is.
public struct ProcessServiceConfiguration: Sendable {
    /// What every service is told.
    public let service: ServiceConfiguration
    /// The database as its owner, for migrations; nil where the service does not make them.
    public let owner: PostgresConfiguration?
    /// The database as the application role.
    public let application: PostgresConfiguration
    /// What each loop's pool may use.
    public let poolLimits: PostgresPool.Limits
    /// The file with the keys that versions are signed with.
    public let signingKeysFile: String
    /// The Redis through which changes are announced; nil where they are not.
    public let redis: RedisConfiguration?
    /// Bytes of each loop's cache.
    public let cacheBytes: Int

    /// The settings behind it.
    public enum Settings {
        private static let urlForm = "a URL such as postgresql://role:password@host:5432/database"

        /// The owner's URL.
        public static let ownerURL = Setting<String>.text(
            "database.url",
            allowed: urlForm,
            meaning: "The Process Database as its owner, for migrations.",
            isSecret: true
        )
        /// The application role's URL.
        public static let applicationURL = Setting<String>.text(
            "database.application.url",
            allowed: urlForm,
            meaning: "The Process Database as the role grimoire_app, which serves.",
            isSecret: true
        )
        /// Whether to migrate at the start.
        public static let migrates = Setting<Bool>.boolean(
            "database.migrate",
            meaning: "Whether to bring the schema up to date at the start.",
            fallback: true
        )
        /// The pools' size.
        public static let connections = Setting<Int>.integer(
            "database.connections",
            1...1_000,
            meaning: "Connections per event loop at most.",
            fallback: 8
        )
        /// The keys that versions are signed with.
        public static let signingKeys = Setting<String>.text(
            "signing.keys.file",
            allowed: "the path of a JWK Set (RFC 7517) whose first Ed25519 key with \"d\" signs",
            meaning:
                "The keys that versions are signed and verified with. A new key goes first, old ones stay."
        )
        /// The caches' size.
        public static let cacheMegabytes = Setting<Int>.integer(
            "cache.megabytes",
            0...65_536,
            meaning: "Megabytes of versions that each event loop keeps in memory at most.",
            fallback: 32
        )

        /// All of them, and those of every service.
        public static let all =
            ServiceConfiguration.Settings.all + [
                ownerURL.description, applicationURL.description, migrates.description,
                connections.description, signingKeys.description, cacheMegabytes.description,
            ] + RedisSettings.all
    }

    /// Reads and checks every setting.
    ///
    /// - Throws: `ConfigurationError` for the first one that is missing or not allowed.
    public init(reading reader: SettingsReader) throws(ConfigurationError) {
        service = try ServiceConfiguration(reading: reader, coreCount: ServiceProgram.coreCount)
        owner =
            try reader.value(of: Settings.migrates)
            ? try Self.database(try reader.value(of: Settings.ownerURL), Settings.ownerURL) : nil
        application = try Self.database(
            try reader.value(of: Settings.applicationURL),
            Settings.applicationURL
        )
        var limits = PostgresPool.Limits()
        limits.connections = try reader.value(of: Settings.connections)
        poolLimits = limits
        signingKeysFile = try reader.value(of: Settings.signingKeys)
        redis = try RedisSettings.read(reader) { try RedisConfiguration(url: $0, isCluster: $1) }
        cacheBytes = try reader.value(of: Settings.cacheMegabytes) << 20
    }

    /// A database's URL as a configuration.
    public static func database(
        _ url: String,
        _ setting: Setting<String>
    ) throws(ConfigurationError) -> PostgresConfiguration {
        do {
            return try PostgresConfiguration(url: url)
        } catch {
            throw ConfigurationError(
                setting: setting.environmentName,
                message: "is not a database URL: give \(setting.allowed)."
            )
        }
    }
}
