internal import FoundationEssentials
internal import GrimoireAPI
internal import ServiceKit
internal import StableMapping
internal import SuggestionContent

/// What a message is about: what decides whether an answer to it is known already.
struct ChatTopic: Sendable {
    let question: ChatQuestion
    let type: SuggestionType
    /// Which prompt is to be used.
    let task: PromptTask
    let history: ConversationHistory
    /// The message without what must not leave, as it is recorded.
    let message: String
    let base: PatchBase
    let promptVersion: String
    let key: QuestionKey

    /// Costs time in proportion to the process, so not on an event loop.
    ///
    /// - Parameters:
    ///   - question: What was asked.
    ///   - response: At least what a brief context has.
    ///   - history: The conversation up to now.
    ///   - model: Which model would be asked.
    init(
        _ question: ChatQuestion,
        _ response: Grimoire_V1_GetSuggestionContextResponse,
        _ history: ConversationHistory,
        model: ModelChoice
    ) {
        self.question = question
        self.history = history
        type = question.type ?? AnswerClass.type(of: question.message)
        task = DocumentRequest.isMade(by: question.message) ? .documentation : .chat(type)
        message = ContentFilter().redact(question.message).text
        let process = response.process
        let document = ContextInput(response).document
        base = PatchBase(
            process: ProcessID(process.processID),
            version: process.versionNumber,
            contentHash: process.contentHash,
            code: process.spyCode,
            document: document,
            mapping: process.stableMapping
        )
        promptVersion = ContextBuilder.promptVersion(for: task)
        key = QuestionKey(
            organization: question.caller.organizationID.text,
            process: process.processID,
            code: process.spyCode,
            document: document,
            mapping: process.stableMapping,
            // What changes with each run and each rating is left out: an answer is as good as it was for as long as it is kept.
            others: [type.rawValue, process.name, process.description_p, history.summary]
                + history.exchanges.flatMap { [$0.message, $0.answer] }
                + question.clientContext.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] },
            promptVersion: promptVersion,
            model: model.name,
            message: question.message
        )
    }
}
