public import FoundationEssentials
public import GRPCCore
internal import Synchronization

/// A call under way: which trace it belongs to, who makes it, what it is about, and how it ended.
///
/// `CallInterceptor` makes it; authentication and the handler add what they find out. Whoever observes calls is told once,
/// when it is over.
public final class Call: Sendable {
    /// The call that the current task serves; nil outside one.
    @TaskLocal public static var current: Call?

    /// The method.
    public let method: MethodDescriptor
    /// The trace that it belongs to.
    public let trace: TraceContext
    /// What came with the request, headers of authentication included: nothing for logs.
    public let metadata: Metadata
    /// When its caller stops waiting; nil where they set no limit.
    public let deadline: ContinuousClock.Instant?

    private struct State {
        var caller: Caller?
        var processID: UUID?
        var versionNumber: Int?
        var isAudited = false
        var cause: String?
        var isOver = false
    }

    private let state = Mutex(State())
    private let begunAt = ContinuousClock.now
    private let observers: [any CallObserver]

    /// A call that begins now.
    init(
        method: MethodDescriptor,
        trace: TraceContext,
        metadata: Metadata = [:],
        deadline: ContinuousClock.Instant? = nil,
        observers: [any CallObserver] = []
    ) {
        self.method = method
        self.trace = trace
        self.metadata = metadata
        self.deadline = deadline
        self.observers = observers
        for observer in observers { observer.began(method) }
    }

    /// A call whose response nobody wanted any more.
    deinit { end(.cancelled) }

    /// Says which process, and which version of it, the call is about: for audit and log. What is nil stays as it is.
    public func concerns(processID: UUID? = nil, versionNumber: Int? = nil) {
        state.withLock { state in
            if let processID { state.processID = processID }
            if let versionNumber { state.versionNumber = versionNumber }
        }
    }

    /// Says that the handler has written the call's audit record itself, in the transaction of what it did: none is
    /// written for it any more.
    public func wasAudited() {
        state.withLock { $0.isAudited = true }
    }

    /// Says who calls.
    func isMade(by caller: Caller) {
        state.withLock { $0.caller = caller }
    }

    /// Says, for the log alone, why the call fails.
    func failed(because cause: String) {
        state.withLock { $0.cause = cause }
    }

    /// The call is over. Once; what comes later is ignored.
    func end(_ code: Status.Code) {
        let record = state.withLock { state -> CallRecord? in
            guard !state.isOver else { return nil }
            state.isOver = true
            return CallRecord(
                method: method,
                trace: trace,
                code: code,
                duration: ContinuousClock.now - begunAt,
                caller: state.caller,
                processID: state.processID,
                versionNumber: state.versionNumber,
                isAudited: state.isAudited,
                cause: state.cause
            )
        }
        guard let record else { return }
        for observer in observers { observer.ended(record) }
    }
}

/// What is known of a call once it is over.
struct CallRecord: Sendable {
    let method: MethodDescriptor
    let trace: TraceContext
    let code: Status.Code
    let duration: Duration
    let caller: Caller?
    let processID: UUID?
    let versionNumber: Int?
    let isAudited: Bool
    let cause: String?
}

/// Someone who is told of every call: metrics, log, audit.
///
/// Called on the thread of the call, between its other work: both must return at once.
protocol CallObserver: Sendable {
    /// A call has begun.
    func began(_ method: MethodDescriptor)
    /// It is over.
    func ended(_ record: CallRecord)
}
