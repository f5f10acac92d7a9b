internal import Glibc
internal import Synchronization

/// Where jobs run whose loop has been shut down: one thread for the whole program, one job at a time.
///
/// Swift never takes a job back, and a job that never runs leaves whoever awaits it hanging. A late job is most often
/// the last part of a task that is being cancelled.
enum LateJobs {
    private struct Late: @unchecked Sendable {
        let job: LoopJob
        let loop: EventLoop
    }

    private struct State {
        var queue: [Late] = []
        var isRunning = false
    }

    private static let state = Mutex(State())

    private static let lateThreadKey: pthread_key_t = {
        var key = pthread_key_t()
        let result = pthread_key_create(&key, nil)
        precondition(result == 0, "no thread-local storage left")
        return key
    }()

    static var isCurrentThread: Bool { pthread_getspecific(lateThreadKey) != nil }

    /// Runs a job of a loop that is gone. The thread lives as long as there are such jobs.
    static func run(_ job: LoopJob, of loop: EventLoop) {
        let mustStart = state.withLock { state in
            state.queue.append(Late(job: job, loop: loop))
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard mustStart else { return }
        do {
            try Thread.detach(name: "late-jobs") { drain() }
        } catch {
            // Without a thread to be had, the caller's own is the only way to keep the promise to run every job.
            drain()
        }
    }

    private static func drain() {
        let before = pthread_getspecific(currentLoopKey)
        pthread_setspecific(lateThreadKey, UnsafeRawPointer(bitPattern: 1))
        while let late = next() {
            pthread_setspecific(currentLoopKey, Unmanaged.passUnretained(late.loop).toOpaque())
            late.job.run(on: late.loop)
        }
        pthread_setspecific(lateThreadKey, nil)
        pthread_setspecific(currentLoopKey, before)
    }

    private static func next() -> Late? {
        state.withLock { state in
            guard !state.queue.isEmpty else {
                state.isRunning = false
                return nil
            }
            return state.queue.removeFirst()
        }
    }
}
