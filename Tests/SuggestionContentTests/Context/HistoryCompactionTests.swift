import SuggestionContent
import TestSupport
import Testing

@Suite("Which exchanges are summarised")
struct HistoryCompactionTests {
    private func exchange(_ words: Int) -> Exchange {
        Exchange(message: "What now?", answer: String(repeating: "word ", count: words))
    }

    @Test("Nothing is summarised while it fits")
    func fits() {
        let decision = HistoryCompaction(
            of: [exchange(10), exchange(10), exchange(10)],
            budgetTokens: 10_000
        )
        #expect(!decision.isNeeded)
    }

    @Test("Then the oldest are, down to half of the budget")
    func oldest() {
        let history = (0..<20).map { _ in exchange(100) }
        let decision = HistoryCompaction(of: history, budgetTokens: 2_000)
        #expect(decision.isNeeded && decision.summarised < 20)
        #expect(decision.keptTokens <= 1_000)
        let rest = Array(history.dropFirst(decision.summarised))
        #expect(
            !HistoryCompaction(of: rest, summary: "short", budgetTokens: 2_000).isNeeded,
            "not again at once"
        )
    }

    @Test("The last two stay, however long they are")
    func last() {
        let decision = HistoryCompaction(of: (0..<5).map { _ in exchange(5_000) }, budgetTokens: 1_000)
        #expect(decision.summarised == 3)
        #expect(!HistoryCompaction(of: [exchange(5_000), exchange(5_000)], budgetTokens: 1_000).isNeeded)
        #expect(!HistoryCompaction(of: [], budgetTokens: 1_000).isNeeded)
    }

    @Test("For any conversation and budget, what stays is the end of it and no more than fits")
    func invariants() {
        for seed in 0..<200 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let history = (0..<random.below(30)).map { _ in exchange(random.below(400)) }
            let budget = 500 + random.below(20_000)
            let decision = HistoryCompaction(of: history, budgetTokens: budget)
            let kept = history.dropFirst(decision.summarised)
            #expect(
                decision.summarised >= 0
                    && decision.summarised <= max(0, history.count - HistoryCompaction.keptAlways)
            )
            #expect(
                !decision.isNeeded || decision.keptTokens <= budget / 2
                    || kept.count == HistoryCompaction.keptAlways
            )
        }
    }
}

@Suite("The estimate of tokens")
struct TokenEstimateTests {
    @Test(
        "Prose, code, numbers and other alphabets are rather over- than underestimated",
        arguments: [
            // Text, and its length in tokens of OpenAI's o200k_base and cl100k_base, whichever is more, as
            // published examples have it.
            ("Hello, world!", 4), ("The quick brown fox jumps over the lazy dog.", 10), ("1234567890", 4),
            ("def f(x):\n    return x + 1\n", 12), ("", 0),
        ]
    )
    func conservative(_ example: (text: String, tokens: Int)) {
        #expect(TokenEstimate.tokens(example.text) >= example.tokens)
    }

    @Test("It grows with the text, and no text of n bytes counts more than n")
    func bounds() {
        for seed in 0..<100 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let parts = ["word", " ", "  ", "12", "é", "日本", "\n", "(", "\t", "Capital"]
            let text = (0..<random.below(200)).map { _ in parts[random.below(parts.count)] }.joined()
            let tokens = TokenEstimate.tokens(text)
            #expect(tokens <= text.utf8.count && tokens * 4 + 4 >= text.utf8.count / 2)
        }
    }
}
