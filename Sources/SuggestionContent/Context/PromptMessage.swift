/// A message to a language model.
public struct PromptMessage: Sendable, Hashable {
    /// Whose it is.
    public var role: Role
    /// What it says.
    public var content: String

    /// Whose a message is; raw values are those of the chat completions API.
    public enum Role: String, Sendable, Hashable, CaseIterable {
        /// Rules: only what stands in prompts of the repository.
        case system
        /// The author, and data about the process.
        case user
        /// The model.
        case assistant
    }

    /// A message.
    public init(role: Role, content: String) {
        self.role = role
        self.content = content
    }
}
