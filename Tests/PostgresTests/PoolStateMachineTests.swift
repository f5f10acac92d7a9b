import Testing

@testable import Postgres

@Suite struct PoolStateMachineTests {
    private typealias Machine = PoolStateMachine<Int, Int>

    @Test func theFirstCallerHasAConnectionMadeAndGetsIt() {
        var machine = Machine(limits: .init(connections: 2, waiters: 4))
        #expect(machine.acquire(1, now: 0) == [.connect])
        #expect(machine.connected(10) == [.lend(10, to: 1)])
        #expect(machine.release(10, isUsable: true, now: 0) == [])
        #expect(machine.acquire(2, now: 0) == [.lend(10, to: 2)])
    }

    @Test func callersBeyondTheMaximumWaitInOrderAndThenFail() {
        var machine = Machine(limits: .init(connections: 1, waiters: 2))
        #expect(machine.acquire(1, now: 0) == [.connect])
        #expect(machine.connected(10) == [.lend(10, to: 1)])
        #expect(machine.acquire(2, now: 0) == [])
        #expect(machine.acquire(3, now: 0) == [])
        #expect(machine.acquire(4, now: 0) == [.fail([4], .exhausted)])
        #expect(machine.release(10, isUsable: true, now: 0) == [.lend(10, to: 2)])
        #expect(machine.release(10, isUsable: true, now: 0) == [.lend(10, to: 3)])
    }

    @Test func aBrokenConnectionIsReplacedForThoseWhoWait() {
        var machine = Machine(limits: .init(connections: 1, waiters: 2))
        _ = machine.acquire(1, now: 0)
        _ = machine.connected(10)
        _ = machine.acquire(2, now: 0)
        #expect(machine.release(10, isUsable: false, now: 0) == [.close(10), .connect])
        #expect(machine.connected(11) == [.lend(11, to: 2)])
    }

    @Test func whileTheServerIsAwayAttemptsAreRarerEachTimeAndEachCallerSeesOne() {
        var limits = Machine.Limits(connections: 2, waiters: 4)
        limits.firstBackoffNanoseconds = 100
        limits.lastBackoffNanoseconds = 150
        var machine = Machine(limits: limits)
        #expect(machine.acquire(1, now: 0) == [.connect])
        #expect(machine.connectFailed(now: 0) == [.fail([1], .serverAway)])
        #expect(machine.acquire(2, now: 60) == [.connectLater(nanoseconds: 40)])
        #expect(machine.acquire(3, now: 90) == [])
        #expect(machine.attemptDue(now: 100) == [.connect])
        #expect(machine.connectFailed(now: 100) == [.fail([2, 3], .serverAway)])
        #expect(machine.acquire(4, now: 101) == [.connectLater(nanoseconds: 149)])
        #expect(machine.attemptDue(now: 250) == [.connect])
        #expect(machine.connected(10) == [.lend(10, to: 4)])
        #expect(machine.acquire(5, now: 250) == [.connect])
    }

    @Test func anAttemptThatNobodyWaitsForIsNotMade() {
        var machine = Machine(limits: .init(connections: 2, waiters: 4))
        _ = machine.acquire(1, now: 0)
        _ = machine.connectFailed(now: 0)
        #expect(machine.acquire(2, now: 0) == [.connectLater(nanoseconds: 50_000_000)])
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
        #expect(machine.connected(10) == [])
        #expect(machine.acquire(2, now: 0) == [.lend(10, to: 2)])
    }

    @Test func aClosedPoolClosesWhatItHasAndServesNobody() {
        var machine = Machine(limits: .init(connections: 3, waiters: 2))
        _ = machine.acquire(1, now: 0)
        _ = machine.connected(10)
        _ = machine.acquire(2, now: 0)
        _ = machine.connected(11)
        _ = machine.release(10, isUsable: true, now: 0)
        _ = machine.acquire(3, now: 0)
        _ = machine.release(10, isUsable: true, now: 0)
        #expect(machine.close() == [.close(10)])
        #expect(machine.acquire(4, now: 0) == [.fail([4], .closed)])
        #expect(machine.release(11, isUsable: true, now: 0) == [.close(11)])
        #expect(machine.openCount == 0)
    }

    /// Whatever happens in whatever order: nobody is served twice or forgotten, and the maximum holds.
    @Test(arguments: 0..<50) func keepsItsPromisesUnderRandomEvents(seed: UInt64) {
        var random = Generator(state: seed)
        var machine = Machine(limits: .init(connections: 3, waiters: 5))
        var (waiting, lent, idle) = (Set<Int>(), [Int: Int](), Set<Int>())
        var (connecting, nextConnection, nextWaiter, now) = (0, 0, 0, Int64(0))
        var attemptAt: Int64?
        func apply(_ actions: [Machine.Action]) {
            for action in actions {
                switch action {
                case .lend(let connection, let waiter):
                    #expect(lent[connection] == nil)
                    #expect(waiting.remove(waiter) != nil)
                    idle.remove(connection)
                    lent[connection] = waiter
                case .connect: connecting += 1
                case .connectLater(let nanoseconds): attemptAt = now + nanoseconds
                case .close(let connection):
                    #expect(lent[connection] == nil)
                    idle.remove(connection)
                case .fail(let waiters, _):
                    for waiter in waiters { #expect(waiting.remove(waiter) != nil) }
                }
            }
        }
        for _ in 0..<500 {
            now += Int64(random.next() % 40_000_000)
            if let due = attemptAt, due <= now {
                attemptAt = nil
                apply(machine.attemptDue(now: now))
            }
            switch random.next() % 6 {
            case 0, 1:
                nextWaiter += 1
                waiting.insert(nextWaiter)
                apply(machine.acquire(nextWaiter, now: now))
            case 2 where connecting > 0:
                connecting -= 1
                nextConnection += 1
                idle.insert(nextConnection)
                apply(machine.connected(nextConnection))
            case 3 where connecting > 0 && random.next() % 3 == 0:
                connecting -= 1
                apply(machine.connectFailed(now: now))
            case 4:
                guard let connection = lent.keys.min() else { continue }
                lent[connection] = nil
                let isUsable = random.next() % 4 != 0
                if isUsable { idle.insert(connection) }
                apply(machine.release(connection, isUsable: isUsable, now: now))
            case 5:
                guard let waiter = waiting.min() else { continue }
                let hasLeft = machine.leave(waiter)
                #expect(hasLeft)
                waiting.remove(waiter)
            default: continue
            }
            #expect(machine.waitingCount == waiting.count)
            #expect(machine.openCount == lent.count + idle.count)
            #expect(lent.count + idle.count + connecting <= 3)
            #expect(waiting.isEmpty || idle.isEmpty)
            #expect(
                waiting.isEmpty || connecting + lent.count > 0 || attemptAt != nil,
                "nobody waits for nothing"
            )
        }
    }
}

/// SplitMix64.
private struct Generator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
