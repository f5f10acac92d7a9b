/// What a caller may do. Each of viewer, editor and admin contains the one before it.
public enum Role: String, Sendable, Hashable, CaseIterable {
    /// Reads, validates, diffs, verifies, analyses.
    case viewer
    /// Also writes, chats and rates.
    case editor
    /// Also restores and purges.
    case admin
    /// Another service: reads, in the organization that its token or the call names.
    case service

    /// Whether a caller with this role may do what asks for `required`.
    public func allows(_ required: Role) -> Bool {
        switch (self, required) {
        case (.admin, .viewer), (.admin, .editor), (.admin, .admin): true
        case (.editor, .viewer), (.editor, .editor): true
        case (.viewer, .viewer): true
        case (.service, .viewer), (.service, .service): true
        default: false
        }
    }
}
