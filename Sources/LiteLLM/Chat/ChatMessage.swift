/// One message of a conversation.
public struct ChatMessage: Sendable, Equatable {
    /// Who says it.
    public enum Role: String, Sendable {
        /// The instructions.
        case system
        /// The person.
        case user
        /// The model.
        case assistant
    }

    /// Who says it.
    public var role: Role
    /// What is said.
    public var text: String

    /// Describes a message.
    public init(_ role: Role, _ text: String) {
        self.role = role
        self.text = text
    }
}
