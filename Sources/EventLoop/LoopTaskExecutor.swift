/// A loop as the preferred executor of tasks.
///
/// An object of its own, since Swift asks one question of both kinds of executor, `enqueue`, but a job must be run as what it
/// was enqueued as: an actor's code under the loop as its serial executor, a task's own code under none. A task that ran
/// under the loop's serial executor would be enqueued anew at each of its calls of a nonisolated function, where otherwise
/// it just goes on (measured on a gRPC call: one job in place of a dozen).
public final class LoopTaskExecutor: TaskExecutor, @unchecked Sendable {
    /// Set by the loop before anyone sees the executor, and never changed: hence the unchecked conformance. The loop owns
    /// the executor, and outlives every task that prefers it.
    unowned(unsafe) var loop: EventLoop!

    init() {}

    /// Puts a job into the loop's queue: without a lock or a system call from the loop's own thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        loop.enqueue(LoopJob(job: UnownedJob(job), isActors: false))
    }

    /// The executor for Swift's runtime.
    public func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }
}

/// A job and what it runs under.
struct LoopJob: @unchecked Sendable {
    let job: UnownedJob
    /// Whether it is an actor's, and not a task's own.
    let isActors: Bool

    /// Runs it on the current thread, which is the loop's or stands for it.
    func run(on loop: EventLoop) {
        if isActors {
            job.runSynchronously(
                isolatedTo: loop.asUnownedSerialExecutor(),
                taskExecutor: loop.taskExecutor.asUnownedTaskExecutor()
            )
        } else {
            job.runSynchronously(on: loop.taskExecutor.asUnownedTaskExecutor())
        }
    }
}
