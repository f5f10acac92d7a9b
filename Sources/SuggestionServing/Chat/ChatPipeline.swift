internal import EventLoop
internal import GRPCCore
internal import GrimoireAPI
internal import LiteLLM
internal import ServiceKit
internal import SuggestionContent
internal import SwiftProtobuf

/// Answers messages, for both transports: context from process storage, prompt, cache, limits, model, filters, record.
///
/// While the client does not take a piece, the model is not read further. When the client goes, the task is cancelled, and with it
/// the model's work.
struct ChatPipeline: Sendable {
    /// Takes a piece towards the client; suspends while it does not read, throws where it has gone.
    typealias Emit = @Sendable (ChatPiece) async throws -> Void

    let records: ProcessRecords
    let processes: KnownProcesses
    let contexts: ProcessContexts
    let recorder: SuggestionRecorder
    let cache: AnswerCache
    let similar: SimilarAnswers?
    let asking: ModelAsking
    let offload: OffloadExecutor
    let metrics: SuggestionMetrics

    /// How many well-rated suggestions a prompt may have.
    private static let ratedSuggestions: Int32 = 5
    /// How much text is looked at on the loop itself: what takes about as long as going elsewhere would.
    private static let quickBytes = 4_096

    private var model: ModelChoice { asking.model }

    private static func isQuick(_ question: ChatQuestion, _ history: ConversationHistory) -> Bool {
        ChatTopic.bytes(of: question, history) <= quickBytes
    }

    /// Answers a message that begins a session where nobody needs to be asked: the process is known as it was a moment ago, and the
    /// question has been answered before.
    ///
    /// - Returns: Whether it has been answered.
    /// - Throws: What `emit` throws.
    func answerAtOnce(
        _ question: ChatQuestion,
        _ credentials: Metadata,
        in session: ChatSession,
        _ emit: @escaping Emit
    ) async throws -> Bool {
        let history = ConversationHistory()
        guard !question.skipsCache, Self.isQuick(question, history),
            let process = processes.believed(question.processKey)
        else { return false }
        let topic = ChatTopic(question, process, history, model: model)
        guard let answer = cache.remembered(topic.key.description) else { return false }
        Call.current?.concerns(versionNumber: Int(process.base.version))
        let exchange = ChatExchange(
            topic: topic,
            credentials: credentials,
            session: session,
            emit: emit,
            pipeline: self
        )
        try await exchange.give(answer)
        return true
    }

    /// Answers a message within its session, which has begun with it.
    ///
    /// - Throws: Before the first piece, what the client is told: `ServiceError`, `RPCError`. Later only what `emit` throws, or
    ///   `CancellationError`: an answer that breaks off has a last piece that says so.
    func answer(
        _ question: ChatQuestion,
        _ credentials: Metadata,
        upon reading: Reading,
        in session: ChatSession,
        _ emit: @escaping Emit
    )
        async throws
    {
        let (process, model) = (reading.process, model)
        let history = await compacted(reading.talk, question.caller, session)
        let topic =
            Self.isQuick(question, history)
            ? ChatTopic(question, process, history, model: model)
            : try await offload.run { ChatTopic(question, process, history, model: model) }
        let exchange = ChatExchange(
            topic: topic,
            credentials: credentials,
            session: session,
            emit: emit,
            pipeline: self
        )
        let key = topic.key.description
        if question.skipsCache {
            if let answer = try await exchange.ask() {
                await cache.settle(key, with: answer)
            }
            return
        }
        switch try await cache.claim(key) {
        case .answered(let answer): try await exchange.give(answer)
        case .unanswered:
            do {
                if let answer = await similar?.find(topic, on: question.caller) {
                    await cache.settle(key, with: answer)
                    return try await exchange.give(answer)
                }
                let answer = try await exchange.ask()
                await cache.settle(key, with: answer)
                if let answer {
                    await similar?.keep(answer, for: topic)
                } else {
                    await similar?.forget(topic)
                }
            } catch {
                await similar?.forget(topic)
                await cache.settle(key, with: nil)
                throw error
            }
        }
    }

    /// Makes the prompt.
    func material(_ topic: ChatTopic, _ credentials: Metadata) async throws -> ChatMaterial {
        let context = try await context(topic, credentials)
        let model = model
        guard !Self.isQuick(topic.question, topic.history) else {
            return try ChatMaterial(topic, context.base, model: model)
        }
        return try await offload.run { try ChatMaterial(topic, context.base, model: model) }
    }

    /// What only the model needs to know of the version that the topic is about.
    private func context(_ topic: ChatTopic, _ credentials: Metadata) async throws -> ProcessContext {
        let key = topic.contextKey
        if case .ready(let context) = try await contexts.claim(key) { return context }
        let begunAt = contexts.now
        do {
            let context = try await readContext(topic, credentials, after: nil)
            await contexts.settle(key, with: context, readSince: begunAt)
            return context
        } catch {
            await contexts.settle(key, with: nil, readSince: begunAt)
            throw error
        }
    }

    /// Reads it anew where it is no longer fresh, for those who ask next. To be called when the model has begun to answer.
    func renewContext(of topic: ChatTopic, _ credentials: Metadata) async {
        let key = topic.contextKey
        guard let previous = await contexts.renew(key) else { return }
        let begunAt = contexts.now
        let context = try? await readContext(topic, credentials, after: previous)
        await contexts.renewed(key, with: context, readSince: begunAt)
    }

    private func readContext(
        _ topic: ChatTopic,
        _ credentials: Metadata,
        after previous: ProcessContext?
    ) async throws -> ProcessContext {
        let request = Grimoire_V1_GetSuggestionContextRequest.with {
            $0.processID = topic.question.process.text
            $0.versionNumber = topic.base.version
            $0.ratedSuggestions = Self.ratedSuggestions
        }
        let response = try await records.context(request, credentials)
        return try await offload.run { ProcessContext.made(of: response, after: previous) }
    }
}
