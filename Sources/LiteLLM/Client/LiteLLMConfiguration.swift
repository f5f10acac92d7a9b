public import Curl

/// Which LiteLLM Proxy to ask, with which key, and within which limits.
///
/// Describing it never shows the key.
public struct LiteLLMConfiguration: Sendable {
    /// Where it is: `http://host:4000` or `https://…/v1`, without a slash at the end.
    public let url: String
    /// Nil where none is asked for.
    let key: String?

    /// How the connections are made: TLS, HTTP's version, how many at once.
    public var connection = CurlConfiguration()
    /// How long the first chunk of a stream may take, from the sending of the request.
    public var firstChunkTimeout: Duration = .seconds(30)
    /// How long each other chunk may take, from when it is asked for.
    public var nextChunkTimeout: Duration = .seconds(30)
    /// How long a whole answer that is no stream may take.
    public var answerTimeout: Duration = .seconds(120)
    /// How long a request may be, in bytes of JSON; a longer one is refused (invalidRequest).
    public var requestBytes = 8 << 20
    /// How long an answer may be, in bytes of JSON or of a stream (answerTooLarge).
    public var answerBytes = 16 << 20
    /// How long a line of a stream may be, in bytes (answerTooLarge).
    public var lineBytes = 1 << 20
    /// How long a stream's text may become, in bytes (answerTooLarge).
    public var textBytes = 4 << 20
    /// When a call that failed is made again.
    public var retries = RetryPolicy()
    /// When calls of a model that fails are no longer made.
    public var breaker = BreakerPolicy()

    /// How much of an error's JSON is read.
    static let errorBytes = 64 << 10

    /// Describes a proxy, or any server that speaks OpenAI's protocol.
    ///
    /// - Parameters:
    ///   - url: Where it is; slashes at the end are dropped.
    ///   - key: Its master key or a virtual one, sent as a bearer token.
    /// - Throws: `LiteLLMError` (invalidRequest) where it is no URL of HTTP, or has a user, a query or a fragment in it.
    public init(url: String, key: String? = nil) throws(LiteLLMError) {
        var url = url
        while url.utf8.last == UInt8(ascii: "/") { url.removeLast() }
        let host = ["http://", "https://"].first(where: url.lowercased().hasPrefix).map {
            url.utf8.dropFirst($0.utf8.count)
        }
        guard let host, let first = host.first, first != UInt8(ascii: "/"), first != UInt8(ascii: ":"),
            host.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"@?#\\".utf8.contains($0) })
        else {
            throw LiteLLMError(
                .invalidRequest,
                "LiteLLM's URL is http:// or https:// with a host, a port and a path at most"
            )
        }
        self.url = url
        self.key = key
    }
}

extension LiteLLMConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL.
    public var description: String { url }
    /// The same: no way of printing shows the key.
    public var debugDescription: String { description }
    /// The same for `dump` and for whatever else looks inside.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
