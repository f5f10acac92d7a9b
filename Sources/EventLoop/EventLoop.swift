internal import CEpoll
internal import Glibc
internal import Synchronization

/// One epoll loop on one thread: sockets, timers and Swift jobs take turns on it.
///
/// It is a `SerialExecutor`, so that an actor that owns a connection can live on it, and it has a ``taskExecutor`` that
/// tasks can prefer. A call between two actors of one loop makes no system call and takes no lock.
///
/// A turn: wait for events (not at all while jobs are queued), call the handlers of ready descriptors, fire due timers,
/// run jobs until none is left or their share of the turn is used up, run what was put off to the end of the turn.
public final class EventLoop: SerialExecutor, @unchecked Sendable {
    /// The limits of a loop's turn.
    public struct Configuration: Sendable {
        /// The thread's name, at most 15 bytes of it (pthread_setname_np(3)).
        public var name = "event-loop"
        /// How many events are fetched in a turn.
        public var eventsPerTurn = 256
        /// How many timers fire in a turn; the rest fires in the next.
        public var timersPerTurn = 1_024
        /// How long jobs run in a turn before sockets are looked at again, in nanoseconds. One job is never cut.
        public var jobNanosecondsPerTurn: Int64 = 500_000
        /// How many jobs run between two looks at the clock.
        public var jobsPerClockLook = 32

        /// The defaults.
        public init() {}
    }

    /// What a loop has done; read it on the loop's thread.
    public struct Statistics: Sendable, Equatable {
        /// Turns, each one call of epoll_wait(2).
        public var turns = 0
        /// Jobs run.
        public var jobs = 0
        /// Times that another thread had to wake the loop up, each one write(2) there and one read(2) here.
        public var wakeUps = 0
    }

    enum Phase {
        case idle, running, stopping, stopped
    }

    /// What other threads touch; everything else belongs to the loop's thread.
    struct Shared {
        var phase = Phase.idle
        var jobs: [LoopJob] = []
        var bodies: [@Sendable () -> Void] = []
        var isSignalled = false
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    /// The loop for tasks that prefer it.
    public let taskExecutor = LoopTaskExecutor()
    let configuration: Configuration
    let epoll: Int32
    let wakeUpDescriptor: Int32
    let shared = Mutex(Shared())

    // Confined to the loop's thread, hence the unchecked conformance.
    var jobs = JobRing()
    var timers = TimerHeap<() -> Void>()
    var registrations: [Registration?] = []
    var generations: [UInt32] = []
    var freeSlots: [UInt32] = []
    var endOfTurn: [() -> Void] = []
    var afterTurn: [() -> Void] = []
    var sleepers: [ObjectIdentifier: (Sleeper, Timer)] = [:]
    /// The last jobs run: nobody begins to sleep any more.
    var isLeaving = false
    /// Nanoseconds of CLOCK_MONOTONIC, read once a turn.
    public internal(set) var uptimeNanoseconds: Int64 = monotonicNanoseconds()
    /// What the loop has done so far.
    public internal(set) var statistics = Statistics()

    /// Makes the loop's descriptors; no thread runs before `start()`.
    ///
    /// - Throws: `EventLoopError` where the kernel has no descriptor left.
    public init(configuration: Configuration = Configuration()) throws(EventLoopError) {
        self.configuration = configuration
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw .system("epoll_create1") }
        wakeUpDescriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeUpDescriptor >= 0 else {
            let reason = errno
            close(epoll)
            throw .system("eventfd", reason)
        }
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = Self.wakeUpToken
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, wakeUpDescriptor, &event) == 0 else {
            let reason = errno
            close(epoll)
            close(wakeUpDescriptor)
            throw .system("epoll_ctl for the wake-up descriptor", reason)
        }
        taskExecutor.loop = self
    }

    deinit {
        close(epoll)
        close(wakeUpDescriptor)
    }

    /// Starts the loop's thread. Once only.
    ///
    /// - Throws: `EventLoopError` where no thread is to be had.
    public func start() throws(EventLoopError) {
        let mayStart = shared.withLock { shared in
            defer { if shared.phase == .idle { shared.phase = .running } }
            return shared.phase == .idle
        }
        guard mayStart else {
            throw EventLoopError(code: .shutDown, message: "a loop starts once", errorNumber: 0)
        }
        do {
            try Thread.detach(name: configuration.name) { self.runUntilStopped() }
        } catch {
            shared.withLock { $0.phase = .idle }
            throw error
        }
    }

    /// Stops the loop: queued jobs still run, descriptors are no longer watched, timers no longer fire.
    ///
    /// Returns when the thread has left the loop. A job that is enqueued later runs on the thread of ``LateJobs``, one
    /// at a time, so that nothing that awaits it hangs. Not to be called from the loop itself. Idempotent.
    public func shutdown() async {
        precondition(!isCurrent, "a loop cannot wait for its own end")
        await withCheckedContinuation { continuation in
            let isOver = shared.withLock { shared in
                switch shared.phase {
                case .idle, .stopped:
                    shared.phase = .stopped
                    return true
                case .running, .stopping:
                    shared.phase = .stopping
                    shared.stopWaiters.append(continuation)
                    return false
                }
            }
            if isOver { continuation.resume() } else { wakeUp() }
        }
    }

    /// The loop whose thread this is, nil on any other thread.
    public static var current: EventLoop? {
        guard let pointer = pthread_getspecific(currentLoopKey) else { return nil }
        return Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Whether this is the loop's thread.
    public var isCurrent: Bool {
        pthread_getspecific(currentLoopKey) == Unmanaged.passUnretained(self).toOpaque()
    }

    func requireCurrent(_ call: StaticString) {
        precondition(isCurrent, "\(call) is called on the loop's thread only")
    }
}

/// The thread-local that holds the loop of a thread.
let currentLoopKey: pthread_key_t = {
    var key = pthread_key_t()
    let result = pthread_key_create(&key, nil)
    precondition(result == 0, "no thread-local storage left")
    return key
}()

/// Nanoseconds of CLOCK_MONOTONIC (clock_gettime(2)).
package func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
