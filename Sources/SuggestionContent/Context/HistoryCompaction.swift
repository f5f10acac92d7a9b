/// Which exchanges of a conversation stay whole, and which are to be summarised, for a budget.
///
/// The last ``keptAlways`` exchanges stay whatever they take; before them as many as fit into the budget,
/// without gaps. The rest goes into a summary, for which ``summaryTokens`` are set aside. Nothing is
/// summarised before there is too much, and then down to half of the budget, so that a conversation is not
/// summarised again with each message.
public struct HistoryCompaction: Sendable, Hashable {
    /// Exchanges at the end that always stay.
    public static let keptAlways = 2
    /// What a summary may take.
    public static let summaryTokens = 400

    /// The first so many exchanges are to be summarised; 0 where all stay.
    public let summarised: Int
    /// What the exchanges that stay take, by ``TokenEstimate``.
    public let keptTokens: Int

    /// Decides for a conversation, the oldest exchange first.
    ///
    /// - Parameters:
    ///   - history: The exchanges that are whole up to now.
    ///   - summary: What those before them came to; empty where there are none.
    ///   - budgetTokens: What conversation and summary may take together.
    public init(of history: [Exchange], summary: String = "", budgetTokens: Int) {
        let sizes = history.map {
            TokenEstimate.tokens($0.message) + TokenEstimate.tokens($0.answer) + 2 * TokenEstimate.perMessage
        }
        let all = sizes.reduce(0, +)
        guard all + TokenEstimate.tokens(summary) > budgetTokens, history.count > HistoryCompaction.keptAlways
        else {
            summarised = 0
            keptTokens = all
            return
        }
        let room = max(0, budgetTokens / 2 - HistoryCompaction.summaryTokens)
        var kept = 0
        var tokens = 0
        for size in sizes.reversed() {
            guard kept < HistoryCompaction.keptAlways || tokens + size <= room else { break }
            tokens += size
            kept += 1
        }
        summarised = history.count - kept
        keptTokens = tokens
    }

    /// Whether something is to be summarised.
    public var isNeeded: Bool { summarised > 0 }
}
