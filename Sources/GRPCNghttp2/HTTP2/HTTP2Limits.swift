/// What a peer may ask of one connection. Each side of each connection has these.
public struct HTTP2Limits: Sendable, Hashable {
    /// A token bucket: so many at once, so many a second in the long run.
    public struct Rate: Sendable, Hashable {
        /// How many at once.
        public var burst: Int
        /// How many a second are given back.
        public var perSecond: Int
        /// A rate.
        public init(burst: Int, perSecond: Int) {
            self.burst = burst
            self.perSecond = perSecond
        }
    }

    /// Streams that the peer may have open at once (SETTINGS_MAX_CONCURRENT_STREAMS).
    public var maxConcurrentStreams = 1_000
    /// The largest header list that is taken, in bytes as RFC 9113, section 10.5.1 counts: names, values and 32 each.
    public var maxHeaderListBytes = 16 * 1_024
    /// The largest message that is taken, in bytes, before and after decompression.
    public var maxMessageBytes = 4 * 1_024 * 1_024
    /// How many bytes of one stream may come before its reader has taken some. At least 65,535.
    public var streamWindowBytes = 1_024 * 1_024
    /// How many bytes of all streams together may come before their readers have taken some: what bounds a connection's
    /// memory. At least 65,535.
    public var connectionWindowBytes = 4 * 1_024 * 1_024
    /// How many bytes one stream may hold that wait for the peer's window, beyond one message, before writing to it waits.
    public var sendBufferBytes = 64 * 1_024
    /// How many streams the peer may reset before the connection is closed (CVE-2023-44487, "rapid reset").
    public var streamResets = Rate(burst: 10_000, perSecond: 1_000)
    /// How many acknowledgements of SETTINGS and PING may wait for a peer that does not read.
    public var maxUnsentAcknowledgements = 1_000

    /// The defaults.
    public init() {}
}
