import GRPCCore

/// One look into the metadata of each call, and the refusal of one without: what any real service does at least.
struct AuthorizationInterceptor: ServerInterceptor {
    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>,
        context: ServerContext,
        next:
            @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
            StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        guard request.metadata[stringValues: "authorization"].contains(where: { _ in true }) else {
            throw RPCError(code: .unauthenticated, message: "send authorization")
        }
        return try await next(request, context)
    }
}
