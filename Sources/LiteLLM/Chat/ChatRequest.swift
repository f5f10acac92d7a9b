/// What is asked of a model.
public struct ChatRequest: Sendable {
    /// A model's name, as LiteLLM's configuration has it.
    public var model: String
    /// The conversation, oldest first.
    public var messages: [ChatMessage]
    /// From 0 to 2; the model's own where it is nil.
    public var temperature: Double?
    /// How many tokens the answer has at most; the model's own limit where it is nil.
    public var maxTokens: Int?
    /// Texts that end the answer.
    public var stop: [String] = []
    /// Which form the answer is to have.
    public var format = ResponseFormat.text
    /// On whose behalf, and how LiteLLM is to treat it.
    public var context = CallContext()

    /// Describes a request.
    public init(model: String, messages: [ChatMessage]) {
        self.model = model
        self.messages = messages
    }

    /// The body of `POST /chat/completions`.
    ///
    /// - Throws: `LiteLLMError` (invalidRequest).
    func body(isStream: Bool) throws(LiteLLMError) -> [UInt8] {
        guard !messages.isEmpty else { throw LiteLLMError(.invalidRequest, "there is no message") }
        if let temperature, !(0...2).contains(temperature) {
            throw LiteLLMError(.invalidRequest, "the temperature is not between 0 and 2")
        }
        var json = JSONWriter()
        json.object { json in
            json.key("model")
            json.string(model)
            json.key("messages")
            json.array { json in messages.forEach { write($0, to: &json) } }
            writeSettings(to: &json)
            format.write(to: &json)
            if isStream {
                json.key("stream")
                json.bool(true)
                json.key("stream_options")
                json.object { json in
                    json.key("include_usage")
                    json.bool(true)
                }
            }
            context.write(to: &json)
        }
        return json.bytes
    }

    private func write(_ message: ChatMessage, to json: inout JSONWriter) {
        json.object { json in
            json.key("role")
            json.string(message.role.rawValue)
            json.key("content")
            json.string(message.text)
        }
    }

    private func writeSettings(to json: inout JSONWriter) {
        if let temperature {
            json.key("temperature")
            json.number(temperature)
        }
        if let maxTokens {
            json.key("max_tokens")
            json.number(maxTokens)
        }
        if !stop.isEmpty {
            json.key("stop")
            json.array { json in stop.forEach { json.string($0) } }
        }
    }
}
