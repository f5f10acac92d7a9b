/// Why a call fails, in the words of the services; becomes a gRPC status in one place.
///
/// Messages are for the client: they say what to do, and never hold SQL, keys or code.
public struct ServiceError: Error, Sendable, Equatable {
    /// What kind of failure it is.
    public enum Kind: Sendable, Equatable {
        /// The request itself is wrong (INVALID_ARGUMENT, HTTP 400).
        case invalid([FieldViolation])
        /// No token, or none that holds (UNAUTHENTICATED, 401).
        case unauthenticated
        /// The caller may not do this (PERMISSION_DENIED, 403).
        case permissionDenied
        /// There is no such thing for this caller (NOT_FOUND, 404).
        case notFound(resourceType: String, resourceName: String)
        /// The thing has changed meanwhile (ABORTED, 409). For programs: a reason and values.
        case conflict(reason: String, values: [String: String])
        /// The thing is in no state for that (FAILED_PRECONDITION, 400). For programs: a reason, and what is in the way.
        case failedPrecondition(reason: String, violations: [PreconditionViolation])
        /// A limit is reached (RESOURCE_EXHAUSTED, 429).
        case exhausted(retryAfter: Duration)
        /// Something that the service needs is away (UNAVAILABLE, 503).
        case unavailable(retryAfter: Duration)
        /// The call's time ran out (DEADLINE_EXCEEDED, 504).
        case deadlineExceeded
        /// Our fault (INTERNAL, 500). The log has the cause.
        case `internal`
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// A sentence for the client.
    public let message: String
    /// The cause in words for the log; never sent.
    public let cause: String?

    /// A failure.
    public init(_ kind: Kind, message: String, cause: String? = nil) {
        self.kind = kind
        self.message = message
        self.cause = cause
    }

    /// A request with wrong fields. The message names the first.
    public static func invalid(_ violations: [FieldViolation]) -> ServiceError {
        let sentence = violations.first.map { "\($0.field) \($0.description)" } ?? "The request is not valid."
        let rest = violations.count > 1 ? " (and \(violations.count - 1) more, see details)" : ""
        return ServiceError(.invalid(violations), message: sentence + rest)
    }

    /// A call without a valid token.
    public static func unauthenticated(_ message: String) -> ServiceError {
        ServiceError(.unauthenticated, message: message)
    }

    /// A call that this caller may not make.
    public static func permissionDenied(_ message: String) -> ServiceError {
        ServiceError(.permissionDenied, message: message)
    }

    /// A thing that is not there, or not for this caller.
    public static func notFound(_ type: String, _ name: String) -> ServiceError {
        ServiceError(
            .notFound(resourceType: type, resourceName: name),
            message: "There is no \(type) \(name) in your organization."
        )
    }
}
