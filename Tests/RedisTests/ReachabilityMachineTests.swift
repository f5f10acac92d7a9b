import EventLoop
import TestSupport
import Testing

@testable import Redis

@Suite struct ReachabilityMachineTests {
    private func machine(seed: UInt64 = 1) -> ReachabilityMachine {
        ReachabilityMachine(
            backoff: Backoff(firstNanoseconds: 100, lastNanoseconds: 1_000, seed: seed),
            stableNanoseconds: 1_000
        )
    }

    private func wait(_ actions: [ReachabilityMachine.Action]) -> Int64? {
        for case .connectLater(let nanoseconds) in actions { return nanoseconds }
        return nil
    }

    @Test func theFirstCallerHasItConnectedAndAllWait() {
        var machine = machine()
        let (verdict, action) = machine.ask()
        #expect(verdict == .wait && action == .connect)
        let (second, none) = machine.ask()
        #expect(second == .wait && none == nil)
        #expect(machine.connected(now: 0) == [.serveWaiting])
        let (third, _) = machine.ask()
        #expect(third == .serve)
    }

    @Test func whoeverWaitsForAFirstConnectionThatFailsFailsAndTheNextFailAtOnce() {
        var machine = machine()
        _ = machine.ask()
        let actions = machine.connectFailed()
        #expect(actions.first == .failWaiting && wait(actions) != nil)
        let (verdict, action) = machine.ask()
        #expect(verdict == .unavailable && action == nil)
        #expect(machine.attemptDue() == [.connect])
        let (attempting, _) = machine.ask()
        #expect(attempting == .unavailable)
        #expect(machine.connected(now: 0) == [.serveWaiting])
        #expect(machine.isUp)
    }

    @Test func attemptsArePutOffLongerAndLongerUntilAConnectionHasLived() {
        var machine = machine()
        _ = machine.ask()
        var waits: [Int64] = []
        for _ in 0..<6 {
            waits.append(wait(machine.connectFailed()) ?? 0)
            _ = machine.attemptDue()
        }
        for (delay, full) in zip(waits, [100, 200, 400, 800, 1_000, 1_000] as [Int64]) {
            #expect((full / 2...full).contains(delay))
        }
        _ = machine.connected(now: 0)
        let early = wait(machine.lost(now: 999)) ?? 0
        #expect(early >= 500, "a server that hangs up on everyone is no better than one that is away")
        _ = machine.attemptDue()
        _ = machine.connected(now: 10_000)
        #expect(machine.lost(now: 11_000) == [.connect])
        #expect((wait(machine.connectFailed()) ?? .max) <= 100)
    }

    @Test func afterTheEndNothingIsDone() {
        var machine = machine()
        _ = machine.ask()
        #expect(machine.close() == [.failWaiting])
        #expect(machine.close().isEmpty)
        #expect(machine.connected(now: 0) == [.discard])
        #expect(
            machine.connectFailed().isEmpty && machine.attemptDue().isEmpty && machine.lost(now: 0).isEmpty
        )
        let (verdict, _) = machine.ask()
        #expect(verdict == .closed)
    }

    /// Any order of events: there is never more than one attempt under way or to come, and always one while it is not up.
    @Test(arguments: 0..<20) func thereIsAlwaysOneWayBack(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var machine = machine(seed: seed)
        var attempts = 0
        var timers = 0
        for step in 0..<2_000 {
            let actions: [ReachabilityMachine.Action]
            switch random.below(5) {
            case 0: actions = machine.ask().1.map { [$0] } ?? []
            case 1 where attempts > 0:
                attempts -= 1
                actions = machine.connected(now: Int64(step) * 300)
            case 2 where attempts > 0:
                attempts -= 1
                actions = machine.connectFailed()
            case 3 where timers > 0:
                timers -= 1
                actions = machine.attemptDue()
            case 4: actions = machine.lost(now: Int64(step) * 300)
            default: actions = []
            }
            for action in actions {
                switch action {
                case .connect: attempts += 1
                case .connectLater: timers += 1
                case .serveWaiting, .failWaiting, .discard: break
                }
            }
            let mustTry = machine.state != .idle && !machine.isUp
            #expect(attempts + timers == (mustTry ? 1 : 0))
        }
    }
}
