/// What a prompt about a process is made of, as plain values; nothing of it is trusted.
public struct ContextInput: Sendable, Hashable {
    /// The process's name.
    public var processName = ""
    /// Its description.
    public var description = ""
    /// Its document: text, or JSON as it is stored.
    public var document = ""
    /// Its program.
    public var code = ""
    /// The version that is talked about; 0 where there is none.
    public var version: Int32 = 0
    /// Its stable mapping: key to fact ID.
    public var mapping: [String: String] = [:]
    /// Its history, a line a version, the newest first.
    public var versions: [String] = []
    /// What its runs say.
    public var figures: ExecutionFigures?
    /// What the rules found.
    public var findings: [Finding] = []
    /// Suggestions that the organization rated well, the best first.
    public var rated: [RatedSuggestion] = []
    /// What other processes have in common with it, a line each.
    public var reuse: [String] = []
    /// What the client gives beside its message: `context` of the request without the keys that Grimoire
    /// knows.
    public var clientContext: [String: String] = [:]
    /// The conversation up to now, the oldest first.
    public var history: [Exchange] = []
    /// What the exchanges before ``history`` came to, where they were summarised.
    public var summary = ""
    /// What the author says now; empty for reports.
    public var message = ""

    /// A context of nothing.
    public init() {}
}

/// What of a context belongs to one question of a conversation, as plain values; nothing of it is trusted.
public struct ContextTurn: Sendable, Hashable {
    /// What the client gives beside its message.
    public var clientContext: [String: String] = [:]
    /// The conversation up to now, the oldest first.
    public var history: [Exchange] = []
    /// What the exchanges before ``history`` came to, where they were summarised.
    public var summary = ""
    /// What the author says now; empty for reports.
    public var message = ""

    /// A turn of nothing.
    public init() {}

    /// That of a whole input.
    init(_ input: ContextInput) {
        clientContext = input.clientContext
        history = input.history
        summary = input.summary
        message = input.message
    }
}

/// A suggestion that somebody rated.
public struct RatedSuggestion: Sendable, Hashable {
    /// What was asked.
    public var message: String
    /// What was answered.
    public var answer: String
    /// The mean of its ratings, 1 to 5.
    public var rating: Double
    /// Whether it was about this process.
    public var isOfProcess: Bool

    /// A suggestion.
    public init(message: String, answer: String, rating: Double, isOfProcess: Bool) {
        self.message = message
        self.answer = answer
        self.rating = rating
        self.isOfProcess = isOfProcess
    }
}

/// A message of the author and its answer.
public struct Exchange: Sendable, Hashable {
    /// What was asked.
    public var message: String
    /// What was answered, as far as it came.
    public var answer: String

    /// An exchange.
    public init(message: String, answer: String) {
        self.message = message
        self.answer = answer
    }
}

/// What a context is built for.
public enum PromptTask: Sendable, Hashable {
    /// The next answer of a chat.
    case chat(SuggestionType)
    /// A section of an analysis.
    case analysis(AnalysisSection)
    /// A section of insights.
    case insights(InsightSection)
    /// A plan; the goal in the author's words, may be empty.
    case plan(goal: String)
    /// The process document.
    case documentation
}
