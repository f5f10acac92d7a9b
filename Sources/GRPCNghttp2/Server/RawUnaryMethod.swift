public import GRPCCore

/// A unary method that is answered with bytes, past GRPCCore: no decoded message, no stub, and where the answer is at hand
/// no task.
///
/// It stands behind the same limits, deadlines and checks as every other call. For the few methods that must be as fast
/// as the connection itself.
public struct RawUnaryMethod: Sendable {
    /// The largest request that a raw method takes, in bytes before and after decompression: it is dealt with on the loop.
    public static let maxMessageBytes = 64 * 1_024

    /// The method.
    public let descriptor: MethodDescriptor
    let attempt: @Sendable (RawUnaryCall) -> Reply
    /// Whether there is generated code to hand a call on to.
    let mayDecline: Bool

    /// What a method that knows some answers makes of a call.
    public enum Reply: Sendable {
        /// It has been answered.
        case answered
        /// It takes some waiting. The transport runs this in a task on the connection's loop, which is cancelled where the
        /// caller leaves or its time is over. It answers the call and returns true, or leaves it alone and returns false:
        /// then the generated handler gets it.
        case later(@Sendable () async -> Bool)
        /// As ``later(_:)``, without a task and its switches, for what is hot: the transport runs this at once, on the
        /// connection's loop, and there it calls back, once, with what ``later(_:)`` returns. Nothing tells it that the caller
        /// has left but ``RawUnaryCall/isCancelled``: it must not wait for long.
        case calledBack(@Sendable (@escaping @Sendable (Bool) -> Void) -> Void)
        /// The generated handler gets it.
        case declined
    }

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
        let outermost = interceptors.reversed().reduce(handler) { next, interceptor in
            { @Sendable call in interceptor.intercept(call, next: next) }
        }
        attempt = { call in
            outermost(call)
            return .answered
        }
        mayDecline = false
    }

    /// A method of which some calls can be answered past GRPCCore, from memory or after one wait, and all others by its
    /// generated handler, with every interceptor.
    ///
    /// - Parameters:
    ///   - descriptor: The method; a service registers a handler for it as well.
    ///   - attempt: Answers the call at once, says how it is answered later, or leaves it alone. It runs on the loop of the
    ///     connection and must not take longer than some microseconds of it. Calls that are larger than
    ///     ``maxMessageBytes``, compressed or malformed it is not asked about.
    public init(
        whereKnown descriptor: MethodDescriptor,
        attempt: @escaping @Sendable (RawUnaryCall) -> Reply
    ) {
        self.descriptor = descriptor
        self.attempt = attempt
        mayDecline = true
    }
}

/// What stands before the handlers of raw methods: authentication, metrics, limits.
public protocol RawUnaryInterceptor: Sendable {
    /// Calls `next`, at once or later and from any thread, or answers the call itself.
    ///
    /// Runs on the loop of the connection. ``RawUnaryCall/onCompletion(_:)`` tells how the call ended.
    func intercept(_ call: RawUnaryCall, next: @escaping @Sendable (RawUnaryCall) -> Void)
}
