/// A piece of an answer.
public struct ChatChunk: Sendable, Equatable {
    /// What is to be appended to the text so far; may be empty.
    public var text: String
    /// Why the answer ends (`stop`, `length`, `content_filter`, …), in the last piece of text.
    public var finishReason: String?
    /// Which model answers.
    public var model: String?
    /// In the very last chunk.
    public var usage: TokenUsage?
}

/// A whole answer.
public struct ChatCompletion: Sendable, Equatable {
    /// The text.
    public let text: String
    /// Why it ends (`stop`, `length`, `content_filter`, …).
    public let finishReason: String?
    /// Which model answered.
    public let model: String?
    /// How many tokens it took.
    public let usage: TokenUsage?
    /// What LiteLLM says of the call.
    public internal(set) var report: CallReport
}
