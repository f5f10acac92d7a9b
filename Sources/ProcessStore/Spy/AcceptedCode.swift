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
    /// How much a review says.
    private let depth: AnalysisDepth

    /// Checks code against SPy's rules and finds its facts.
    ///
    /// - Parameter forOutline: Whether the outline will be asked for; where that is not known before, it costs more.
    /// - Throws: As `CodeReview.requireAccepted` where the code is refused.
    init(_ text: String, forOutline: Bool) throws {
        depth = forOutline ? .structure : .acceptance
        let review = CodeReview(text, depth: depth)
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
        depth = .structure
        known = nil
        program = base.mapped.program
    }

    private var review: CodeReview { known ?? CodeReview(text, depth: depth) }

    /// An outline, for processes that nobody has described.
    var outline: ProcessContent.Document {
        let review = review
        return Outline.document(
            of: depth == .structure ? review.analysis : analyze(review.parsed, depth: .structure)
        )
    }

    /// What it can be compared by.
    ///
    /// - Parameter known: The functions of the version before; then those of this one.
    func fingerprint(_ known: inout KnownFunctions) -> ProgramFingerprint {
        let review = review
        return ProgramFingerprint(review.parsed, review.analysis, &known)
    }
}
