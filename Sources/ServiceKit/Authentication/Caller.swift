public import FoundationEssentials

/// Who makes a call, as a verified token says.
public struct Caller: Sendable, Equatable {
    /// The `sub` claim.
    public let userID: UUID
    /// The organization whose data the call sees: the `org` claim, or what a service names.
    public let organizationID: UUID
    /// The `roles` claim.
    public let roles: Set<Role>

    /// A caller, for tests and for services that act by themselves.
    public init(userID: UUID, organizationID: UUID, roles: Set<Role>) {
        self.userID = userID
        self.organizationID = organizationID
        self.roles = roles
    }

    /// Whether any of the caller's roles allows what asks for `required`.
    public func may(_ required: Role) -> Bool {
        roles.contains { $0.allows(required) }
    }

    /// The caller of the RPC that the current task serves; nil outside one.
    @TaskLocal public static var current: Caller?

    /// The caller of the RPC that the current task serves.
    ///
    /// - Throws: `ServiceError` (UNAUTHENTICATED) where no interceptor has set one.
    public static func require() throws(ServiceError) -> Caller {
        guard let current else { throw .unauthenticated("This method needs a bearer token.") }
        return current
    }
}
