import Testing

@testable import Postgres

@Suite struct PoolStateMachineTests {
    private typealias Machine = PoolStateMachine<Int, Int>

    @Test func theFirstCallerHasAConnectionMadeAndGetsIt() {
        var machine = Machine(limits: .init(connections: 2, waiters: 4))
        #expect(machine.acquire(1, now: 0) == [.connect])
        #expect(machine.connected(10, now: 0) == [.lend(10, to: 1)])
        #expect(machine.release(10, isUsable: true, now: 0) == [])
        #expect(machine.acquire(2, now: 0) == [.lend(10, to: 2)])
    }

    @Test func callersBeyondTheMaximumWaitInOrderAndThenFail() {
        var machine = Machine(limits: .init(connections: 1, waiters: 2))
        #expect(machine.acquire(1, now: 0) == [.connect])
        #expect(machine.connected(10, now: 0) == [.lend(10, to: 1)])
        #expect(machine.acquire(2, now: 0) == [])
        #expect(machine.acquire(3, now: 0) == [])
        #expect(machine.acquire(4, now: 0) == [.fail([4], .exhausted)])
        #expect(machine.release(10, isUsable: true, now: 0) == [.lend(10, to: 2)])
        #expect(machine.release(10, isUsable: true, now: 0) == [.lend(10, to: 3)])
    }

    @Test func aBrokenConnectionIsReplacedForThoseWhoWait() {
        var machine = Machine(limits: .init(connections: 1, waiters: 2))
        _ = machine.acquire(1, now: 0)
        _ = machine.connected(10, now: 0)
        _ = machine.acquire(2, now: 0)
        #expect(machine.release(10, isUsable: false, now: 0) == [.close(10), .connect])
        #expect(machine.connected(11, now: 0) == [.lend(11, to: 2)])
    }

    @Test func theConnectionUsedLastIsTakenFirstAndOneIdleForLongIsChecked() {
        var limits = Machine.Limits(connections: 2, waiters: 2)
        limits.uncheckedNanoseconds = 100
        var machine = Machine(limits: limits)
        _ = machine.acquire(1, now: 0)
        _ = machine.acquire(2, now: 0)
        _ = machine.connected(10, now: 0)
        _ = machine.connected(11, now: 0)
        _ = machine.release(10, isUsable: true, now: 0)
        _ = machine.release(11, isUsable: true, now: 50)
        let (first, second) = (machine.takeIdle(now: 120), machine.takeIdle(now: 120))
        #expect(first == Machine.Taken(connection: 11, mustBeChecked: false))
        #expect(second == Machine.Taken(connection: 10, mustBeChecked: true))
        #expect(machine.takeIdle(now: 120) == nil)
    }

    @Test func theMinimumIsMadeWithTheFirstCallerAndKept() {
        var machine = Machine(limits: .init(connections: 4, minimum: 2, waiters: 4))
        #expect(machine.attemptDue(now: 0) == [], "nobody came yet")
        #expect(machine.acquire(1, now: 0) == [.connect, .connect])
        #expect(machine.connected(10, now: 0) == [.lend(10, to: 1)])
        #expect(machine.connected(11, now: 0) == [])
        #expect(machine.died(11, now: 0) == [.close(11), .connect])
        #expect(machine.release(10, isUsable: false, now: 0) == [.close(10), .connect])
    }

    @Test func aStartMakesTheMinimumWithoutACaller() {
        var machine = Machine(limits: .init(connections: 4, minimum: 2, waiters: 4))
        #expect(machine.start(now: 0) == [.connect, .connect])
        #expect(machine.start(now: 0) == [])
    }

    @Test func aConnectionIdleForTooLongIsClosedButNotBelowTheMinimum() {
        var limits = Machine.Limits(connections: 4, minimum: 1, waiters: 4)
        limits.idleNanoseconds = 100
        limits.tickNanoseconds = 10
        var machine = Machine(limits: limits)
        _ = machine.acquire(1, now: 0)
        _ = machine.acquire(2, now: 0)
        #expect(machine.connected(10, now: 0) == [.lend(10, to: 1), .tickLater(nanoseconds: 10)])
        #expect(machine.connected(11, now: 0) == [.lend(11, to: 2)])
        _ = machine.release(10, isUsable: true, now: 0)
        _ = machine.release(11, isUsable: true, now: 50)
        #expect(machine.tick(now: 99) == [.tickLater(nanoseconds: 10)])
        #expect(machine.tick(now: 100) == [.close(10), .tickLater(nanoseconds: 10)])
        #expect(machine.tick(now: 1_000) == [.tickLater(nanoseconds: 10)], "the last one is the minimum")
        #expect(machine.idleCount == 1)
    }

    @Test func anOldConnectionIsClosedWhenIdleOrWhenItComesBackAndReplacedWhereNeeded() {
        var limits = Machine.Limits(connections: 2, minimum: 1, waiters: 4)
        limits.lifetimeNanoseconds = 1_000
        var machine = Machine(limits: limits)
        _ = machine.acquire(1, now: 0)
        _ = machine.connected(10, now: 0)
        #expect(machine.tick(now: 1_000).contains(.close(10)) == false, "never under its borrower")
        #expect(machine.release(10, isUsable: true, now: 1_000) == [.close(10), .connect])
        _ = machine.connected(11, now: 1_000)
        #expect(machine.tick(now: 2_000).prefix(2) == [.close(11), .connect])
    }

    @Test func lifetimesDifferByUpToATenth() {
        var limits = Machine.Limits(connections: 100, waiters: 100)
        limits.lifetimeNanoseconds = 1_000
        limits.tickNanoseconds = 1
        var machine = Machine(limits: limits, seed: 7)
        for number in 0..<100 { _ = machine.acquire(number, now: 0) }
        for number in 0..<100 { _ = machine.connected(number, now: 0) }
        for number in 0..<100 { _ = machine.release(number, isUsable: true, now: 0) }
        #expect(machine.tick(now: 899).filter { $0 != .tickLater(nanoseconds: 1) } == [])
        _ = machine.tick(now: 950)
        #expect((20...80).contains(machine.idleCount))
        _ = machine.tick(now: 1_000)
        #expect(machine.idleCount == 0)
    }

    @Test func whileTheServerIsAwayAttemptsAreRarerEachTimeAndEachCallerSharesOne() throws {
        var limits = Machine.Limits(connections: 2, waiters: 4)
        limits.firstBackoffNanoseconds = 100
        limits.lastBackoffNanoseconds = 150
        var machine = Machine(limits: limits)
        #expect(machine.acquire(1, now: 0) == [.connect])
        #expect(machine.connectFailed(now: 0) == [.fail([1], .serverAway)])
        let first = try #require(Self.delay(machine.acquire(2, now: 0)))
        #expect((50...100).contains(first))
        #expect(machine.acquire(3, now: 1) == [])
        #expect(machine.attemptDue(now: first) == [.connect])
        #expect(machine.connectFailed(now: first) == [.fail([2, 3], .serverAway)])
        let second = try #require(Self.delay(machine.acquire(4, now: first)))
        #expect((75...150).contains(second))
        #expect(machine.attemptDue(now: first + second) == [.connect])
        #expect(machine.connected(10, now: first + second) == [.lend(10, to: 4)])
        #expect(machine.acquire(5, now: first + second) == [.connect])
    }

    @Test func theMinimumIsTriedAgainWhileTheServerIsAway() {
        var machine = Machine(limits: .init(connections: 2, minimum: 1, waiters: 4))
        #expect(machine.start(now: 0) == [.connect])
        let delay = Self.delay(machine.connectFailed(now: 0))
        #expect(delay != nil)
        #expect(machine.attemptDue(now: delay ?? 0) == [.connect])
        #expect(machine.connected(10, now: 0) == [])
    }

    @Test func anAttemptThatNobodyWaitsForIsNotMade() {
        var machine = Machine(limits: .init(connections: 2, waiters: 4))
        _ = machine.acquire(1, now: 0)
        _ = machine.connectFailed(now: 0)
        #expect(Self.delay(machine.acquire(2, now: 0)) != nil)
        let hasLeft = machine.leave(2)
        #expect(hasLeft)
        #expect(machine.attemptDue(now: 50_000_000) == [])
        #expect(machine.acquire(3, now: 50_000_000) == [.connect])
    }

    @Test func aCallerWhoLeavesIsNotServed() {
        var machine = Machine(limits: .init(connections: 1, waiters: 2))
        _ = machine.acquire(1, now: 0)
        let (first, second) = (machine.leave(1), machine.leave(1))
        #expect(first && !second)
        #expect(machine.connected(10, now: 0) == [])
        #expect(machine.acquire(2, now: 0) == [.lend(10, to: 2)])
    }

    @Test func aClosedPoolClosesWhatItHasServesNobodyAndTellsWhenAllAreBack() {
        var machine = Machine(limits: .init(connections: 3, waiters: 2))
        _ = machine.acquire(1, now: 0)
        _ = machine.connected(10, now: 0)
        _ = machine.acquire(2, now: 0)
        _ = machine.connected(11, now: 0)
        _ = machine.release(10, isUsable: true, now: 0)
        #expect(machine.close() == [.close(10)])
        #expect(machine.close() == [])
        #expect(machine.takeIdle(now: 0) == nil)
        #expect(machine.acquire(4, now: 0) == [.fail([4], .closed)])
        #expect(machine.release(11, isUsable: true, now: 0) == [.close(11), .drained])
        #expect(machine.openCount == 0)
    }

    @Test func aConnectionMadeAfterTheEndIsClosed() {
        var machine = Machine(limits: .init(connections: 3, waiters: 2))
        _ = machine.acquire(1, now: 0)
        #expect(machine.close() == [.fail([1], .closed)])
        #expect(machine.connected(10, now: 0) == [.close(10), .drained])
    }

    private static func delay(_ actions: [Machine.Action]) -> Int64? {
        guard case .connectLater(let nanoseconds)? = actions.first else { return nil }
        return nanoseconds
    }
}
