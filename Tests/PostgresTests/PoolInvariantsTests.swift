import EventLoop
import Testing

@testable import Postgres

/// A world around the machine that keeps its own books and compares them after every event.
private struct World {
    typealias Machine = PoolStateMachine<Int, Int>

    static let maximum = 3
    static let minimum = 1
    static let waiterLimit = 5

    var random: SplitMix64
    var machine: Machine
    var now: Int64 = 0
    var waiting = Set<Int>()
    var lent = Set<Int>()
    var idle = Set<Int>()
    var connecting = 0
    var attemptAt: Int64?
    var tickAt: Int64?
    var isClosed = false
    var drained = 0
    private var lastNumber = 0

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        var limits = Machine.Limits(
            connections: Self.maximum,
            minimum: Self.minimum,
            waiters: Self.waiterLimit
        )
        limits.idleNanoseconds = 300_000_000
        limits.lifetimeNanoseconds = 1_000_000_000
        limits.tickNanoseconds = 100_000_000
        machine = Machine(limits: limits, seed: seed)
    }

    mutating func step() {
        now += random.next(upTo: 40_000_000)
        if let due = attemptAt, due <= now {
            attemptAt = nil
            apply(machine.attemptDue(now: now))
        }
        if let due = tickAt, due <= now {
            tickAt = nil
            apply(machine.tick(now: now))
        }
        switch random.next() % 8 {
        case 0, 1, 2: call()
        case 3 where connecting > 0:
            connecting -= 1
            lastNumber += 1
            idle.insert(lastNumber)
            apply(machine.connected(lastNumber, now: now))
        case 4 where connecting > 0:
            connecting -= 1
            apply(machine.connectFailed(now: now))
        case 5: giveBack()
        case 6:
            guard let waiter = waiting.min() else { return }
            let hasLeft = machine.leave(waiter)
            #expect(hasLeft)
            waiting.remove(waiter)
        case 7:
            guard let connection = (random.next() % 2 == 0 ? idle : lent).min() else { return }
            apply(machine.died(connection, now: now))
        default: return
        }
    }

    private mutating func call() {
        lastNumber += 1
        if let taken = machine.takeIdle(now: now) {
            #expect(idle.remove(taken.connection) != nil)
            #expect(lent.insert(taken.connection).inserted)
            return
        }
        #expect(idle.isEmpty || isClosed)
        waiting.insert(lastNumber)
        apply(machine.acquire(lastNumber, now: now))
    }

    mutating func giveBack() {
        guard let connection = lent.randomElement(using: &random) else { return }
        lent.remove(connection)
        let isUsable = random.next() % 4 != 0
        idle.insert(connection)
        apply(machine.release(connection, isUsable: isUsable, now: now))
    }

    mutating func close() {
        isClosed = true
        apply(machine.close())
    }

    mutating func apply(_ actions: [Machine.Action]) {
        for action in actions {
            switch action {
            case .lend(let connection, let waiter):
                #expect(waiting.remove(waiter) != nil, "only someone in line is served")
                #expect(idle.remove(connection) != nil, "only a free connection is lent")
                #expect(lent.insert(connection).inserted)
            case .connect:
                #expect(!isClosed)
                connecting += 1
            case .connectLater(let nanoseconds):
                #expect(attemptAt == nil && nanoseconds > 0)
                attemptAt = now + nanoseconds
            case .tickLater(let nanoseconds):
                #expect(tickAt == nil && nanoseconds > 0)
                tickAt = now + nanoseconds
            case .close(let connection):
                #expect(idle.remove(connection) != nil, "nobody's connection is closed under him")
            case .fail(let waiters, _):
                for waiter in waiters { #expect(waiting.remove(waiter) != nil) }
            case .drained: drained += 1
            }
        }
    }

    func check() {
        #expect(machine.waitingCount == waiting.count)
        #expect(machine.idleCount == idle.count)
        #expect(machine.lentCount == lent.count)
        #expect(machine.connectingCount == connecting)
        #expect(lent.count + idle.count + connecting <= Self.maximum)
        #expect(waiting.count <= Self.waiterLimit)
        #expect(waiting.isEmpty || idle.isEmpty, "nobody waits while a connection is free")
        #expect(
            waiting.isEmpty || connecting + lent.count > 0 || attemptAt != nil,
            "nobody waits for nothing"
        )
        #expect(idle.isEmpty || isClosed || tickAt != nil, "an idle connection is looked at some day")
    }
}

@Suite struct PoolInvariantsTests {
    /// Whatever happens in whatever order: nobody is served twice or forgotten, and the limits hold.
    @Test(arguments: 0..<100) func thePoolKeepsItsPromisesUnderRandomEvents(seed: UInt64) {
        var world = World(seed: seed)
        for _ in 0..<500 {
            world.step()
            world.check()
        }
        world.close()
        for _ in 0..<50 {
            world.step()
            world.check()
        }
        while !world.lent.isEmpty { world.giveBack() }
        while world.connecting > 0 {
            world.connecting -= 1
            world.apply(world.machine.connectFailed(now: world.now))
        }
        world.check()
        #expect(world.waiting.isEmpty && world.idle.isEmpty)
        #expect(world.drained == 1)
    }
}

@Suite struct NotificationBufferTests {
    private func event(_ number: Int) -> PostgresListener.Event {
        .notification(PostgresNotification(channel: "c", payload: "\(number)", senderProcess: 1))
    }

    @Test func whatIsHeardComesOutInOrder() {
        var buffer = NotificationBuffer(limit: 4)
        for number in 0..<3 { buffer.append(event(number)) }
        #expect((0..<3).map { _ in buffer.popFirst() } == (0..<3).map { event($0) })
        #expect(buffer.popFirst() == nil)
    }

    @Test func whatDoesNotFitIsToldAsMissingAtItsPlaceAndThenItGoesOn() {
        var buffer = NotificationBuffer(limit: 3)
        for number in 0..<100 { buffer.append(event(number)) }
        #expect(buffer.count == 3)
        #expect(buffer.popFirst() == event(0))
        buffer.append(event(100))
        #expect(buffer.popFirst() == event(1))
        #expect(buffer.popFirst() == .mayHaveMissed(.bufferFull))
        buffer.append(event(101))
        #expect(buffer.popFirst() == event(101))
        #expect(buffer.popFirst() == nil)
    }
}
