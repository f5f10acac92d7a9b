internal import FoundationEssentials
internal import GRPCCore
internal import GRPCProtobuf
internal import ServiceKit

/// Gives each call its context, and each call that does not write its audit row itself a row in the audit trail.
///
/// It stands within authentication, which refuses calls that never come here.
struct CallContextInterceptor: ServerInterceptor {
    let trail: AuditTrail

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>,
        context: ServerContext,
        next:
            @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
            StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        // Health and reflection have no caller, and nothing to hide.
        guard let caller = Caller.current else { return try await next(request, context) }
        let call = CallContext(
            idempotencyKey: request.metadata[stringValues: "idempotency-key"].first { _ in true },
            traceID: request.metadata[stringValues: "traceparent"].first { _ in true }
                .flatMap(CallContext.traceID)
        )
        return try await CallContext.$current.withValue(call) {
            do {
                let response = try await next(request, context)
                let outcome =
                    switch response.accepted {
                    case .success: "OK"
                    case .failure(let error): Self.name(of: error.code)
                    }
                await note(outcome, call, caller, context)
                return response
            } catch {
                await note(Self.outcome(of: error), call, caller, context)
                throw error
            }
        }
    }

    private func note(
        _ outcome: String,
        _ call: CallContext,
        _ caller: Caller,
        _ context: ServerContext
    ) async {
        let subject = call.subject
        guard !subject.isRecorded else { return }
        await trail.note(
            AuditRecord(
                organization: caller.organizationID,
                user: caller.userID,
                method: context.descriptor.method,
                outcome: outcome,
                process: subject.process,
                version: subject.version,
                traceID: call.traceID
            )
        )
    }

    private static func outcome(of error: any Error) -> String {
        switch error {
        case let error as ServiceError: name(of: error.rpcErrorCode)
        case let error as GoogleRPCStatus: name(of: error.code)
        case let error as RPCError: name(of: error.code)
        case is CancellationError: name(of: .cancelled)
        default: name(of: .internalError)
        }
    }

    /// As gRPC's specification writes it: NOT_FOUND.
    static func name(of code: RPCError.Code) -> String {
        if code == .internalError { return "INTERNAL" }
        return String("\(code)".flatMap { $0.isUppercase ? ["_", $0] : [$0] }).uppercased()
    }
}
