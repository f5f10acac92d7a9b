internal import Glibc
internal import Synchronization

/// A few threads for what would hold a loop up: blocking calls of C libraries, and work of more than a millisecond.
///
/// Its queue is bounded: beyond that, ``run(_:)`` throws at once instead of letting callers pile up.
public final class OffloadExecutor: Sendable {
    /// How many threads there are.
    public let width: Int
    /// How many calls wait at most for a thread.
    public let queueLimit: Int

    private struct State {
        var queue: [Work] = []
        var threads = 0
        var idle = 0
        var isShutDown = false
        var shutdownWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private struct Work: Sendable {
        let id: UInt64
        let run: @Sendable () -> Void
        let refuse: @Sendable (any Error) -> Void
    }

    private let name: String
    private let state = Mutex(State())
    private let condition = Condition()
    private let nextID = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - width: How many threads at most; they are started when there is something to do.
    ///   - queueLimit: How many calls may wait for one.
    ///   - name: The threads' name.
    public init(width: Int, queueLimit: Int = 1_024, name: String = "offload") {
        precondition(width > 0 && queueLimit > 0, "an offload executor has a thread and a place in its queue")
        self.width = width
        self.queueLimit = queueLimit
        self.name = name
    }

    /// Runs `body` on one of the threads and returns what it returns.
    ///
    /// - Throws: What `body` throws; `EventLoopError` where the queue is full or the executor has been shut down;
    ///   `CancellationError` where the task is cancelled before a thread took `body` up. A body under way is not
    ///   interrupted.
    public func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result
    {
        try Task.checkCancellation()
        let id = nextID.wrappingAdd(1, ordering: .relaxed).oldValue
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                submit(
                    Work(
                        id: id,
                        run: { continuation.resume(with: Swift.Result { try body() }) },
                        refuse: { continuation.resume(throwing: $0) }
                    )
                )
            }
        } onCancel: {
            cancel(id)
        }
    }

    /// Lets queued calls finish, refuses new ones, and returns when the threads have ended. Idempotent.
    public func shutdown() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                state.isShutDown = true
                if state.threads > 0 { state.shutdownWaiters.append(continuation) }
                return state.threads == 0
            }
            if isOver { continuation.resume() }
            condition.broadcast()
        }
    }

    /// How many calls wait for a thread now.
    var queuedCount: Int { state.withLock { $0.queue.count } }

    private func submit(_ work: Work) {
        enum Decision { case queued, start, refused(EventLoopError) }
        let decision: Decision = state.withLock { state in
            if state.isShutDown {
                return .refused(
                    EventLoopError(code: .shutDown, message: "the executor is shut down", errorNumber: 0)
                )
            }
            guard state.queue.count < queueLimit else {
                return .refused(
                    EventLoopError(
                        code: .queueFull,
                        message: "\(queueLimit) calls are waiting",
                        errorNumber: 0
                    )
                )
            }
            state.queue.append(work)
            guard state.idle < state.queue.count, state.threads < width else { return .queued }
            state.threads += 1
            return .start
        }
        switch decision {
        case .queued: condition.broadcast()
        case .refused(let error): work.refuse(error)
        case .start:
            do {
                try Thread.detach(name: name) { self.work() }
            } catch {
                let isTaken = state.withLock { state in
                    state.threads -= 1
                    // Another thread will come to it, unless there is none.
                    guard state.threads == 0 else { return false }
                    state.queue.removeAll { $0.id == work.id }
                    return true
                }
                if isTaken { work.refuse(error) }
            }
        }
    }

    private func cancel(_ id: UInt64) {
        let work = state.withLock { state -> Work? in
            guard let index = state.queue.firstIndex(where: { $0.id == id }) else { return nil }
            return state.queue.remove(at: index)
        }
        work?.refuse(CancellationError())
    }

    /// A thread's life.
    private func work() {
        while let work = take() { work.run() }
        let waiters = state.withLock { state in
            state.threads -= 1
            guard state.threads == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.shutdownWaiters = [] }
            return state.shutdownWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private func take() -> Work? {
        while true {
            let seen = condition.generation
            enum Found { case work(Work), none, end }
            let found: Found = state.withLock { state in
                if !state.queue.isEmpty { return .work(state.queue.removeFirst()) }
                if state.isShutDown { return .end }
                state.idle += 1
                return .none
            }
            switch found {
            case .work(let work): return work
            case .end: return nil
            case .none:
                condition.wait(after: seen)
                state.withLock { $0.idle -= 1 }
            }
        }
    }
}

/// A condition variable that counts its signals, so that none is missed between looking and waiting.
private final class Condition: @unchecked Sendable {
    // Both live as long as this object and are touched through their own functions only.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let variable = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var signals: UInt64 = 0

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(variable, nil)
    }

    deinit {
        pthread_cond_destroy(variable)
        pthread_mutex_destroy(mutex)
        variable.deallocate()
        mutex.deallocate()
    }

    var generation: UInt64 {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return signals
    }

    func broadcast() {
        pthread_mutex_lock(mutex)
        signals += 1
        pthread_cond_broadcast(variable)
        pthread_mutex_unlock(mutex)
    }

    func wait(after seen: UInt64) {
        pthread_mutex_lock(mutex)
        while signals == seen { pthread_cond_wait(variable, mutex) }
        pthread_mutex_unlock(mutex)
    }
}
