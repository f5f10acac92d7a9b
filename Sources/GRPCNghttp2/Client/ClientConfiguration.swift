/// How a client's transport connects and what it allows.
public struct ClientConfiguration: Sendable {
    /// What each connection's server may ask for.
    public var http2 = HTTP2Limits()
    /// How connecting is repeated.
    public var backoff = ConnectionBackoff.Configuration()
    /// How the peer's liveness is checked; nil for not at all.
    public var keepalive: KeepaliveConfiguration?
    /// After this time without a call, connections are closed, and made again for the next call.
    public var maxIdle: Duration = .seconds(1_800)
    /// How many calls a connection takes at once where the server does not say. Servers that do not say may still close a
    /// connection over more; 100 is what RFC 9113, section 6.5.2, asks them to bear.
    public var assumedMaxConcurrentStreams = 100
    /// How many calls may wait for a connection or for a free stream on one; one more fails with RESOURCE_EXHAUSTED.
    public var maxWaitingCalls = 10_000
    /// Up to how many bytes of a call's request are kept, so that the call can be made again where a server has not
    /// looked at it. Beyond, such a call fails with UNAVAILABLE.
    public var replayBytes = 256 * 1_024
    /// How often a name is looked up again at most.
    public var minResolutionInterval: Duration = .seconds(5)
    /// What goes into `:authority`; from the target where nil.
    public var authority: String?
    /// How long calls under way may take after a graceful shutdown; those left are cancelled then.
    public var shutdownGrace: Duration = .seconds(10)

    /// The defaults.
    public init() {}
}
