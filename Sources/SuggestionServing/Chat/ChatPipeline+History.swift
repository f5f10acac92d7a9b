internal import GrimoireAPI
internal import LiteLLM
internal import ServiceKit
internal import SuggestionContent

/// A conversation up to now, as it goes into a prompt.
struct ConversationHistory: Sendable {
    /// What its beginning came to; empty where all of it is in `exchanges`.
    var summary = ""
    var exchanges: [Exchange] = []
}

extension ChatPipeline {
    /// The part of a prompt that a conversation may take.
    private static let historyShare = 3

    /// The conversation up to now. Where it has become too long for its share of the prompt, the model is asked to summarise its
    /// beginning, which the session keeps; where it cannot, the prompt's builder leaves the oldest out.
    func compacted(
        _ talk: [Grimoire_V1_Suggestion],
        _ caller: Caller,
        _ session: ChatSession
    ) async -> ConversationHistory {
        let recorded = talk.filter { !$0.answer.isEmpty }
        let summary = await session.summary
        // What the summary covers is found by its last exchange; one that has fallen out of the list covers what is before it.
        let covered = recorded.lastIndex { $0.suggestionID == summary.lastSuggestionID }.map { $0 + 1 } ?? 0
        let rest = Array(recorded.dropFirst(covered))
        var history = ConversationHistory(
            summary: covered > 0 || recorded.count < talk.count ? summary.text : "",
            exchanges: rest.map { Exchange(message: $0.message, answer: $0.answer) }
        )
        let plan = HistoryCompaction(
            of: history.exchanges,
            summary: history.summary,
            budgetTokens: asking.model.promptTokens / Self.historyShare
        )
        guard plan.isNeeded,
            let text = await summarise(
                Array(history.exchanges.prefix(plan.summarised)),
                history.summary,
                caller
            )
        else { return history }
        history.summary = text
        history.exchanges.removeFirst(plan.summarised)
        await session.keep(
            ConversationSummary(text: text, lastSuggestionID: rest[plan.summarised - 1].suggestionID)
        )
        return history
    }

    private func summarise(_ exchanges: [Exchange], _ summary: String, _ caller: Caller) async -> String? {
        let model = asking.model
        let built = ContextBuilder(budgetTokens: model.promptTokens - model.answerTokens)
            .compaction(of: exchanges, summary: summary)
        var request = ChatRequest(model: model.name, messages: built.messages.map(ChatMessage.init))
        request.maxTokens = HistoryCompaction.summaryTokens
        request.context = asking.context(for: caller, version: 0, tag: "compaction")
        let answer = try? await asking.permitted(caller) { [request] in
            try await asking.clients.own.complete(request).text
        }
        guard let answer, !answer.isEmpty else { return nil }
        return ContentFilter().redact(answer).text
    }
}
