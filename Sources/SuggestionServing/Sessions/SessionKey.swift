internal import FoundationEssentials
internal import ServiceKit

/// Whose conversation about what it is: the same name, used by another user, is another conversation.
struct SessionKey: Sendable, Hashable {
    let organization: UUID
    let user: UUID
    let process: UUID
    /// As the client named it; a UUID in small letters, since it is stored as one.
    let name: String

    init(caller: Caller, process: UUID, name: String) {
        organization = caller.organizationID
        user = caller.userID
        self.process = process
        self.name = UUID(text: name)?.text ?? name
    }
}
