internal import FoundationEssentials
internal import LiteLLM
internal import ServiceKit
internal import SuggestionContent

/// How the model is asked: which one, in whose name, how often.
struct ModelAsking: Sendable {
    let model: ModelChoice
    let clients: LiteLLMClients
    let limiter: RateLimiter<UUID>

    /// How long an upstream that says "too many" is believed at most.
    private static let longestHold: Duration = .seconds(30)
    /// How long it is left alone where it does not say how long.
    private static let usualHold: Duration = .seconds(1)

    /// Does `body` when the caller's organization may ask.
    ///
    /// - Throws: `ServiceError` (RESOURCE_EXHAUSTED) where it would wait for too long; `CancellationError`; what `body` throws.
    func permitted<Value: Sendable>(
        _ caller: Caller,
        _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        do {
            return try await limiter.withPermit(of: caller.organizationID, body)
        } catch let error as LiteLLMError {
            // Those of the body have been told already.
            if error.code == .cancelled { throw CancellationError() }
            throw error.told
        }
    }

    /// Leaves the upstream alone for a while where it asked for that.
    func heed(_ failure: LiteLLMError) async {
        guard failure.code == .rateLimited, failure.status == 429 else { return }
        await limiter.hold(nil, for: min(failure.retryAfter ?? Self.usualHold, Self.longestHold))
    }

    /// What LiteLLM is told of a call.
    func context(for caller: Caller, version: Int32, tag: String) -> CallContext {
        var context = CallContext()
        context.endUserID = caller.userID.text
        context.tags = ["grimoire", tag]
        context.fallbacks = model.fallbacks
        if let trace = Call.current?.trace {
            context.traceID = trace.traceID
            context.traceParent = trace.traceparent
        }
        context.metadata = ["organization": caller.organizationID.text, "version": "\(version)"]
        return context
    }
}
