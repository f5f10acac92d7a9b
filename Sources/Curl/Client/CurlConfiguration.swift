/// How a client connects, and its limits.
///
/// Proxies are those of the environment: `http_proxy`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY` (libcurl-env(3)).
public struct CurlConfiguration: Sendable {
    /// Which HTTP is spoken.
    public enum Version: Sendable {
        /// HTTP/2 where TLS agrees on it (ALPN), HTTP/1.1 otherwise. HTTP/2 in the clear is left out: libcurl 7.88 cannot use such a
        /// connection a second time.
        case negotiated
        /// HTTP/1.1 always.
        case http1
    }

    /// Which HTTP is spoken.
    public var version = Version.negotiated
    /// From the look-up of the name to the end of TLS' handshake.
    public var connectTimeout: Duration = .seconds(5)
    /// A file of authorities (PEM) in place of the system's. Certificates and names are verified in any case.
    public var authoritiesFile: String?
    /// How many exchanges may be under way; more are refused (overloaded). As many connections are kept.
    public var exchangeLimit = 4_096
    /// How many bytes may wait for an exchange's reader, beside the one piece (16 KiB) that curl holds back: the peer then has
    /// to wait.
    public var unreadBytes = 64 << 10
    /// How long the answer's header may be, in bytes.
    public var headBytes = 64 << 10
    /// A connection that was idle for longer is not used again, in whole seconds.
    public var idleSeconds = 60
    /// How long an answer whose reader has had enough may take to end, so that its connection can be used again.
    public var drainTimeout: Duration = .seconds(1)

    /// The defaults.
    public init() {}
}
