public import EventLoop

/// Lets so many calls begin as ``AdmissionLimits`` allow, has others wait in a bounded line in which organizations take turns, and
/// refuses those that would wait for too long.
///
/// One for a process: its limits are that process's. Where several replicas share an upstream, each is told how many they are
/// (``share(among:)``) and keeps to its part, so that all together never exceed the whole.
public actor RateLimiter<Organization: Hashable & Sendable> {
    /// Where its code runs.
    public nonisolated let loop: EventLoop
    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private typealias Machine = AdmissionMachine<Organization, UInt64>
    private typealias Answer = Result<Void, LiteLLMError>

    private var machine: Machine
    private var callers: [UInt64: CheckedContinuation<Answer, Never>] = [:]
    private var nextCaller: UInt64 = 0
    private var wake: Timer?
    private var isClosed = false

    /// A limiter that has admitted nobody.
    public init(_ limits: AdmissionLimits, loop: EventLoop) {
        self.loop = loop
        machine = Machine(limits)
    }

    /// How many calls are under way.
    public var runningCount: Int { machine.running }
    /// How many wait in line.
    public var waitingCount: Int { machine.waiting }

    /// Does `body` once it may begin; until it ends it counts as under way.
    ///
    /// - Parameters:
    ///   - organization: Whose call it is.
    ///   - body: The call. It does not run on the limiter's loop.
    /// - Throws: `LiteLLMError`: rateLimited with `retryAfter` where it would wait for too long, or has; cancelled; closed; and what
    ///   `body` throws.
    public func withPermit<Value: Sendable>(
        of organization: Organization,
        _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        try await admission(of: organization).get()
        defer { interpret(machine.finished(organization, now: loop.uptimeNanoseconds)) }
        return try await body()
    }

    /// The upstream takes nothing for a while (`retry-after`): from one organization, or, where it is nil, from anybody.
    public func hold(_ organization: Organization?, for pause: Duration) {
        machine.hold(organization, until: deadline(pause, after: loop.uptimeNanoseconds))
    }

    /// So many replicas share the limits from now on, this one included; from 1.
    public func share(among replicas: Int) {
        machine.share(among: replicas)
        interpret(machine.due(now: loop.uptimeNanoseconds))
    }

    /// Refuses those in line and all who come later. Idempotent.
    public func close() {
        isClosed = true
        wake?.cancel()
        wake = nil
        let waiting = callers
        callers = [:]
        for caller in waiting.values { caller.resume(returning: .failure(Self.closed)) }
    }

    private func admission(of organization: Organization) async -> Answer {
        guard !isClosed else { return .failure(Self.closed) }
        nextCaller += 1
        let caller = nextCaller
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // All of it is looked at again: until here others may have had their turn.
                if self.isClosed { return continuation.resume(returning: .failure(Self.closed)) }
                if Task.isCancelled { return continuation.resume(returning: .failure(Self.cancelled)) }
                self.callers[caller] = continuation
                self.interpret(self.machine.ask(caller, of: organization, now: self.loop.uptimeNanoseconds))
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.leave(caller, organization) } }
        }
    }

    private func leave(_ caller: UInt64, _ organization: Organization) {
        guard machine.leave(caller, of: organization) else { return }
        callers.removeValue(forKey: caller)?.resume(returning: .failure(Self.cancelled))
    }

    private func interpret(_ actions: [Machine.Action]) {
        for action in actions {
            switch action {
            case .admit(let caller): callers.removeValue(forKey: caller)?.resume(returning: .success(()))
            case .refuse(let caller, let nanoseconds):
                let refusal = Self.refusal(retryAfter: .nanoseconds(nanoseconds))
                callers.removeValue(forKey: caller)?.resume(returning: .failure(refusal))
            case .wakeLater(let nanoseconds):
                guard !isClosed else { return }
                wake?.cancel()
                wake = loop.schedule(after: .nanoseconds(nanoseconds)) { [weak self] in
                    self?.assumeIsolated { $0.interpret($0.machine.due(now: $0.loop.uptimeNanoseconds)) }
                }
            }
        }
    }

    private static func refusal(retryAfter: Duration) -> LiteLLMError {
        var error = LiteLLMError(.rateLimited, "too many calls; the next may begin later")
        error.retryAfter = retryAfter
        return error
    }

    private static var cancelled: LiteLLMError {
        LiteLLMError(.cancelled, "the task was cancelled before the call might begin")
    }

    private static var closed: LiteLLMError { LiteLLMError(.closed, "the limiter is closed") }
}
