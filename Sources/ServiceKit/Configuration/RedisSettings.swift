/// Where Redis is, for the services that share a cache there.
public enum RedisSettings {
    /// The server.
    public static let url = Setting<String>.text(
        "redis.url",
        allowed:
            "redis://[user:password@]host[:port][/database], of a cluster several hosts with commas between",
        meaning: "The Redis that all replicas share. Without it each keeps to its own memory.",
        isSecret: true
    )
    /// What kind of server.
    public static let isCluster = Setting<Bool>.boolean(
        "redis.cluster",
        meaning: "Whether it is a Redis Cluster.",
        fallback: false
    )

    /// All of them.
    public static let all = [url.description, isCluster.description]

    /// What they say, in the form of the library that connects; nil where there is no Redis.
    ///
    /// - Parameter make: Makes it of a URL and of whether it is a cluster's; what it throws says what is wrong with the URL.
    /// - Throws: `ConfigurationError`.
    public static func read<Configuration>(
        _ reader: SettingsReader,
        _ make: (_ url: String, _ isCluster: Bool) throws -> Configuration
    ) throws(ConfigurationError) -> Configuration? {
        let isCluster = try reader.value(of: isCluster)
        guard let text = try reader.optionalValue(of: url) else { return nil }
        do {
            return try make(text, isCluster)
        } catch {
            throw ConfigurationError(setting: url.environmentName, message: "\(error)")
        }
    }
}
