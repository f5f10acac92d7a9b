internal import CoreMetrics
internal import GrimoireAPI

/// What becomes of messages, as counters, and how long clients wait for the first word.
struct SuggestionMetrics: Sendable {
    /// What became of a message.
    enum Outcome: String, CaseIterable {
        /// The model's answer came to its end.
        case whole
        /// It was known already.
        case cached
        /// The answer broke off, or the model never began one.
        case failed
        /// The client left.
        case left
    }

    private let outcomes: [Outcome: Counter]
    private let promptTokens: Counter
    private let completionTokens: Counter
    private let firstPiece: any TimerHandler
    /// Exchanges that were not recorded.
    let lostRecords: Counter

    init(factory: any MetricsFactory) {
        outcomes = Dictionary(
            uniqueKeysWithValues: Outcome.allCases.map { outcome in
                let dimensions = [("outcome", outcome.rawValue)]
                return (outcome, Counter(label: Self.answers, dimensions: dimensions, factory: factory))
            }
        )
        promptTokens = Counter(label: Self.tokens, dimensions: [("kind", "prompt")], factory: factory)
        completionTokens = Counter(label: Self.tokens, dimensions: [("kind", "completion")], factory: factory)
        firstPiece = factory.makeTimer(label: Self.first, dimensions: [])
        lostRecords = Counter(label: Self.lost, factory: factory)
    }

    /// An exchange is over.
    func ended(_ outcome: Outcome, _ suggestion: Grimoire_V1_Suggestion) {
        outcomes[outcome]?.increment()
        promptTokens.increment(by: suggestion.promptTokens)
        completionTokens.increment(by: suggestion.completionTokens)
    }

    /// The first piece has come, so long after the model was asked.
    func began(after duration: Duration) {
        let (seconds, attoseconds) = duration.components
        firstPiece.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    private static let answers = "grimoire_suggestion_answers_total"
    private static let tokens = "grimoire_suggestion_tokens_total"
    private static let first = "grimoire_suggestion_first_piece_seconds"
    private static let lost = "grimoire_suggestion_records_lost_total"

    /// What they mean, for `/metrics`.
    static let help = [
        answers: "Messages of chats, by what became of them: whole, cached, failed, left.",
        tokens: "Tokens that the model took for chats: prompt, completion.",
        first: "How long the first piece of an answer took, from when the model was asked.",
        lost: "Exchanges that could not be recorded.",
    ]
}
