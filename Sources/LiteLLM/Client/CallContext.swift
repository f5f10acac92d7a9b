/// On whose behalf a call is made, and how LiteLLM is to treat it.
public struct CallContext: Sendable, Equatable {
    /// Whether LiteLLM may answer from its own cache.
    public enum Cache: Sendable, Equatable {
        /// It neither looks nor stores.
        case none
        /// It does, apart for each name: an organization's answers are for that organization.
        case namespace(String)
    }

    /// Whose spending it is: `x-litellm-end-user-id`.
    public var endUserID: String?
    /// For routing and accounting, without commas: `x-litellm-tags`.
    public var tags: [String] = []
    /// What belongs together in LiteLLM's logs: `x-litellm-trace-id`.
    public var traceID: String?
    /// W3C Trace Context: `traceparent`.
    public var traceParent: String?
    /// How long LiteLLM waits for a provider's first chunk before it tries another: `x-litellm-stream-timeout`.
    public var streamTimeout: Duration?
    /// How long LiteLLM waits for a provider: `x-litellm-timeout`.
    public var timeout: Duration?
    /// How often LiteLLM tries again by itself: `x-litellm-num-retries`; its configuration says where it is nil.
    public var upstreamRetries: Int?
    /// Goes into LiteLLM's logs.
    public var metadata: [String: String] = [:]
    /// Models to ask where the first one fails, in order.
    public var fallbacks: [String] = []
    /// Whether LiteLLM may answer from its own cache.
    public var cache = Cache.none

    /// Nobody's, with LiteLLM's own settings, past its cache.
    public init() {}

    /// The headers.
    ///
    /// - Throws: `LiteLLMError` (invalidRequest) for a tag with a comma.
    func headers() throws(LiteLLMError) -> [(name: String, value: String)] {
        guard tags.allSatisfy({ !$0.isEmpty && !$0.utf8.contains(UInt8(ascii: ",")) }) else {
            throw LiteLLMError(.invalidRequest, "a tag is empty or has a comma")
        }
        var headers: [(name: String, value: String)] = []
        if let endUserID { headers.append(("x-litellm-end-user-id", endUserID)) }
        if !tags.isEmpty { headers.append(("x-litellm-tags", tags.joined(separator: ","))) }
        if let traceID { headers.append(("x-litellm-trace-id", traceID)) }
        if let traceParent { headers.append(("traceparent", traceParent)) }
        if let streamTimeout { headers.append(("x-litellm-stream-timeout", Self.seconds(streamTimeout))) }
        if let timeout { headers.append(("x-litellm-timeout", Self.seconds(timeout))) }
        if let upstreamRetries { headers.append(("x-litellm-num-retries", String(upstreamRetries))) }
        return headers
    }

    /// The fields of the body.
    func write(to json: inout JSONWriter) {
        if !metadata.isEmpty {
            json.key("metadata")
            json.object { json in
                for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
                    json.key(key)
                    json.string(value)
                }
            }
        }
        if !fallbacks.isEmpty {
            json.key("fallbacks")
            json.array { json in fallbacks.forEach { json.string($0) } }
        }
        json.key("cache")
        json.object { json in
            switch cache {
            case .none:
                json.key("no-cache")
                json.bool(true)
                json.key("no-store")
                json.bool(true)
            case .namespace(let name):
                json.key("namespace")
                json.string(name)
            }
        }
    }

    private static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        return "\(seconds).\(String(1_000 + milliseconds).dropFirst())"
    }
}
