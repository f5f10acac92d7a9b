internal import ServiceKit
internal import SuggestionContent

/// What a message is about: what decides whether an answer to it is known already. Never changes; all who have to do with the answer
/// have the same one.
final class ChatTopic: Sendable {
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

    /// Costs time in proportion to message, history and the client's context (``bytes(of:_:)``).
    ///
    /// - Parameters:
    ///   - question: What was asked.
    ///   - process: What it is about.
    ///   - history: The conversation up to now.
    ///   - model: Which model would be asked.
    init(
        _ question: ChatQuestion,
        _ process: KnownProcess,
        _ history: ConversationHistory,
        model: ModelChoice
    ) {
        self.question = question
        self.history = history
        type = question.type ?? AnswerClass.type(of: question.message)
        let normalised = QuestionKey.normalised(question.message)
        task = DocumentRequest.isMade(byNormalised: normalised) ? .documentation : .chat(type)
        message = ContentFilter().redact(question.message).text
        base = process.base
        promptVersion = ContextBuilder.promptVersion(for: task)
        key = QuestionKey(
            content: process.contentKey,
            // What changes with each run and each rating is left out: an answer is as good as it was for as long as it is kept.
            others: [type.rawValue, process.name, process.description, history.summary]
                + history.exchanges.flatMap { [$0.message, $0.answer] }
                + question.clientContext.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] },
            promptVersion: promptVersion,
            model: model.name,
            normalised: normalised
        )
    }

    /// Under which what its prompt stands on is kept.
    var contextKey: ProcessContexts.Key {
        ProcessContexts.Key(
            organization: question.caller.organizationID,
            process: question.process,
            version: base.version,
            contentHash: base.contentHash
        )
    }

    /// What making one takes in work: bytes that are read.
    static func bytes(of question: ChatQuestion, _ history: ConversationHistory) -> Int {
        question.clientContext.reduce(question.message.utf8.count) {
            $0 + $1.key.utf8.count + $1.value.utf8.count
        }
            + history.exchanges.reduce(0) { $0 + $1.message.utf8.count + $1.answer.utf8.count }
    }
}
