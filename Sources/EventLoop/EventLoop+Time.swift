internal import Synchronization

extension EventLoop {
    /// Calls `body` on the loop once `delay` has passed, never earlier, most often within a millisecond after it.
    ///
    /// On the loop's thread only. Costs O(log n) in the number of timers. After ``shutdown()`` it never fires.
    public func schedule(after delay: Duration, _ body: @escaping () -> Void) -> Timer {
        requireCurrent("schedule")
        let deadline = monotonicNanoseconds().addingReportingOverflow(delay.nanoseconds)
        let entry = timers.add(deadline: deadline.overflow ? .max : deadline.partialValue, payload: body)
        return Timer(entry: entry, loop: self)
    }

    func cancelTimer(_ entry: TimerHeap<() -> Void>.Entry) {
        requireCurrent("cancel")
        timers.cancel(entry)
    }

    /// Calls `body` at the end of this turn, after its jobs: where several writes are to become one.
    ///
    /// On the loop's thread only.
    public func atEndOfTurn(_ body: @escaping () -> Void) {
        requireCurrent("atEndOfTurn")
        endOfTurn.append(body)
    }

    /// Calls `body` at the end of this turn, after all that ``atEndOfTurn(_:)`` has put off: for writes that are waited for less than
    /// those. Whoever receives a write may get this thread's core at once, and then what is written after it comes later.
    ///
    /// On the loop's thread only.
    public func afterEndOfTurn(_ body: @escaping () -> Void) {
        requireCurrent("afterEndOfTurn")
        afterTurn.append(body)
    }

    /// Waits for a time on the loop's timers. From anywhere; where the task runs afterwards, its own executor decides.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, or the loop is shut down, before the time is over.
    public func sleep(for duration: Duration) async throws(CancellationError) {
        let sleeper = Sleeper()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard sleeper.begin(continuation) else { return }
                arm(sleeper, for: duration)
            }
        } onCancel: {
            sleeper.end(wasCancelled: true)
            execute { self.forget(sleeper) }
        }
        if sleeper.wasCancelled { throw CancellationError() }
    }

    private func arm(_ sleeper: Sleeper, for duration: Duration) {
        // Here, there is nobody to wake up.
        if isCurrent, !LateJobs.isCurrentThread { return armHere(sleeper, for: duration) }
        let isAccepted = shared.withLock { shared in
            guard shared.phase == .running else { return false }
            shared.bodies.append { self.armHere(sleeper, for: duration) }
            return true
        }
        if isAccepted { wakeUp() } else { sleeper.end(wasCancelled: true) }
    }

    private func armHere(_ sleeper: Sleeper, for duration: Duration) {
        guard !isLeaving else { return sleeper.end(wasCancelled: true) }
        guard !sleeper.isOver else { return }
        let timer = schedule(after: duration) {
            sleeper.end(wasCancelled: false)
            self.sleepers[ObjectIdentifier(sleeper)] = nil
        }
        sleepers[ObjectIdentifier(sleeper)] = (sleeper, timer)
    }

    private func forget(_ sleeper: Sleeper) {
        sleepers.removeValue(forKey: ObjectIdentifier(sleeper))?.1.cancel()
    }
}

/// One task that waits for a time: resumed once, by the timer, by cancellation or by the loop's end.
final class Sleeper: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Void, Never>?
        var isOver = false
        var wasCancelled = false
    }

    private let state = Mutex(State())

    var isOver: Bool { state.withLock { $0.isOver } }
    var wasCancelled: Bool { state.withLock { $0.wasCancelled } }

    /// False, and the continuation resumed, where the task was cancelled before it could wait.
    func begin(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
        let isOver = state.withLock { state in
            if !state.isOver { state.continuation = continuation }
            return state.isOver
        }
        if isOver { continuation.resume() }
        return !isOver
    }

    func end(wasCancelled: Bool) {
        let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.isOver else { return nil }
            state.isOver = true
            state.wasCancelled = wasCancelled
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume()
    }
}
