internal import FoundationEssentials
internal import GrimoireAPI
internal import ServiceKit
internal import StableMapping
internal import SuggestionContent
internal import Synchronization

/// What an answer to a message stands on, made before the model is asked.
struct ChatMaterial: Sendable {
    let question: ChatQuestion
    let type: SuggestionType
    /// What is sent; taken by the one who sends it.
    let prompt: ChatPrompt
    /// Knows what the prompt's placeholders stand for.
    let redactor: Redactor
    /// The message without what must not leave, as it is recorded.
    let message: String
    let base: PatchBase
    let promptVersion: String
    let key: QuestionKey

    /// Costs time in proportion to the process: milliseconds for large ones, so not on an event loop.
    ///
    /// - Throws: `ServiceError` (INVALID_ARGUMENT) where the message alone is longer than the model can take.
    init(
        _ question: ChatQuestion,
        _ response: Grimoire_V1_GetSuggestionContextResponse,
        _ history: ConversationHistory,
        model: ModelChoice
    ) throws(ServiceError) {
        self.question = question
        type = question.type ?? AnswerClass.type(of: question.message)
        var input = ContextInput(response)
        input.history = history.exchanges
        input.summary = history.summary
        input.message = question.message
        input.clientContext = question.clientContext
        input.findings = ProgramFindings(of: input.code, version: input.version).all
        let task = DocumentRequest.isMade(by: question.message) ? PromptTask.documentation : .chat(type)
        let built: BuiltContext
        do throws(ContextError) {
            built = try ContextBuilder(budgetTokens: model.promptTokens - model.answerTokens)
                .build(input, for: task)
        } catch {
            throw .invalid([
                FieldViolation("message", "is too long: \(error.description)", reason: "TOO_LONG")
            ])
        }
        prompt = ChatPrompt(built.messages)
        redactor = built.redactor
        // Where a prompt of the repository stands for it, what was asked is still what is recorded.
        message = task == .documentation ? ContentFilter().redact(question.message).text : built.message
        let process = response.process
        base = PatchBase(
            process: ProcessID(process.processID),
            version: process.versionNumber,
            contentHash: process.contentHash,
            code: process.spyCode,
            document: input.document,
            mapping: process.stableMapping
        )
        promptVersion = ContextBuilder.promptVersion(for: task)
        key = QuestionKey(
            organization: question.caller.organizationID.text,
            process: process.processID,
            code: input.code,
            document: input.document,
            mapping: input.mapping,
            // What changes with each run and each rating is left out: an answer is as good as it was for as long as it is kept.
            others: [type.rawValue, input.processName, input.description]
                + input.history.flatMap { [$0.message, $0.answer] }
                + input.clientContext.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] },
            promptVersion: promptVersion,
            model: model.name,
            message: question.message
        )
    }
}

/// A prompt until it is sent. An answer may take minutes, and thousands may be under way: what was sent is not kept meanwhile.
final class ChatPrompt: Sendable {
    private let messages: Mutex<[PromptMessage]>

    init(_ messages: [PromptMessage]) { self.messages = Mutex(messages) }

    /// The messages; empty once they have been taken.
    func take() -> [PromptMessage] {
        messages.withLock { messages in
            defer { messages = [] }
            return messages
        }
    }
}
