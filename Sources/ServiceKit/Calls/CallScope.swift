public import GRPCCore
internal import Logging

/// Looks at operations that come another way than by gRPC as interceptors look at calls: trace, metrics, log, audit, translation
/// of errors.
public struct CallScope: Sendable {
    private let observers: [any CallObserver]
    private let errors: ErrorInterceptor

    init(observers: [any CallObserver], logger: Logger) {
        self.observers = observers
        errors = ErrorInterceptor(logger: logger)
    }

    /// Notes that an operation was refused before anybody knew who asks.
    ///
    /// - Parameters:
    ///   - method: The method that does the same over gRPC.
    ///   - trace: What the operation belongs to.
    ///   - error: Why.
    public func refused(_ method: MethodDescriptor, trace: TraceContext, because error: any Error) {
        let call = Call(method: method, trace: trace, observers: observers)
        call.end(
            CallInterceptor.code(
                of: Call.$current.withValue(call) { errors.translate(error, method: method) }
            )
        )
    }

    /// Does `body` as a call of a method.
    ///
    /// - Parameters:
    ///   - method: The method that does the same over gRPC.
    ///   - trace: What the operation belongs to.
    ///   - caller: Who asks.
    ///   - body: The operation; in it, `Call.current` and `Caller.current` are set.
    /// - Throws: What `body` throws; what is no error of the services' becomes INTERNAL, and its cause is logged.
    public func run<Value>(
        _ method: MethodDescriptor,
        trace: TraceContext,
        caller: Caller,
        _ body: () async throws -> Value
    ) async throws -> Value {
        let call = Call(method: method, trace: trace, observers: observers)
        call.isMade(by: caller)
        return try await Call.$current.withValue(call) {
            do {
                let value = try await Caller.$current.withValue(caller) { try await body() }
                call.end(.ok)
                return value
            } catch {
                let translated = errors.translate(error, method: method)
                call.end(CallInterceptor.code(of: translated))
                throw translated
            }
        }
    }
}
