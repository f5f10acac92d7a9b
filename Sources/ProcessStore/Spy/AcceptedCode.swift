internal import SPyAnalysis
internal import StableMapping
internal import SuggestionContent

/// Code that SPy's rules accept, and what is made of it. What not every call needs is made when it is asked for.
struct AcceptedCode: Sendable {
    /// Its facts.
    let program: ProgramFacts
    private let text: String
    /// Nil where it was not needed to accept the code.
    private let known: CodeReview?

    /// Checks code against SPy's rules and finds its facts.
    ///
    /// - Throws: As `CodeReview.requireAccepted` where the code is refused.
    init(_ text: String) throws {
        let review = CodeReview(text, withWarnings: false)
        try review.requireAccepted()
        self.text = text
        known = review
        program = ProgramFacts(review.parsed)
    }

    /// Code that differs from that of a version just made in comments and white space alone; nil for other code. That one was
    /// accepted, and its facts are this one's, but for where they stand, which nobody asks who makes a version.
    init?(_ text: String, like base: UpdateBase) {
        guard isAccepted(text, like: base.content.spyCode) else { return nil }
        self.text = text
        known = nil
        program = base.mapped.program
    }

    private var review: CodeReview { known ?? CodeReview(text, withWarnings: false) }

    /// An outline, for processes that nobody has described.
    var outline: ProcessContent.Document { Outline.document(of: review.analysis) }

    /// What it can be compared by.
    var fingerprint: ProgramFingerprint {
        let review = review
        return ProgramFingerprint(review.parsed, review.analysis)
    }
}
