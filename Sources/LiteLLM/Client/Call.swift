internal import Curl

/// One call, before it is made.
struct Call: Sendable {
    /// What kind of answer is wanted.
    enum Kind: Sendable {
        case stream, completion
        case embeddings(count: Int)
    }

    /// What came.
    enum Answer: Sendable {
        case stream(ChatStream)
        case completion(ChatCompletion)
        case embeddings(Embeddings)
    }

    let kind: Kind
    let path: String
    let body: [UInt8]
    let model: String
    let context: CallContext

    init(_ kind: Kind, _ path: String, _ body: [UInt8], _ model: String, _ context: CallContext) {
        self.kind = kind
        self.path = path
        self.body = body
        self.model = model
        self.context = context
    }

    /// - Throws: `LiteLLMError` (invalidRequest).
    func request(_ configuration: LiteLLMConfiguration) throws(LiteLLMError) -> CurlRequest {
        var headers = [(name: "content-type", value: "application/json")]
        if let key = configuration.key { headers.append(("authorization", "Bearer \(key)")) }
        if case .stream = kind { headers.append(("accept", "text/event-stream")) }
        headers += try context.headers()
        return CurlRequest(
            url: configuration.url + path,
            headers: headers,
            body: body,
            maxAnswerBytes: configuration.answerBytes
        )
    }
}
