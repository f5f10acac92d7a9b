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
        case prompt_tokens, completion_tokens, prompt_tokens_details, cost
    }

    private struct Details: Decodable { let cached_tokens: Int? }

    /// Reads LiteLLM's `usage`; what is missing is 0.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        promptTokens = try values.decodeIfPresent(Int.self, forKey: .prompt_tokens) ?? 0
        completionTokens = try values.decodeIfPresent(Int.self, forKey: .completion_tokens) ?? 0
        let details = try values.decodeIfPresent(Details.self, forKey: .prompt_tokens_details)
        cachedPromptTokens = details?.cached_tokens ?? 0
        cost = try values.decodeIfPresent(Double.self, forKey: .cost)
    }
}
