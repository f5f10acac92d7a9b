internal import GRPCCore
internal import GRPCNghttp2

/// Makes a `Call` of each RPC, and tells observers when and how it ended: refused by an interceptor further in, failed,
/// answered, or abandoned by its caller. The outermost of all interceptors.
struct CallInterceptor: ServerInterceptor {
    private let observers: [any CallObserver]

    init(observers: [any CallObserver]) {
        self.observers = observers
    }

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>,
        context: ServerContext,
        next:
            @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
            StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        let call = Call(
            method: context.descriptor,
            trace: Self.trace(of: request.metadata),
            metadata: request.metadata,
            deadline: (context.transportSpecific as? CallDeadline)?.instant,
            observers: observers
        )
        return try await Call.$current.withValue(call) {
            var response: StreamingServerResponse<Output>
            do {
                response = try await next(request, context)
            } catch {
                call.end(Self.code(of: error))
                throw error
            }
            switch response.accepted {
            case .failure(let error): call.end(Status.Code(error.code))
            case .success(var contents):
                let produce = contents.producer
                contents.producer = { writer in
                    do {
                        let trailers = try await Call.$current.withValue(call) { try await produce(writer) }
                        call.end(.ok)
                        return trailers
                    } catch {
                        call.end(Self.code(of: error))
                        throw error
                    }
                }
                response.accepted = .success(contents)
            }
            return response
        }
    }

    private static func trace(of metadata: Metadata) -> TraceContext {
        var parents = metadata[stringValues: "traceparent"].makeIterator()
        let parent = parents.next()
        // Two parents are none (W3C Trace Context, section 3.2).
        guard parents.next() == nil else { return TraceContext() }
        return TraceContext(traceparent: parent, tracestate: Array(metadata[stringValues: "tracestate"]))
    }

    static func code(of error: any Error) -> Status.Code {
        switch error {
        case let error as RPCError: Status.Code(error.code)
        case let error as any RPCErrorConvertible: Status.Code(error.rpcErrorCode)
        case is CancellationError: .cancelled
        default: .unknown
        }
    }
}
