internal import Glibc
internal import Synchronization

extension EventLoop {
    /// Puts a job into the queue: without a lock or a system call from the loop's own thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        enqueue(LoopJob(job: UnownedJob(job), isActors: true))
    }

    func enqueue(_ job: LoopJob) {
        if isCurrent, !LateJobs.isCurrentThread {
            jobs.append(job)
            return
        }
        let isLate = shared.withLock { shared in
            guard shared.phase != .stopped else { return true }
            shared.jobs.append(job)
            return false
        }
        if isLate { LateJobs.run(job, of: self) } else { wakeUp() }
    }

    /// Runs `body` on the loop's thread, soon, after what is queued already. From any thread.
    ///
    /// After ``shutdown()`` the body is dropped: what it would have done belongs to a loop that is gone.
    public func execute(_ body: @escaping @Sendable () -> Void) {
        if isCurrent, !LateJobs.isCurrentThread {
            endOfTurn.append(body)
            return
        }
        let isAccepted = shared.withLock { shared in
            guard shared.phase != .stopped else { return false }
            shared.bodies.append(body)
            return true
        }
        if isAccepted { wakeUp() }
    }

    /// One write(2) for any number of jobs between two turns.
    func wakeUp() {
        let mustSignal = shared.withLock { shared in
            defer { shared.isSignalled = true }
            return !shared.isSignalled
        }
        guard mustSignal else { return }
        var one: UInt64 = 1
        // EAGAIN means that the counter is full: the loop is awake anyway.
        _ = write(wakeUpDescriptor, &one, 8)
    }

    /// The loop as an actor's executor.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// Stops the program where code that must run on the loop runs elsewhere.
    public func checkIsolated() {
        precondition(isCurrent, "this code belongs to an event loop and runs on another thread")
    }

    /// Whether the code that runs now is on the loop.
    public func isIsolatingCurrentContext() -> Bool? { isCurrent }
}
