internal import SuggestionContent

/// What is to be said of an answer once all of it is there: what it is about, what it proposes, what was kept back.
struct ChatConclusion: Sendable {
    let category: String
    /// Entries of metadata: `category`, and where there is something to say, those of the patch and `flagged`.
    let metadata: [String: String]
    /// A unified diff; empty where nothing is offered.
    let patch: String

    /// Looks through an answer. It may run proposed code in the sandbox, so not on an event loop.
    ///
    /// - Parameters:
    ///   - answer: As it was sent: filtered.
    ///   - withheld: What the filter took out.
    ///   - topic: What it answers.
    ///   - redactor: Knows what the prompt's placeholders stand for.
    init(_ answer: String, withheld: [SensitiveFinding], topic: ChatTopic, redactor: Redactor) {
        let scan = AnswerScan(of: answer)
        let proposal = PatchProposal(in: answer, base: topic.base, redactor: redactor)
        let kind = AnswerClass(
            answer: answer,
            message: topic.question.message,
            asked: topic.type,
            proposal: proposal
        )
        category = kind.category.rawValue
        var metadata = proposal?.metadata ?? [:]
        metadata["category"] = category
        metadata["flagged"] = scan.flag(streamed: withheld)
        self.metadata = metadata
        patch = proposal?.patch ?? ""
    }
}
