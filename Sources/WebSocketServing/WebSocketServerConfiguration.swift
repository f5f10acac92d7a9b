/// Where a WebSocket server listens, and within which limits.
public struct WebSocketServerConfiguration: Sendable {
    /// An IP address or a host name.
    public var host: String
    /// 0 takes a free port.
    public var port: Int
    /// How long a message may be, in bytes of UTF-8; a longer one closes its connection (1009).
    public var maxMessageBytes = 1 << 20
    /// How many messages wait for a handler before nothing more is read from its peer, one read of the socket beside.
    public var unreadMessages = 4
    /// How many connections there are at once; who comes on top gets 503.
    public var maxConnections = 10_000
    /// How long the HTTP request may take, its authorization included.
    public var handshakeTimeout: Duration = .seconds(10)
    /// How long after the last ping the next one goes out.
    public var pingInterval: Duration = .seconds(30)
    /// How long a peer that is listened to may be silent after a ping before it counts as gone.
    public var pingTimeout: Duration = .seconds(20)
    /// How long the peer has to answer a goodbye, or to go after one that it caused.
    public var closeTimeout: Duration = .seconds(5)
    /// How long handlers may still work on what they have when the server stops.
    public var drainTime: Duration = .seconds(20)
    /// Which web pages may connect. Who sends no `Origin` is no browser, and may.
    public var origins: [OriginRule] = []
    /// How many threads read and write.
    public var threads = 1

    /// The defaults at an address.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// How many connections may wait to be told that there is no room.
    static let spareConnections = 64
    /// How many connections the kernel holds that have not been accepted.
    static let backlog: CInt = 512
}
