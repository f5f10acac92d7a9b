/// Texts to be turned into vectors.
public struct EmbeddingRequest: Sendable {
    /// A model's name, as LiteLLM's configuration has it.
    public var model: String
    /// The texts.
    public var texts: [String]
    /// On whose behalf, and how LiteLLM is to treat it.
    public var context = CallContext()

    /// Describes a request.
    public init(model: String, texts: [String]) {
        self.model = model
        self.texts = texts
    }

    /// The body of `POST /embeddings`.
    func body() throws(LiteLLMError) -> [UInt8] {
        guard !texts.isEmpty else { throw LiteLLMError(.invalidRequest, "there is no text") }
        var json = JSONWriter()
        json.object { json in
            json.key("model")
            json.string(model)
            json.key("input")
            json.array { json in texts.forEach { json.string($0) } }
            json.key("encoding_format")
            json.string("float")
            context.write(to: &json)
        }
        return json.bytes
    }
}

/// Texts as vectors.
public struct Embeddings: Sendable, Equatable {
    /// One for each text, in the order of the texts, all of one length.
    public let vectors: [[Float]]
    /// Which model made them.
    public let model: String?
    /// How many tokens it took.
    public let usage: TokenUsage?
    /// What LiteLLM says of the call.
    public internal(set) var report: CallReport

    /// From LiteLLM's JSON; nil where it is not that of `count` vectors.
    init?(_ bytes: [UInt8], count: Int, report: CallReport) {
        struct Item: Decodable {
            let index: Int
            let embedding: [Float]
        }
        struct Body: Decodable {
            let data: [Item]
            let model: String?
            let usage: TokenUsage?
        }
        guard let body = JSONReading.decode(Body.self, from: bytes), body.data.count == count else {
            return nil
        }
        var vectors = [[Float]](repeating: [], count: count)
        for item in body.data {
            guard vectors.indices.contains(item.index), vectors[item.index].isEmpty else { return nil }
            vectors[item.index] = item.embedding
        }
        guard let length = vectors.first?.count, length > 0, vectors.allSatisfy({ $0.count == length }) else {
            return nil
        }
        self.vectors = vectors
        model = body.model
        usage = body.usage
        self.report = report
    }
}
