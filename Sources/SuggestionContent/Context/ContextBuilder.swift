/// Makes the messages to a model: rules, data about the process, the conversation, what is asked now.
///
/// ```swift
/// let built = try ContextBuilder(budgetTokens: 12_000).build(input, for: .chat(.improvement))
/// send(built.messages)
/// ```
///
/// - The first message is the system's. It is a prompt of the repository and holds nothing of the input.
/// - All of the input is redacted (``Redactor``); ``BuiltContext/redactor`` puts back into proposals what was
///   taken out.
/// - Data about the process stands between lines with a number that it cannot hold (``DataFence``). Invisible
///   characters and marks of chat templates are taken out of everything.
/// - Parts that stay the same from call to call come first: rules; name, description, program, document,
///   mapping, versions, findings; then what changes with time: reuse, ratings, runs; then the conversation.
/// - Where it is more than the budget, parts are cut in the order of ``trimmingOrder``. Rules and the message
///   never are.
public struct ContextBuilder: Sendable, Hashable {
    /// The most tokens of all messages, by ``TokenEstimate``.
    public let budgetTokens: Int

    /// What is cut, in this order, until the rest fits: the part's label, or the conversation's oldest
    /// exchanges.
    public static let trimmingOrder: [String] = trimming.map(\.description)

    /// A builder with a budget, which leaves room for the answer.
    public init(budgetTokens: Int) {
        self.budgetTokens = budgetTokens
    }

    /// The messages for a task.
    ///
    /// Costs time in proportion to the input.
    ///
    /// - Throws: ``ContextError/tooLong(tokens:budget:)`` where rules and message alone are more than the
    ///   budget.
    public func build(_ input: ContextInput, for task: PromptTask) throws(ContextError) -> BuiltContext {
        try build(ContextBase(input), ContextTurn(input), for: task)
    }

    /// The messages for a task about a process that is prepared already: the same as `build(_:for:)` makes of both
    /// together.
    ///
    /// Costs time in proportion to what is sent, but far less than preparing it does.
    ///
    /// - Throws: ``ContextError/tooLong(tokens:budget:)`` where rules and message alone are more than the
    ///   budget.
    public func build(
        _ base: ContextBase,
        _ turn: ContextTurn,
        for task: PromptTask
    ) throws(ContextError) -> BuiltContext {
        var redactor = base.redactor
        let clean = ContextBuilder.redacted(turn, &redactor)
        let (request, goal) = ContextBuilder.request(task, clean.message, base.figures, &redactor)
        let system = ContextBuilder.system(task)
        var draft = ContextDraft(
            parts: base.parts + ContextPart.parts(of: clean),
            goal: goal,
            history: clean.history
        )
        let fixed = TokenEstimate.tokens([
            PromptMessage(role: .system, content: system), PromptMessage(role: .user, content: request),
        ])
        for step in [nil] + ContextBuilder.trimming.map(Optional.some) {
            if let step { draft.apply(step) }
            guard fixed + draft.tokens <= budgetTokens else { continue }
            // Fences are only reckoned with: a part more or less makes no difference to the rest.
            let (messages, rest) = draft.messages(system: system, request: request)
            let tokens = fixed + rest
            guard tokens <= budgetTokens else { continue }
            return BuiltContext(
                messages: messages,
                estimatedTokens: tokens,
                leftOut: draft.leftOut,
                redactor: redactor
            )
        }
        throw .tooLong(tokens: fixed, budget: budgetTokens)
    }

    /// The messages that ask for a summary of the beginning of a conversation, in at most so many words.
    public func compaction(of exchanges: [Exchange], summary: String, words: Int = 250) -> BuiltContext {
        var redactor = Redactor()
        var text = summary.isEmpty ? "" : "Summary of what came before:\n\(summary)\n\n"
        for exchange in exchanges { text += "Author: \(exchange.message)\nAssistant: \(exchange.answer)\n\n" }
        let clean = redactor.redact(UntrustedText.plain(text)).text
        let limit = max(0, (budgetTokens - 800) * 2)
        let data = DataFence(label: "conversation", content: TextCut.middleCut(clean, bytes: limit))
        let messages = [
            PromptMessage(
                role: .system,
                content: ContextBuilder.rendered(PromptLibrary.compaction, ["words": String(words)])
            ),
            PromptMessage(role: .user, content: DataFence.join([data], besides: []).text),
        ]
        return BuiltContext(
            messages: messages,
            estimatedTokens: TokenEstimate.tokens(messages),
            leftOut: clean.utf8.count > limit ? ["conversation"] : [],
            redactor: redactor
        )
    }

    /// The prompts that a task is made of, as ``PromptTemplate/id``, joined: what records of suggestions call
    /// prompt version.
    public static func promptVersion(for task: PromptTask) -> String {
        let prompts: [PromptTemplate] =
            switch task {
            case .chat: [PromptLibrary.chatSystem, PromptLibrary.context]
            case .analysis: [PromptLibrary.reportSystem, PromptLibrary.context, PromptLibrary.analysis]
            case .insights: [PromptLibrary.reportSystem, PromptLibrary.context, PromptLibrary.insights]
            case .plan: [PromptLibrary.reportSystem, PromptLibrary.context, PromptLibrary.plan]
            case .documentation:
                [PromptLibrary.chatSystem, PromptLibrary.context, PromptLibrary.documentation]
            }
        return prompts.map(\.id).joined(separator: "+")
    }
}

/// Messages, and what became of the input on the way.
public struct BuiltContext: Sendable {
    /// What to send.
    public let messages: [PromptMessage]
    /// What it takes by ``TokenEstimate``.
    public let estimatedTokens: Int
    /// What was cut or left out to fit the budget, by label.
    public let leftOut: [String]
    /// Knows what the placeholders stand for.
    public let redactor: Redactor

    /// The author's message as it is sent.
    public var message: String { messages.last?.content ?? "" }
}

/// Why no context can be built.
public enum ContextError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What cannot be cut is more than the budget.
    case tooLong(tokens: Int, budget: Int)

    /// A sentence for the caller.
    public var description: String {
        switch self {
        case .tooLong(let tokens, let budget):
            "The message is too long for the model: it takes about \(tokens) tokens, and there is room for \(budget)."
        }
    }
}
