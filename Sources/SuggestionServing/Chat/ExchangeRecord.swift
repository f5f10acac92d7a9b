internal import FoundationEssentials
internal import GrimoireAPI
internal import LiteLLM
internal import ServiceKit
internal import SuggestionContent

/// An exchange with the model, while it happens: what its record will say.
struct ExchangeRecord: Sendable {
    let id = UUID.random().text
    private let begunAt = ContinuousClock.now
    var suggestion = Grimoire_V1_Suggestion()

    /// An exchange of a chat that begins now.
    init(_ topic: ChatTopic, model: String) {
        let question = topic.question
        suggestion.suggestionID = id
        suggestion.processID = question.process.text
        suggestion.versionNumber = topic.base.version
        suggestion.kind = "chat"
        suggestion.sessionID = question.sessionName
        suggestion.message = topic.message
        suggestion.suggestionType = topic.type.rawValue
        suggestion.baseContentHash = topic.base.contentHash
        suggestion.promptVersion = topic.promptVersion
        suggestion.model = model
    }

    /// One of a report.
    init(
        kind: String,
        process: String,
        version: Int32,
        contentHash: String,
        promptVersion: String,
        model: String
    ) {
        suggestion.suggestionID = id
        suggestion.processID = process
        suggestion.versionNumber = version
        suggestion.kind = kind
        suggestion.baseContentHash = contentHash
        suggestion.promptVersion = promptVersion
        suggestion.model = model
    }

    /// What LiteLLM says of the call.
    mutating func note(_ report: CallReport?) {
        guard let report else { return }
        suggestion.callID = report.callID ?? suggestion.callID
        suggestion.costUsd = report.cost ?? suggestion.costUsd
    }

    /// What the answer says of itself.
    mutating func note(model: String?, usage: TokenUsage?) {
        if let model { suggestion.model = model }
        guard let usage else { return }
        suggestion.promptTokens = Int64(usage.promptTokens)
        suggestion.completionTokens = Int64(usage.completionTokens)
        suggestion.costUsd = usage.cost ?? suggestion.costUsd
    }

    /// How long it has been going on.
    var age: Duration { ContinuousClock.now - begunAt }

    /// The record, now that it is over.
    func ended(answer: String, error: String = "") -> Grimoire_V1_Suggestion {
        var suggestion = suggestion
        // PostgreSQL stores no U+0000, and a model may say anything.
        suggestion.answer = answer.utf8.contains(0) ? answer.replacing("\0", with: "\u{FFFD}") : answer
        suggestion.error = error
        suggestion.durationMs = Int64((ContinuousClock.now - begunAt) / .milliseconds(1))
        return suggestion
    }

    /// The entries of an answer's last piece that say where it is from.
    func provenance(_ choice: ModelChoice, isCached: Bool) -> [String: String] {
        var metadata = [
            "suggestion_id": id, "model": suggestion.model, "cached": isCached ? "true" : "false",
            "prompt_tokens": "\(suggestion.promptTokens)",
            "completion_tokens": "\(suggestion.completionTokens)",
            "cost_usd": "\(suggestion.costUsd)",
            "local_demonstration_model": choice.isDemonstration ? "true" : "false",
        ]
        if !suggestion.callID.isEmpty { metadata["call_id"] = suggestion.callID }
        return metadata
    }
}
