internal import EventLoop
internal import GRPCCore
internal import GrimoireAPI
internal import LiteLLM
internal import ServiceKit
internal import SuggestionContent

/// One message and its answer.
///
/// What happens before and after the chunks, and with each of them, is called and not inlined (`@inline(never)`): a task that waits for
/// the next chunk would have the room for all of it, for as long as the answer comes.
struct ChatExchange: Sendable {
    let topic: ChatTopic
    let credentials: Metadata
    let session: ChatSession
    let emit: ChatPipeline.Emit
    let pipeline: ChatPipeline

    private var model: ModelChoice { pipeline.asking.model }

    /// Gives an answer that is known already, in one piece.
    func give(_ answer: CachedAnswer) async throws {
        var record = ExchangeRecord(topic, model: answer.metadata["model"] ?? model.name)
        record.suggestion.cached = true
        record.suggestion.category = answer.metadata["category"] ?? ""
        record.suggestion.patch = answer.metadata["patch"] ?? ""
        var metadata = answer.metadata
        metadata.merge(record.provenance(model, isCached: true)) { $1 }
        let piece = await session.add(
            ChatPieceContent(
                text: answer.text,
                suggestionType: answer.suggestionType,
                metadata: metadata,
                isFinal: true
            )
        )
        await finish(record.ended(answer: answer.text), .cached)
        try await emit(piece)
    }

    /// Asks the model, and passes its answer on as it comes. The prompt is made when it is the question's turn: those that wait, or are
    /// refused, take no time of others.
    ///
    /// - Returns: The answer, where it came to its end and may be given again.
    func ask() async throws -> CachedAnswer? {
        try await pipeline.asking.permitted(topic.question.caller) {
            try await converse(try await pipeline.material(topic, credentials))
        }
    }

    /// Sends the prompt, which is not kept here.
    @inline(never)
    private func open(_ prompt: ChatPrompt) async throws -> ChatStream {
        var request = ChatRequest(model: model.name, messages: prompt.take().map(ChatMessage.init))
        request.maxTokens = model.answerTokens
        request.context = pipeline.asking.context(
            for: topic.question.caller,
            version: topic.base.version,
            tag: "chat"
        )
        return try await pipeline.asking.clients.own.stream(request)
    }

    private func converse(_ material: ChatMaterial) async throws -> CachedAnswer? {
        var record = ExchangeRecord(topic, model: model.name)
        var progress = AnswerProgress(after: material.redactor)
        do {
            let stream = try await open(material.prompt)
            record.note(stream.report)
            pipeline.metrics.began(after: record.age)
            // Beside the answer, which nobody waits for any longer than before.
            async let renewal: Void = pipeline.renewContext(of: topic, credentials)
            for try await chunk in stream {
                record.note(model: chunk.model, usage: chunk.usage)
                if let reason = chunk.finishReason { progress.finishReason = reason }
                try await send(progress.take(chunk.text))
            }
            let answer = try await conclude(&progress, material.redactor, record)
            await renewal
            return answer
        } catch {
            try await breakOff(error, &progress, record)
            return nil
        }
    }

    private func finish(_ suggestion: Grimoire_V1_Suggestion, _ outcome: SuggestionMetrics.Outcome) async {
        pipeline.metrics.ended(outcome, suggestion)
        await session.said(suggestion)
        await pipeline.recorder.submit(suggestion, credentials)
    }

    private func send(_ text: String) async throws {
        guard !text.isEmpty else { return }
        let piece = await session.add(ChatPieceContent(text: text, suggestionType: topic.type.rawValue))
        try await emit(piece)
    }

    /// The last piece of a whole answer.
    @inline(never)
    private func conclude(
        _ progress: inout AnswerProgress,
        _ redactor: Redactor,
        _ record: ExchangeRecord
    ) async throws -> CachedAnswer? {
        let rest = progress.finish()
        let (answer, withheld, topic) = (progress.text, progress.withheld, topic)
        let conclusion = try await pipeline.offload.run {
            ChatConclusion(answer, withheld: withheld, topic: topic, redactor: redactor)
        }
        var record = record
        record.suggestion.category = conclusion.category
        record.suggestion.patch = conclusion.patch
        let kept = CachedAnswer(
            text: answer,
            suggestionType: topic.type.rawValue,
            metadata: conclusion.metadata.merging(["model": record.suggestion.model]) { $1 }
        )
        let piece = await session.add(
            ChatPieceContent(
                text: rest,
                suggestionType: topic.type.rawValue,
                metadata: conclusion.metadata.merging(record.provenance(model, isCached: false)) { $1 },
                isFinal: true
            )
        )
        await finish(record.ended(answer: answer), .whole)
        // The answer is whole, whether or not its client is still there.
        try? await emit(piece)
        // One that was cut off by its length, or by the provider's filter, is not what anybody else should get.
        return progress.finishReason == "stop" ? kept : nil
    }

    /// What becomes of an answer that has failed, or whose client has left.
    ///
    /// - Throws: What the client is told, where it has got nothing yet; where it has left, that it has.
    @inline(never)
    private func breakOff(_ error: any Error, _ progress: inout AnswerProgress, _ record: ExchangeRecord)
        async throws
    {
        let failure = error as? LiteLLMError
        let hasLeft = failure == nil || failure?.code == .cancelled || Task.isCancelled
        var record = record
        record.note(failure?.report)
        if let failure, !hasLeft { await pipeline.asking.heed(failure) }
        let word = hasLeft ? "CANCELLED" : failure?.word ?? "INTERNAL"
        let rest = progress.finish()
        await finish(record.ended(answer: progress.text, error: word), hasLeft ? .left : .failed)
        guard progress.hasBegun || hasLeft else { throw failure?.told ?? error }
        var metadata = record.provenance(model, isCached: false)
        metadata["error"] = word
        if !hasLeft, let retryAfter = failure?.told.retryAfter {
            metadata["retry_after_ms"] = "\(retryAfter.wholeMilliseconds)"
        }
        let piece = await session.add(
            ChatPieceContent(
                text: rest,
                suggestionType: topic.type.rawValue,
                metadata: metadata,
                isFinal: true
            )
        )
        // For whoever comes back; here, nobody listens any more.
        guard !hasLeft else { throw failure == nil ? error : CancellationError() }
        try await emit(piece)
    }
}

/// An answer as far as it has come: all of it that may go out.
struct AnswerProgress {
    private var filter: StreamingFilter
    private(set) var text = ""
    /// Why the model ended it.
    var finishReason = "stop"
    /// Whether something came from the model.
    private(set) var hasBegun = false

    /// - Parameter redactor: That of the prompt: its placeholders are not given to other values.
    init(after redactor: Redactor) { filter = StreamingFilter(after: redactor) }

    /// What of the next chunk, and of what was held back, may go out.
    @inline(never)
    mutating func take(_ chunk: String) -> String {
        if !chunk.isEmpty { hasBegun = true }
        let piece = filter.append(chunk)
        text += piece
        return piece
    }

    /// The rest.
    @inline(never)
    mutating func finish() -> String {
        let piece = filter.finish()
        text += piece
        return piece
    }

    /// What was taken out.
    var withheld: [SensitiveFinding] { filter.findings }
}

extension ChatMessage {
    init(_ message: PromptMessage) {
        let role: Role =
            switch message.role {
            case .system: .system
            case .user: .user
            case .assistant: .assistant
            }
        self.init(role, message.content)
    }
}
