internal import FoundationEssentials

/// What a verified token says, for as long as it holds.
struct VerifiedToken: Sendable, Equatable {
    let userID: UUID
    /// The `org` claim.
    let organizationID: UUID?
    let roles: Set<Role>
    /// When it holds no longer, clock skew included, in seconds since 1970.
    let expiry: Double

    /// The caller whom it stands for in a call.
    ///
    /// - Parameter named: What the call says in `grimoire-organization`.
    /// - Throws: `ServiceError` where the call names an organization that it may not, or none is named at all.
    func caller(named: String?) throws(ServiceError) -> Caller {
        guard let named else {
            guard let organizationID else { throw .unauthenticated("The token names no organization (org).") }
            return Caller(userID: userID, organizationID: organizationID, roles: roles)
        }
        guard let asked = UUID(uuidString: named) else {
            throw .invalid([
                FieldViolation("grimoire-organization", "must be a UUID.", reason: "INVALID_UUID")
            ])
        }
        return try caller(in: asked)
    }

    /// The caller whom it stands for in a call that names an organization.
    ///
    /// - Throws: `ServiceError` where it may not.
    func caller(in asked: UUID) throws(ServiceError) -> Caller {
        guard asked == organizationID || roles.contains(.service) else {
            throw .permissionDenied("Only a service may name another organization (grimoire-organization).")
        }
        return Caller(userID: userID, organizationID: asked, roles: roles)
    }
}
