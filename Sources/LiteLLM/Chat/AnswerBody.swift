/// The JSON of a whole answer, of a chunk and of an error, which are objects of the same family.
struct AnswerBody: Decodable {
    struct Text: Decodable { let content: String? }

    struct Choice: Decodable {
        let delta: Text?
        let message: Text?
        let finishReason: String?

        private enum CodingKeys: String, CodingKey {
            case delta, message
            case finishReason = "finish_reason"
        }
    }

    let model: String?
    let choices: [Choice]?
    let usage: TokenUsage?
    let error: UpstreamError?

    /// Whether it says anything that an answer would.
    var isAnswer: Bool { choices != nil || usage != nil }

    var chunk: ChatChunk {
        let choice = choices?.first
        return ChatChunk(
            text: choice?.delta?.content ?? choice?.message?.content ?? "",
            finishReason: choice?.finishReason,
            model: model,
            usage: usage
        )
    }
}

/// What LiteLLM, or an OpenAI-compatible server, says went wrong: an object, or only a sentence.
struct UpstreamError: Decodable, Equatable {
    var message = ""
    var type = ""
    /// A number or a word.
    var code = ""

    private enum Key: String, CodingKey { case message, type, code, detail }

    init(message: String = "", type: String = "", code: String = "") {
        self.message = message
        self.type = type
        self.code = code
    }

    init(from decoder: any Decoder) throws {
        if let sentence = try? decoder.singleValueContainer().decode(String.self) {
            message = sentence
            return
        }
        let values = try decoder.container(keyedBy: Key.self)
        message = (try? values.decode(String.self, forKey: .message)) ?? ""
        type = (try? values.decode(String.self, forKey: .type)) ?? ""
        if let word = try? values.decode(String.self, forKey: .code) {
            code = word
        } else if let number = try? values.decode(Int.self, forKey: .code) {
            code = String(number)
        }
    }
}
