internal import Curl

/// What LiteLLM says of a call in its answer's header.
public struct CallReport: Sendable, Equatable {
    /// What is left of a limit on a key or a provider, where one is set.
    public struct Allowance: Sendable, Equatable {
        /// How many there are in a period.
        public let limit: Int?
        /// How many are left.
        public let remaining: Int?
        /// When it is full again, as the provider writes that.
        public let reset: String?
    }

    /// LiteLLM's name for the call.
    public let callID: String?
    /// Which deployment answered.
    public let modelID: String?
    /// Under which name the model was asked for.
    public let modelGroup: String?
    /// In US dollars; unknown of a stream at its start (see ``TokenUsage/cost``).
    public let cost: Double?
    /// How often LiteLLM tried again.
    public let attemptedRetries: Int
    /// How many other models LiteLLM tried.
    public let attemptedFallbacks: Int
    /// Whether the answer came out of LiteLLM's cache.
    public let isFromCache: Bool
    /// Of requests.
    public let requests: Allowance
    /// Of tokens.
    public let tokens: Allowance
    /// How often this client tried, this time included.
    public internal(set) var attempts = 1

    init(_ head: CurlHead) {
        callID = head["x-litellm-call-id"]
        modelID = head["x-litellm-model-id"]
        modelGroup = head["x-litellm-model-group"]
        cost = head["x-litellm-response-cost"].flatMap(Double.init)
        attemptedRetries = head["x-litellm-attempted-retries"].flatMap { Int($0) } ?? 0
        attemptedFallbacks = head["x-litellm-attempted-fallbacks"].flatMap { Int($0) } ?? 0
        isFromCache = head["x-litellm-cache-key"] != nil
        requests = Allowance(head, "requests")
        tokens = Allowance(head, "tokens")
    }
}

extension CallReport.Allowance {
    init(_ head: CurlHead, _ what: String) {
        limit = head["x-ratelimit-limit-\(what)"].flatMap { Int($0) }
        remaining = head["x-ratelimit-remaining-\(what)"].flatMap { Int($0) }
        reset = head["x-ratelimit-reset-\(what)"]
    }
}
