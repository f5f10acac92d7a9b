internal import CEpoll
internal import Glibc
internal import Synchronization

extension EventLoop {
    static let wakeUpToken = UInt64.max
    /// epoll_wait counts in milliseconds; a wait of an hour is as good as forever.
    private static let longestWaitMilliseconds: Int64 = 3_600_000

    /// The thread's life.
    func runUntilStopped() {
        pthread_setspecific(currentLoopKey, Unmanaged.passUnretained(self).toOpaque())
        var events = [epoll_event](repeating: epoll_event(), count: configuration.eventsPerTurn)
        while takeTurn(&events) {}
        leave()
        pthread_setspecific(currentLoopKey, nil)
        let waiters = shared.withLock { shared in
            defer { shared.stopWaiters = [] }
            return shared.stopWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// One turn; false when the loop is to stop.
    private func takeTurn(_ events: inout [epoll_event]) -> Bool {
        let count = epoll_wait(epoll, &events, Int32(events.count), waitMilliseconds())
        // EINTR is a turn without events; anything else would be a broken loop.
        precondition(count >= 0 || errno == EINTR, "epoll_wait refuses its own descriptor: errno \(errno)")
        statistics.turns += 1
        uptimeNanoseconds = monotonicNanoseconds()
        for index in 0..<max(0, Int(count)) { handle(events[index]) }
        fireTimers()
        let isStopping = takeRemote()
        runJobs()
        runEndOfTurn()
        return !isStopping
    }

    private func waitMilliseconds() -> Int32 {
        guard jobs.isEmpty, endOfTurn.isEmpty, afterTurn.isEmpty else { return 0 }
        guard let deadline = timers.nextDeadline() else { return -1 }
        let nanoseconds = max(0, deadline - monotonicNanoseconds())
        // Rounded up: a timer never fires early, and the loop never spins towards a deadline.
        return Int32(min((nanoseconds + 999_999) / 1_000_000, Self.longestWaitMilliseconds))
    }

    private func handle(_ event: epoll_event) {
        let token = event.data.u64
        if token == Self.wakeUpToken {
            statistics.wakeUps += 1
            var value: UInt64 = 0
            _ = read(wakeUpDescriptor, &value, 8)
            return
        }
        let slot = Int(UInt32(truncatingIfNeeded: token))
        let generation = UInt32(truncatingIfNeeded: token >> 32)
        // A handler earlier in this turn may have cancelled this one, and another descriptor may have its place.
        guard slot < registrations.count, generations[slot] == generation,
            let registration = registrations[slot]
        else { return }
        registration.handler(Readiness(rawValue: event.events))
    }

    private func fireTimers() {
        for _ in 0..<configuration.timersPerTurn {
            guard let body = timers.popDue(at: uptimeNanoseconds) else { return }
            body()
        }
    }

    /// Moves over what other threads have enqueued. True where one of them asked the loop to stop.
    private func takeRemote() -> Bool {
        let (remoteJobs, bodies, isStopping) = shared.withLock { shared in
            defer {
                shared.jobs.removeAll(keepingCapacity: true)
                shared.bodies.removeAll(keepingCapacity: true)
                shared.isSignalled = false
            }
            return (shared.jobs, shared.bodies, shared.phase == .stopping)
        }
        for job in remoteJobs { jobs.append(job) }
        for body in bodies { body() }
        return isStopping
    }

    private func runJobs() {
        let end = monotonicNanoseconds() + configuration.jobNanosecondsPerTurn
        var untilClockLook = configuration.jobsPerClockLook
        while let job = jobs.popFirst() {
            run(job)
            untilClockLook -= 1
            if untilClockLook == 0 {
                guard monotonicNanoseconds() < end else { return }
                untilClockLook = configuration.jobsPerClockLook
            }
        }
    }

    /// What these bodies put off in their turn waits for the next turn, which then does not wait for events.
    private func runEndOfTurn() {
        for body in Self.take(&endOfTurn) { body() }
        for body in Self.take(&afterTurn) { body() }
    }

    private static func take(_ bodies: inout [() -> Void]) -> [() -> Void] {
        guard !bodies.isEmpty else { return [] }
        defer { bodies = [] }
        return bodies
    }

    private func run(_ job: LoopJob) {
        statistics.jobs += 1
        job.run(on: self)
    }

    /// Runs what is queued, here and by other threads, until there is nothing; from then on jobs are late ones.
    private func leave() {
        isLeaving = true
        // Who slept goes on as a job, so while jobs still run: one that came later would never be taken out of the queue.
        for sleeper in sleepers.values { sleeper.0.end(wasCancelled: true) }
        sleepers = [:]
        while true {
            while let job = jobs.popFirst() { run(job) }
            let isEmpty = shared.withLock { shared in
                guard shared.jobs.isEmpty, shared.bodies.isEmpty else { return false }
                shared.phase = .stopped
                return true
            }
            if isEmpty { break }
            _ = takeRemote()
        }
        for registration in registrations { registration?.cancel() }
        registrations = []
        timers = TimerHeap()
        endOfTurn = []
        afterTurn = []
    }
}
