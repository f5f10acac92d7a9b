internal import SuggestionContent

/// Whether a message asks for the process document, in the words that the chat knows for that: the prompt made for it is then
/// better than the message itself. Whatever else is said, the message is given to the model as it is.
enum DocumentRequest {
    private static let verbs = ["write", "update", "create", "make", "draft", "rewrite", "bring up to date"]
    private static let nouns = [
        "document", "documentation", "process document", "process documentation",
        "documentation of this process",
        "document of this process", "document for this process", "documentation for this process",
    ]
    private static let articles = ["", "the ", "a ", "its "]

    private static let phrases: Set<String> = {
        var phrases: Set<String> = [
            "document this process", "document the process", "bring the document up to date",
            "bring the documentation up to date", "bring its document up to date",
        ]
        for verb in verbs {
            for article in articles {
                for noun in nouns { phrases.insert("\(verb) \(article)\(noun)") }
            }
        }
        return phrases
    }()

    /// Whether the whole message says that, with or without "please".
    ///
    /// - Parameter message: As `QuestionKey.normalised(_:)` makes it.
    static func isMade(byNormalised message: String) -> Bool {
        var words = message.hasPrefix("please ") ? String(message.dropFirst("please ".count)) : message
        // What stood before it may end with a comma.
        if words.hasSuffix(" please") {
            words = QuestionKey.normalised(String(words.dropLast(" please".count)))
        }
        return phrases.contains(words)
    }
}
