internal import FoundationEssentials
internal import GRPCCore
internal import GrimoireAPI
internal import LiteLLM
internal import ServiceKit
internal import SuggestionContent

/// Asks the model for parts of reports, in the form of a JSON schema; an equal question gets its answer again.
struct ReportModel: Sendable {
    let asking: ModelAsking
    let cache: AnswerCache

    /// What the model said to one question.
    struct Part: Sendable {
        var text: String
        var model: String
        var promptTokens: Int64 = 0
        var completionTokens: Int64 = 0
        var cost: Double = 0
        var callID = ""
        var isCached = false
    }

    /// What is asked about.
    struct Subject: Sendable {
        let caller: Caller
        let process: String
        let input: ContextInput
    }

    /// Asks for a part, unless it has been asked for before.
    ///
    /// - Parameter isUsable: Whether an answer is of the form that was asked for: what is not, is not kept.
    /// - Throws: `ServiceError`, `CancellationError`.
    func ask(_ task: PromptTask, _ subject: Subject, isUsable: @Sendable (String) -> Bool) async throws
        -> Part
    {
        let key = Self.key(task, subject, asking.model).description
        switch try await cache.claim(key) {
        case .answered(let answer):
            return Part(
                text: answer.text,
                model: answer.metadata["model"] ?? asking.model.name,
                isCached: true
            )
        case .unanswered:
            do {
                let part = try await askModel(task, subject)
                let kept = CachedAnswer(text: part.text, suggestionType: "", metadata: ["model": part.model])
                await cache.settle(key, with: isUsable(part.text) ? kept : nil)
                return part
            } catch {
                await cache.settle(key, with: nil)
                throw error
            }
        }
    }

    private func askModel(_ task: PromptTask, _ subject: Subject) async throws -> Part {
        let model = asking.model
        let built: BuiltContext
        do throws(ContextError) {
            built = try ContextBuilder(budgetTokens: model.promptTokens - model.answerTokens).build(
                subject.input,
                for: task
            )
        } catch {
            throw ServiceError.invalid([
                FieldViolation("goal", "is too long: \(error.description)", reason: "TOO_LONG")
            ])
        }
        var request = ChatRequest(model: model.name, messages: built.messages.map(ChatMessage.init))
        request.maxTokens = model.answerTokens
        if let name = AnswerSchema.name(for: task), let schema = AnswerSchema.text(for: task) {
            request.format = .jsonSchema(name: name, schema: try JSONText(schema))
        }
        request.context = asking.context(for: subject.caller, version: subject.input.version, tag: "report")
        return try await asking.permitted(subject.caller) { [request] in
            do {
                let completion = try await asking.clients.own.complete(request)
                return Part(
                    text: completion.text,
                    model: completion.model ?? model.name,
                    promptTokens: Int64(completion.usage?.promptTokens ?? 0),
                    completionTokens: Int64(completion.usage?.completionTokens ?? 0),
                    cost: completion.usage?.cost ?? completion.report.cost ?? 0,
                    callID: completion.report.callID ?? ""
                )
            } catch let error as LiteLLMError {
                await asking.heed(error)
                if error.code == .cancelled { throw CancellationError() }
                // The limiter's own refusal is the caller's business; the upstream's makes a report without the model.
                throw ModelIsAway(cause: error.description)
            }
        }
    }

    /// The model has not answered, or not so that it can be used.
    struct ModelIsAway: Error { let cause: String }

    private static func key(_ task: PromptTask, _ subject: Subject, _ model: ModelChoice) -> QuestionKey {
        let input = subject.input
        let figures = input.figures.map { ["\($0.from)", "\($0.to)", "\($0.total)"] } ?? []
        return QuestionKey(
            organization: subject.caller.organizationID.text,
            process: subject.process,
            code: input.code,
            document: input.document,
            mapping: input.mapping,
            others: ["report", "\(input.version)", input.processName, input.description] + figures,
            promptVersion: ContextBuilder.promptVersion(for: task),
            model: model.name,
            message: "\(task)"
        )
    }
}

extension Grimoire_V1_ModelUse {
    init(_ parts: [ReportModel.Part], _ model: ModelChoice) {
        self.init()
        self.model = parts.first?.model ?? ""
        promptTokens = parts.reduce(0) { $0 + $1.promptTokens }
        completionTokens = parts.reduce(0) { $0 + $1.completionTokens }
        costUsd = parts.reduce(0) { $0 + $1.cost }
        callIds = parts.map(\.callID).filter { !$0.isEmpty }
        localDemonstrationModel = model.isDemonstration
        cached = parts.allSatisfy(\.isCached)
    }
}
