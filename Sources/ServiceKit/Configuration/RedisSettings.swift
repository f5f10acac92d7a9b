/// Where Redis is, for the services that share a cache there.
public enum RedisSettings {
    /// The server.
    public static let url = Setting<String>.text(
        "redis.url",
        allowed: "redis://[user:password@]host[:port][/database], of a cluster several hosts with commas between",
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
}
