internal import EventLoop
internal import LiteLLM
internal import ServiceKit
internal import SuggestionContent

/// Answers to questions that ask nearly the same, by the embeddings of their messages. Within one process, organization, content and
/// conversation: see `QuestionKey.scope`.
actor SimilarAnswers {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private struct Kept: Sendable {
        let answer: CachedAnswer
        let expiry: Int64
    }

    private let name: String
    private let clients: LiteLLMClients
    private let lifetime: Duration
    private var questions: SimilarQuestions<Kept>
    /// Embeddings of questions that are being answered.
    private var waiting: [QuestionKey: [Float]] = [:]

    /// How long the embedding model may take, tries again included: as long as nobody minds who waits for an answer.
    private static let patience: Duration = .seconds(2)
    /// How many questions are kept.
    private static let capacity = 2_000
    /// How many may be waiting for their answers to be kept; more are not kept.
    private static let waitingLimit = 1_000

    /// - Parameters:
    ///   - name: The embedding model.
    ///   - similarity: How alike questions must be, by the cosine of their vectors.
    init(name: String, similarity: Double, clients: LiteLLMClients, lifetime: Duration, loop: EventLoop) {
        self.name = name
        self.clients = clients
        self.lifetime = lifetime
        self.loop = loop
        questions = SimilarQuestions(capacity: Self.capacity, threshold: Float(similarity))
    }

    /// The answer to a question that is near enough; nil where there is none, or the embedding model is away.
    func find(_ topic: ChatTopic, on caller: Caller) async -> CachedAnswer? {
        var request = EmbeddingRequest(model: name, texts: [topic.message])
        request.context.endUserID = caller.userID.text
        request.context.tags = ["grimoire", "embedding"]
        guard let vector = await vector(request) else { return nil }
        if waiting.count < Self.waitingLimit { waiting[topic.key] = vector }
        guard let near = questions.nearest(to: vector, scope: topic.key.scope),
            near.answer.expiry > loop.uptimeNanoseconds
        else { return nil }
        waiting[topic.key] = nil
        return near.answer.answer
    }

    /// A question's vector, where it comes in time: the model is waiting to be asked.
    private func vector(_ request: EmbeddingRequest) async -> [Float]? {
        let clients = clients
        let loop = loop
        return await withTaskGroup(of: [Float]?.self) { group in
            group.addTask { try? await clients.own.embed(request).vectors.first }
            group.addTask {
                try? await loop.sleep(for: Self.patience)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    /// Keeps an answer for questions like its own.
    func keep(_ answer: CachedAnswer, for topic: ChatTopic) {
        guard let vector = waiting.removeValue(forKey: topic.key) else { return }
        let expiry = deadline(lifetime, after: loop.uptimeNanoseconds)
        questions.insert(vector, scope: topic.key.scope, answer: Kept(answer: answer, expiry: expiry))
    }

    /// The question was not answered.
    func forget(_ topic: ChatTopic) { waiting[topic.key] = nil }
}
