/// What a server's transport allows, in time and in numbers.
public struct ServerConfiguration: Sendable {
    /// What each connection may ask for.
    public var http2 = HTTP2Limits()
    /// Connections open at once, over all loops. One more is closed as soon as it is accepted.
    public var maxConnections = 100_000
    /// How many connections may wait to be accepted (listen(2)).
    public var backlog: Int32 = 1_024
    /// How long a client may take from connecting to its SETTINGS.
    public var handshakeTimeout: Duration = .seconds(10)
    /// After this time without a call, a connection is shut down gracefully; nil for never.
    public var maxConnectionIdle: Duration? = .seconds(1_800)
    /// At this age, give or take a tenth, a connection is shut down gracefully, so that clients find new servers; nil for
    /// never.
    public var maxConnectionAge: Duration?
    /// How long calls under way may take once their connection is too old.
    public var maxConnectionAgeGrace: Duration = .seconds(60)
    /// How long calls under way may take once the server shuts down; those left are cancelled then.
    public var shutdownGrace: Duration = .seconds(10)
    /// How the peer's liveness is checked.
    public var keepalive = KeepaliveConfiguration(time: .seconds(7_200), timeout: .seconds(20))
    /// How often clients may send PINGs.
    public var pingPolicy = PingPolicy()
    /// How many frames that bring nothing are borne.
    public var floods = FloodLimits()
    /// Methods that are answered with bytes, past the generated code.
    public var rawMethods: [RawUnaryMethod] = []

    /// The defaults.
    public init() {}
}
