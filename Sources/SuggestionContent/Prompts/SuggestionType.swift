/// What a chat is asked for; its raw value is the `suggestion_type` of the API.
public enum SuggestionType: String, Sendable, Hashable, CaseIterable {
    /// To make the process better.
    case improvement
    /// To do the same in another way.
    case alternative
    /// To find what is wrong, without changing it.
    case validation

    /// What the rules of the chat say of it. Fixed text: nothing of a request comes into the rules.
    public var task: String {
        switch self {
        case .improvement:
            "Your task: help the author to improve the process. Where a change of the program or the document is "
                + "what the author needs, propose it."
        case .alternative:
            "Your task: show the author another way to do what the process does. Say what becomes better and what "
                + "becomes worse by it, then propose it."
        case .validation:
            "Your task: check the process against what the author asks. Say what holds, what does not, and where it "
                + "is seen. Propose a change only where the author asks for one."
        }
    }
}

/// What a suggestion is about; its raw value is the `category` of the API.
public enum SuggestionCategory: String, Sendable, Hashable, CaseIterable {
    /// How the program is written.
    case code
    /// What happens when something fails.
    case errorHandling = "error_handling"
    /// Time and cost.
    case performance
    /// Who can do or see what.
    case security
    /// What people read.
    case documentation
}
