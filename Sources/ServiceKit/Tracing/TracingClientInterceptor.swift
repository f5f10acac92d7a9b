public import GRPCCore

/// Tells the services that are called on a call's behalf which trace they belong to.
///
/// Outside a call, each call of another service begins a trace of its own.
public struct TracingClientInterceptor: ClientInterceptor {
    /// An interceptor for any client.
    public init() {}

    /// Adds `traceparent`, and `tracestate` where one came in.
    public func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingClientRequest<Input>,
        context: ClientContext,
        next: (StreamingClientRequest<Input>, ClientContext) async throws -> StreamingClientResponse<Output>
    ) async throws -> StreamingClientResponse<Output> {
        var request = request
        let trace = Call.current?.trace ?? TraceContext()
        request.metadata.replaceOrAddString(trace.traceparent, forKey: "traceparent")
        if let state = trace.state { request.metadata.replaceOrAddString(state, forKey: "tracestate") }
        return try await next(request, context)
    }
}
