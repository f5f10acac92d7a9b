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
    let recorder: SuggestionRecorder
    let cache: AnswerCache
    let similar: SimilarAnswers?
    let asking: ModelAsking
    let offload: OffloadExecutor
    let metrics: SuggestionMetrics

    /// How many well-rated suggestions a prompt may have.
    private static let ratedSuggestions: Int32 = 5

    private var model: ModelChoice { asking.model }

    /// Answers a message within its session, which has begun with it.
    ///
    /// - Throws: Before the first piece, what the client is told: `ServiceError`, `RPCError`. Later only what `emit` throws, or
    ///   `CancellationError`: an answer that breaks off has a last piece that says so.
    func answer(
        _ question: ChatQuestion,
        _ credentials: Metadata,
        in session: ChatSession,
        _ emit: @escaping Emit
    )
        async throws
    {
        // The conversation up to now is what is recorded of it.
        await recorder.settled(await session.lastSuggestionID)
        let brief = try await records.context(Self.contextRequest(question), credentials)
        Call.current?.concerns(versionNumber: Int(brief.process.versionNumber))
        let model = model
        let history = await compacted(brief, question.caller, session)
        let topic = try await offload.run { ChatTopic(question, brief, history, model: model) }
        let exchange = ChatExchange(
            topic: topic,
            credentials: credentials,
            session: session,
            emit: emit,
            pipeline: self
        )
        let key = topic.key.description
        if question.skipsCache {
            if let answer = try await exchange.ask(try await material(topic, credentials)) {
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
                let answer = try await exchange.ask(try await material(topic, credentials))
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

    /// Reads what only the model needs to know, of the version that the topic is about, and makes the prompt.
    private func material(_ topic: ChatTopic, _ credentials: Metadata) async throws -> ChatMaterial {
        var request = Self.contextRequest(topic.question)
        request.brief = false
        request.versionNumber = topic.base.version
        request.sessionID = ""
        let response = try await records.context(request, credentials)
        let model = model
        return try await offload.run { try ChatMaterial(topic, response, model: model) }
    }

    private static func contextRequest(_ question: ChatQuestion) -> Grimoire_V1_GetSuggestionContextRequest {
        Grimoire_V1_GetSuggestionContextRequest.with {
            $0.processID = question.process.text
            $0.versionNumber = question.version
            $0.ratedSuggestions = ratedSuggestions
            $0.sessionID = question.sessionName
            $0.brief = true
        }
    }
}
