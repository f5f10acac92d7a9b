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
    let processes = KnownProcesses()
    let contexts: ProcessContexts
    let recorder: SuggestionRecorder
    let cache: AnswerCache
    let similar: SimilarAnswers?
    let asking: ModelAsking
    let offload: OffloadExecutor
    let metrics: SuggestionMetrics

    /// How many well-rated suggestions a prompt may have.
    private static let ratedSuggestions: Int32 = 5
    /// How often process storage is asked again for an exchange that another replica has answered.
    private static let rereads = 4
    /// How long that is waited for at first, and twice as long each time.
    private static let firstRereadPause: Duration = .milliseconds(15)
    /// How much text is looked at on the loop itself: what takes about as long as going elsewhere would.
    private static let quickBytes = 4_096

    private var model: ModelChoice { asking.model }

    /// What process storage says of a message: the version that it is about, and the conversation up to now.
    struct Reading: Sendable {
        let process: KnownProcess
        let talk: [Grimoire_V1_Suggestion]
    }

    /// Asks process storage what a message is about.
    ///
    /// - Throws: What the client is told: `ServiceError`, `RPCError`; `CancellationError`.
    func read(
        _ question: ChatQuestion,
        _ credentials: Metadata,
        in session: ChatSession
    ) async throws -> Reading {
        // The conversation is what is recorded of it, and what is about to be: which must be asked first, for it may be recorded
        // meanwhile.
        let unsettled = await unsettled(session)
        let (process, recorded) = try await read(question, credentials)
        Call.current?.concerns(versionNumber: Int(process.base.version))
        let known = Set(recorded.map(\.suggestionID))
        return Reading(
            process: process,
            talk: recorded + unsettled.filter { !known.contains($0.suggestionID) }
        )
    }

    /// Asks again, a few times, where what was read does not have an exchange that another replica says it has answered: its record is
    /// on its way to process storage, or was lost.
    ///
    /// - Throws: As ``read(_:_:in:)``.
    func reread(
        _ reading: Reading,
        until exchange: String?,
        _ question: ChatQuestion,
        _ credentials: Metadata,
        in session: ChatSession
    ) async throws -> Reading {
        guard let exchange else { return reading }
        var (reading, pause) = (reading, Self.firstRereadPause)
        for _ in 0..<Self.rereads {
            if reading.talk.contains(where: { $0.suggestionID == exchange }) { break }
            try await session.loop.sleep(for: pause)
            reading = try await read(question, credentials, in: session)
            pause *= 2
        }
        return reading
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
            ChatTopic.bytes(of: question, history) <= Self.quickBytes
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

    /// Exchanges of a session that are about to be recorded.
    private func unsettled(_ session: ChatSession) async -> [Grimoire_V1_Suggestion] {
        let suggestions = await session.unsettled
        guard !suggestions.isEmpty else { return [] }
        let unsettled = await recorder.unsettled(suggestions)
        await session.keepUnsettled(unsettled.map(\.suggestionID))
        return unsettled
    }

    /// The version that a question is about, and the exchanges of its session.
    private func read(
        _ question: ChatQuestion,
        _ credentials: Metadata
    ) async throws -> (process: KnownProcess, session: [Grimoire_V1_Suggestion]) {
        let organization = question.caller.organizationID
        let key = KnownProcesses.Key(
            organization: organization,
            process: question.process,
            version: question.version
        )
        let known = processes[key]
        let request = Grimoire_V1_GetSuggestionContextRequest.with {
            $0.processID = question.process.text
            $0.versionNumber = question.version
            $0.sessionID = question.sessionName
            $0.brief = true
            $0.knownContentHash = known?.base.contentHash ?? ""
            $0.knownVersionNumber = known?.base.version ?? 0
        }
        let response = try await records.context(request, credentials)
        let number = response.process.versionNumber
        if let known, known.base.contentHash == response.process.contentHash {
            guard known.base.version != number else { return (known, response.session) }
            let process = known.asVersion(number)
            processes.keep(process, for: key)
            return (process, response.session)
        }
        let process = try await offload.run { KnownProcess(response.process, organization: organization) }
        processes.keep(process, for: key)
        return (process, response.session)
    }

    /// Makes the prompt.
    func material(_ topic: ChatTopic, _ credentials: Metadata) async throws -> ChatMaterial {
        let context = try await context(topic, credentials)
        let model = model
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
