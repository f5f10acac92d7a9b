/// What a request may hold at most. Each limit is told to the client that exceeds it.
enum RequestLimits {
    /// Characters (Unicode scalars) of a process's name.
    static let nameCharacters = 255
    /// Characters of a description.
    static let descriptionCharacters = 10_000
    /// Characters of a changelog.
    static let changelogCharacters = 10_000
    /// Bytes of SPy source.
    static let spyCodeBytes = 1_048_576
    /// Bytes of a document's text.
    static let documentTextBytes = 1_048_576
    /// Attributes of a document.
    static let documentAttributes = 100
    /// Characters of an attribute's name.
    static let attributeNameCharacters = 255
    /// Characters of an attribute's value.
    static let attributeValueCharacters = 4_096
    /// Entries of a stable mapping.
    static let mappingEntries = 50_000
    /// Bytes of a mapping's key.
    static let mappingKeyBytes = 4_096
    /// Characters of a fact ID.
    static let factIDCharacters = 255
    /// Items of a page where the client does not say.
    static let defaultPageSize = 50
    /// Items of a page.
    static let pageSize = 500
    /// Versions in an answer's history.
    static let historyEntries = 50
    /// Violations that are told in one answer.
    static let violations = 50
    /// Characters of a full-text query.
    static let queryCharacters = 1_000
    /// Characters of an idempotency key.
    static let idempotencyKeyCharacters = 255
    /// Runs of one call.
    static let executions = 1_000
    /// Actions of one run.
    static let executedActions = 200
    /// Characters of an action's name and of an error's type.
    static let runNameCharacters = 255
    /// Characters of an error's message.
    static let errorMessageCharacters = 1_000
    /// Days of a run, and of a period that is summarized.
    static let periodDays: Int64 = 366
    /// Days of a period where the request does not say.
    static let defaultPeriodDays: Int64 = 30
    /// What a summary holds at most.
    static let summarizedVersions = 500
    static let summarizedErrors = 50
    static let summarizedActions = 20
    static let summarizedIntervals = 1_000
    /// The media types of a document.
    static let documentFormats = ["text/markdown", "text/plain"]
    /// Bytes of what was asked: a chat's message at most, and room for what redaction puts in the place of secrets.
    static let suggestionMessageBytes = 65_536
    /// Bytes of what was answered.
    static let suggestionAnswerBytes = 1_048_576
    /// Bytes of a proposed patch.
    static let suggestionPatchBytes = 2_097_152
    /// Characters of the names of a model, a prompt's version and a call.
    static let provenanceCharacters = 255
    /// Characters of why an answer broke off.
    static let suggestionErrorCharacters = 1_000
    /// Characters of a session as its client names it.
    static let sessionCharacters = 255
    /// Characters of a rating's comment.
    static let ratingCommentCharacters = 2_000
    /// Suggestions that are recorded in one call.
    static let recordedTogether = 64
    /// Bytes of the texts on a page of suggestions, unless the first alone has more.
    static let suggestionPageBytes: Int64 = 2 << 20
    /// The best-rated suggestions of a context, and bytes of their texts.
    static let ratedSuggestions: Int32 = 20
    static let ratedBytes: Int64 = 512 << 10
    /// The last exchanges of a session in a context, and bytes of their texts.
    static let sessionExchanges = 50
    static let sessionBytes: Int64 = 1 << 20
    /// Functions, actions and facts that reuse is looked for of, each.
    static let reuseValues = 200
    /// Processes that are counted of one function, action or fact.
    static let reuseProcesses = 1_000
    /// Processes that are shown of them.
    static let reuseShown = 10
    /// Where suggestions come from.
    static let suggestionKinds = ["chat", "analysis", "insights", "plan"]
    /// What a chat's suggestion is.
    static let suggestionTypes = ["improvement", "alternative", "validation"]
    /// What a suggestion is about.
    static let suggestionCategories = ["code", "error_handling", "performance", "security", "documentation"]
}
