public import GRPCCore

/// A unary method that is answered with bytes, past GRPCCore: no task, no decoded message, no stub.
///
/// It stands behind the same limits, deadlines and checks as every other call. For the few methods that must be as fast
/// as the connection itself.
public struct RawUnaryMethod: Sendable {
    /// The largest request that a raw method takes, in bytes before and after decompression: it is dealt with on the loop.
    public static let maxMessageBytes = 64 * 1_024

    /// The method.
    public let descriptor: MethodDescriptor
    let handler: @Sendable (RawUnaryCall) -> Void

    /// - Parameters:
    ///   - descriptor: The method; its generated handler, where there is one, is no longer called.
    ///   - interceptors: From the outside to the handler.
    ///   - handler: Answers the call, at once or later, once. It runs on the loop of the connection and must not
    ///     take longer than some microseconds of it.
    public init(
        _ descriptor: MethodDescriptor,
        interceptors: [any RawUnaryInterceptor] = [],
        handler: @escaping @Sendable (RawUnaryCall) -> Void
    ) {
        self.descriptor = descriptor
        self.handler = interceptors.reversed().reduce(handler) { next, interceptor in
            { @Sendable call in interceptor.intercept(call, next: next) }
        }
    }
}

/// What stands before the handlers of raw methods: authentication, metrics, limits.
public protocol RawUnaryInterceptor: Sendable {
    /// Calls `next`, at once or later and from any thread, or answers the call itself.
    ///
    /// Runs on the loop of the connection. ``RawUnaryCall/onCompletion(_:)`` tells how the call ended.
    func intercept(_ call: RawUnaryCall, next: @escaping @Sendable (RawUnaryCall) -> Void)
}
