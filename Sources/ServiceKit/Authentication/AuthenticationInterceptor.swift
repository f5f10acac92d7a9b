public import GRPCCore

/// Lets a call pass whose token is good and whose role suffices, and tells the handler who calls.
public struct AuthenticationInterceptor: ServerInterceptor {
    private let verifier: TokenVerifier
    private let policy: AccessPolicy

    /// An interceptor that asks `verifier` who calls and `policy` what that needs.
    public init(verifier: TokenVerifier, policy: AccessPolicy) {
        self.verifier = verifier
        self.policy = policy
    }

    /// Throws `ServiceError` (UNAUTHENTICATED or PERMISSION_DENIED) before the handler sees the call.
    public func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>,
        context: ServerContext,
        next:
            @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
            StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        let required: Role
        switch policy.requirement(for: context.descriptor) {
        case .none: return try await next(request, context)
        case .unlisted: throw ServiceError.permissionDenied("Nobody may call \(context.descriptor).")
        case .role(let role): required = role
        }
        let caller = try await verifier.verify(
            try Self.bearerToken(in: request.metadata),
            namedOrganization: try Self.namedOrganization(
                inFields: request.metadata[stringValues: "grimoire-organization"]
            )
        )
        Call.current?.isMade(by: caller)
        guard caller.may(required) else {
            throw ServiceError.permissionDenied(
                "\(context.descriptor.method) needs the role \(required.rawValue)."
            )
        }
        return try await Caller.$current.withValue(caller) {
            try await next(request, context)
        }
    }

    /// The token of `authorization: Bearer …` (RFC 6750, section 2.1).
    static func bearerToken(in metadata: Metadata) throws(ServiceError) -> String {
        var values = metadata[stringValues: "authorization"].makeIterator()
        guard let value = values.next() else {
            throw .unauthenticated("Send a token: \"authorization: Bearer TOKEN\".")
        }
        guard values.next() == nil else {
            throw .unauthenticated("Send one authorization header, not several.")
        }
        return try bearerToken(inField: value)
    }

    /// The organization that a call names: the value of its `grimoire-organization` header, where it has one.
    ///
    /// - Throws: `ServiceError` (UNAUTHENTICATED) where there are several.
    public static func namedOrganization(
        inFields fields: some Sequence<String>
    ) throws(ServiceError) -> String? {
        var fields = fields.makeIterator()
        let named = fields.next()
        guard fields.next() == nil else {
            throw .unauthenticated("Send one grimoire-organization header, not several.")
        }
        return named
    }

    /// The token of one `authorization` header field.
    ///
    /// - Throws: `ServiceError` (UNAUTHENTICATED) where it is of another scheme.
    public static func bearerToken(inField value: String) throws(ServiceError) -> String {
        let scheme = value.prefix(7)
        guard scheme.lowercased() == "bearer ", value.utf8.count > 7 else {
            throw .unauthenticated("The authorization header must read \"Bearer TOKEN\".")
        }
        return String(value.dropFirst(7).drop { $0 == " " })
    }
}
