public import GRPCCore

/// Tells Envoy, in the response metadata `x-http-status`, the HTTP status of a success that is not 200.
///
/// The gRPC-JSON transcoder knows no other; a filter before it puts this one in place.
public struct HTTPStatusInterceptor: ServerInterceptor {
    private let statuses: [String: Int]

    /// - Parameter statuses: The HTTP status by the method's name without its service.
    public init(statuses: [String: Int]) {
        self.statuses = statuses
    }

    /// Adds the metadata to a success of a method in the table.
    public func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>,
        context: ServerContext,
        next:
            @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
            StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        var response = try await next(request, context)
        if let status = statuses[context.descriptor.method], case .success(var contents) = response.accepted {
            contents.metadata.replaceOrAddString(String(status), forKey: "x-http-status")
            response.accepted = .success(contents)
        }
        return response
    }
}
