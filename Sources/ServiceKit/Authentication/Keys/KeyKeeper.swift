internal import EventLoop
internal import FoundationEssentials
internal import Logging
internal import ServiceLifecycle
internal import Synchronization

/// Holds the key set of now, and brings a new one when it is time.
///
/// All fetching is done by ``run(_:logger:)``, one fetch at a time. Calls whose token names an unknown key wait for the
/// next one, where `KeyRefreshMachine` allows it.
final class KeyKeeper: Sendable {
    /// A set and its number, which grows with each change.
    struct Current: Sendable {
        let keys: KeySet?
        let generation: Int
    }

    private struct State {
        var keys: KeySet?
        var generation = 0
        var machine: KeyRefreshMachine
        var mark: KeySource.FileMark?
        var isRunning = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// How many calls may wait for a fetch; one more is answered with what there is.
    private static let maxWaiters = 1_024
    /// How often it is looked whether something is due: the time in which a changed file is noticed.
    private static let tick: Duration = .seconds(1)

    let source: KeySource?
    private let state: Mutex<State>
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation
    /// The number of the set, for those who remember what came of it.
    private let published = Atomic<Int>(0)

    /// - Parameters:
    ///   - source: Where new sets come from; nil where `keys` stays.
    ///   - keys: The first set; nil where it has yet to be fetched.
    init(source: KeySource?, keys: KeySet?, mark: KeySource.FileMark? = nil) {
        self.source = source
        var limits = KeyRefreshMachine.Limits(refresh: .max, demandInterval: 1_000_000_000)
        if case .url(_, let refresh, _) = source {
            limits.refresh = refresh.wholeNanoseconds
            limits.demandInterval = 10_000_000_000
        }
        var machine = KeyRefreshMachine(limits: limits)
        if keys != nil { machine.succeeded(now: Self.now()) }
        state = Mutex(State(keys: keys, machine: machine, mark: mark))
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The set of now.
    var current: Current { state.withLock { Current(keys: $0.keys, generation: $0.generation) } }
    /// The number of the set of now, without a lock.
    var generation: Int { published.load(ordering: .acquiring) }

    /// Waits for a fetch, where one is allowed now, and returns the set of then.
    func refreshed() async -> Current {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                guard state.isRunning, state.waiters.count < Self.maxWaiters,
                    state.machine.demanded(now: Self.now())
                else { return false }
                state.waiters.append(continuation)
                return true
            }
            if mustWait { wakeUp.yield() } else { continuation.resume() }
        }
        return current
    }

    /// Keeps the set new until a graceful shutdown.
    func run(_ threads: Transport.Threads, logger: Logger) async {
        guard let source else {
            try? await gracefulShutdown()
            return
        }
        state.withLock { $0.isRunning = true }
        let loop = threads.loops.next()
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    while (try? await loop.sleep(for: Self.tick)) != nil { self.wakeUp.yield() }
                }
                self.wakeUp.yield()
                for await _ in self.wakeUps { await self.refreshIfDue(source, threads.offload, logger) }
                group.cancelAll()
            }
        }
        finish { $0.isRunning = false }
    }

    private func refreshIfDue(_ source: KeySource, _ offload: OffloadExecutor, _ logger: Logger) async {
        let now = Self.now()
        let isDue = state.withLock { $0.machine.isDue(now: now) }
        var mark: KeySource.FileMark?
        if case .file = source {
            mark = try? await offload.run { source.mark() }
            // Gone for a moment, while someone replaces it: what it said still holds.
            guard let mark, mark != state.withLock({ $0.mark }) else {
                if isDue {
                    finish { state in
                        state.machine.began(now: now)
                        state.machine.succeeded(now: now)
                    }
                }
                return
            }
        } else if !isDue {
            return
        }
        state.withLock { state in
            state.machine.began(now: now)
            state.mark = mark
        }
        do {
            let data = try await offload.run { try source.read() }
            let keys = try await KeySet(
                jwks: data,
                name: source.name,
                setting: source.setting,
                isStrict: mark != nil
            )
            finish { state in
                state.keys = keys
                state.generation += 1
                published.store(state.generation, ordering: .releasing)
                state.machine.succeeded(now: Self.now())
            }
            logger.debug("The keys that verify tokens have been read")
        } catch is CancellationError {
            finish { _ in }
        } catch {
            finish { $0.machine.failed(now: Self.now()) }
            logger.warning(
                "The keys that verify tokens could not be read; the last ones hold",
                metadata: [LogKey.cause: "\(error)"]
            )
        }
    }

    /// Changes the state after a fetch, and lets those go on who waited for it.
    private func finish(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private static func now() -> Int64 {
        let (seconds, attoseconds) = (ContinuousClock.now - origin).components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    private static let origin = ContinuousClock.now
}
