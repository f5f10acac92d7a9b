internal import ServiceKit
internal import SuggestionContent
internal import Synchronization

/// What an answer to a message stands on, made before the model is asked.
struct ChatMaterial: Sendable {
    /// What is sent; taken by the one who sends it.
    let prompt: ChatPrompt
    /// Knows what the prompt's placeholders stand for.
    let redactor: Redactor

    /// Costs time in proportion to the conversation; what is said of the process is copied only (``ContextBase``).
    ///
    /// - Throws: `ServiceError` (INVALID_ARGUMENT) where the message alone is longer than the model can take.
    init(_ topic: ChatTopic, _ base: ContextBase, model: ModelChoice) throws(ServiceError) {
        var turn = ContextTurn()
        turn.history = topic.history.exchanges
        turn.summary = topic.history.summary
        turn.message = topic.question.message
        turn.clientContext = topic.question.clientContext
        do throws(ContextError) {
            let built = try ContextBuilder(budgetTokens: model.promptTokens - model.answerTokens)
                .build(base, turn, for: topic.task)
            prompt = ChatPrompt(built.messages)
            redactor = built.redactor
        } catch {
            throw .invalid([
                FieldViolation("message", "is too long: \(error.description)", reason: "TOO_LONG")
            ])
        }
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
