/// How many tokens a call took.
public struct TokenUsage: Sendable, Equatable {
    /// Those of the request.
    public let promptTokens: Int
    /// Those of the answer.
    public let completionTokens: Int
    /// Those of the request that the provider had in its own cache.
    public let cachedPromptTokens: Int
    /// In US dollars, where LiteLLM is configured to tell it within a stream (`include_cost_in_streaming_usage`).
    public let cost: Double?
}

extension TokenUsage: Decodable {
    private enum Key: String, CodingKey {
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case promptTokensDetails = "prompt_tokens_details"
        case cost
    }

    private struct Details: Decodable {
        let cachedTokens: Int?

        private enum CodingKeys: String, CodingKey { case cachedTokens = "cached_tokens" }
    }

    /// Reads LiteLLM's `usage`; what is missing is 0.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        promptTokens = try values.decodeIfPresent(Int.self, forKey: .promptTokens) ?? 0
        completionTokens = try values.decodeIfPresent(Int.self, forKey: .completionTokens) ?? 0
        let details = try values.decodeIfPresent(Details.self, forKey: .promptTokensDetails)
        cachedPromptTokens = details?.cachedTokens ?? 0
        cost = try values.decodeIfPresent(Double.self, forKey: .cost)
    }
}
