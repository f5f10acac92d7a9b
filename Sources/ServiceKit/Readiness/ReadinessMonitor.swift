internal import EventLoop
internal import Logging
internal import ServiceLifecycle
internal import Synchronization

/// Finds out, whenever it is asked, whether the service can be used.
///
/// Probes run as children of ``run(_:)``; whoever asks waits for `probeTime` at most, whatever they do.
actor ReadinessMonitor {
    /// How long an answer may take.
    static let probeTime: Duration = .seconds(1)

    private let checks: [ReadinessCheck]
    private let logger: Logger
    /// Changed from anywhere, at once: a stopping service is not ready any more, whatever the actor is busy with.
    private let phase = Mutex(ReadinessReport.Phase.starting)
    private var isRunning = false
    private var machine: ReadinessMachine
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private var told: [ReadinessMachine.Outcome]
    private let rounds: AsyncStream<Round>
    private let newRound: AsyncStream<Round>.Continuation

    private struct Round: Sendable {
        let number: Int
        let probes: [Int]
    }

    init(checks: [ReadinessCheck], logger: Logger) {
        self.checks = checks
        self.logger = logger
        machine = ReadinessMachine(count: checks.count)
        told = Array(repeating: .there, count: checks.count)
        (rounds, newRound) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The service listens.
    nonisolated func isServing() {
        phase.withLock { if $0 == .starting { $0 = .serving } }
    }

    /// The service stops: it is not ready from here on.
    nonisolated func isStopping() {
        phase.withLock { $0 = .stopping }
    }

    /// Whether probes are run.
    var hasBegun: Bool { isRunning }

    /// Whether the service can be used now.
    func report() async -> ReadinessReport {
        let before = phase.withLock { $0 }
        guard before == .serving, isRunning else { return ReadinessReport(phase: before, parts: []) }
        if let probes = machine.asked() { newRound.yield(Round(number: machine.round, probes: probes)) }
        await withCheckedContinuation { waiters.append($0) }
        let parts = zip(checks, machine.outcomes).map { check, outcome in
            ReadinessReport.Part(
                name: check.name,
                isRequired: check.isRequired,
                state: Self.words(outcome),
                isThere: outcome == .there
            )
        }
        return ReadinessReport(phase: phase.withLock { $0 }, parts: parts)
    }

    /// Probes whenever someone asks, until a graceful shutdown.
    func run(_ threads: Transport.Threads) async {
        let loop = threads.loops.next()
        isRunning = true
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await round in self.rounds {
                    group.addTask { await self.end(round, after: Self.probeTime, on: loop) }
                    for index in round.probes { group.addTask { await self.probe(index, in: round.number) } }
                    if round.probes.isEmpty { await self.timeIsOver(round.number) }
                }
                group.cancelAll()
            }
        }
        isRunning = false
        release()
    }

    private func end(_ round: Round, after time: Duration, on loop: EventLoop) async {
        try? await loop.sleep(for: time)
        timeIsOver(round.number)
    }

    private func timeIsOver(_ round: Int) {
        if machine.timeIsOver(round: round) { roundIsOver() }
    }

    private func probe(_ index: Int, in round: Int) async {
        let check = checks[index]
        var cause: String?
        do {
            try await check.probe()
        } catch {
            cause = "\(error)"
        }
        if let cause {
            logger.debug(
                "Something that the service needs is not there",
                metadata: [LogKey.part: "\(check.name)", LogKey.cause: "\(cause)"]
            )
        }
        if machine.returned(index, round: round, isThere: cause == nil) { roundIsOver() }
    }

    /// Logs what has changed, and lets those go on who asked.
    private func roundIsOver() {
        for (index, outcome) in machine.outcomes.enumerated() where outcome != told[index] {
            told[index] = outcome
            logger.notice(
                outcome == .there
                    ? "Something that the service needs is there again"
                    : "Something that the service needs is not there",
                metadata: [LogKey.part: "\(checks[index].name)", LogKey.cause: "\(Self.words(outcome))"]
            )
        }
        release()
    }

    private func release() {
        let waiters = self.waiters
        self.waiters = []
        for waiter in waiters { waiter.resume() }
    }

    private static func words(_ outcome: ReadinessMachine.Outcome) -> String {
        switch outcome {
        case .there: "ready"
        case .away: "not ready"
        case .silent: "no answer within \(probeTime.components.seconds) s"
        }
    }
}
