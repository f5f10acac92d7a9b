public import GRPCCore
internal import GRPCProtobuf
public import Logging

/// Notes why calls fail, and turns what it does not know into INTERNAL.
///
/// It stands next to the handler, since each interceptor sees only what the next one has left of an error.
public struct ErrorInterceptor: ServerInterceptor {
    private let logger: Logger

    /// An interceptor that logs to `logger` what no `Call` takes note of.
    public init(logger: Logger) {
        self.logger = logger
    }

    /// Translates errors thrown before the response and in its stream.
    public func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>,
        context: ServerContext,
        next:
            @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
            StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        do {
            var response = try await next(request, context)
            if case .success(var contents) = response.accepted {
                let produce = contents.producer
                contents.producer = { writer in
                    do {
                        return try await produce(writer)
                    } catch {
                        throw translate(error, method: context.descriptor)
                    }
                }
                response.accepted = .success(contents)
            }
            return response
        } catch {
            throw translate(error, method: context.descriptor)
        }
    }

    /// The call's one line in the log tells the cause; outside a call it is logged here.
    func translate(_ error: any Error, method: MethodDescriptor) -> any Error {
        switch error {
        case let error as ServiceError:
            if let cause = error.cause { note(cause, method) }
            return error
        case is RPCError, is GoogleRPCStatus, is CancellationError:
            return error
        default:
            note("\(error)", method)
            return ServiceError(.internal, message: "Something went wrong here; the log has the cause.")
        }
    }

    private func note(_ cause: String, _ method: MethodDescriptor) {
        if let call = Call.current {
            call.failed(because: cause)
        } else {
            logger.error("A call failed", metadata: [LogKey.method: "\(method)", LogKey.cause: "\(cause)"])
        }
    }
}
