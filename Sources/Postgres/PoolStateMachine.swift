internal import DequeModule
internal import EventLoop

/// Who gets which connection: the decisions of a pool, without its connections.
///
/// A connection is being made, idle, or lent. A caller takes an idle one; where there is none, one is made for it while there
/// are fewer than the maximum, and it waits in line. Each connection that becomes free goes to the first in line.
///
/// Where connecting fails and no connection is left, everyone in line fails at once. The next attempt is put off, longer after
/// each failure, and whoever comes meanwhile waits for that attempt and shares its fate.
///
/// From the first caller on, at least the minimum is kept. A connection beyond it that nobody has used for a while is closed,
/// and so is every connection at the end of its lifetime, when it is idle or comes back: never under its borrower. Lifetimes
/// differ by chance, so that connections made together do not all end together.
///
/// The machine reads no clock: its caller says what time it is.
struct PoolStateMachine<ConnectionID: Hashable & Sendable, WaiterID: Hashable & Sendable> {
    /// What is allowed.
    struct Limits: Sendable {
        var connections: Int
        var minimum = 0
        var waiters: Int
        var idleNanoseconds: Int64 = .max
        var lifetimeNanoseconds: Int64 = .max
        /// One that has been idle for longer is looked at before it is lent.
        var uncheckedNanoseconds: Int64 = .max
        /// How long the next attempt is put off after the first failure to connect, and after many.
        var firstBackoffNanoseconds: Int64 = 50_000_000
        var lastBackoffNanoseconds: Int64 = 500_000_000
        /// How often connections are looked at that could be closed.
        var tickNanoseconds: Int64 = 1_000_000_000
    }

    /// What the pool must do now.
    enum Action: Equatable {
        case lend(ConnectionID, to: WaiterID)
        case connect
        /// Calls attemptDue after that many nanoseconds.
        case connectLater(nanoseconds: Int64)
        /// Calls tick after that many nanoseconds.
        case tickLater(nanoseconds: Int64)
        case close(ConnectionID)
        case fail([WaiterID], Failure)
        /// The pool is closed, and its last connection is gone.
        case drained
    }

    /// Why a caller gets no connection.
    enum Failure: Equatable {
        case exhausted, serverAway, closed
    }

    /// A connection that a caller takes at once.
    struct Taken: Equatable {
        let connection: ConnectionID
        /// Whether to look first if it still lives.
        let mustBeChecked: Bool
    }

    private struct Idle {
        let connection: ConnectionID
        let since: Int64
    }

    private let limits: Limits
    private var backoff: Backoff
    private var random: SplitMix64
    private var connecting = 0
    /// The one used last comes last, and is taken first.
    private var idle: [Idle] = []
    private var lent: Set<ConnectionID> = []
    private var endOfLife: [ConnectionID: Int64] = [:]
    private var waiting: Deque<WaiterID> = []
    private var awayUntil: Int64 = .min
    private var isAttemptPutOff = false
    private var isTicking = false
    private var hasStarted = false
    private var isClosed = false
    private var isDrained = false

    init(limits: Limits, seed: UInt64 = 0) {
        self.limits = limits
        backoff = Backoff(
            firstNanoseconds: limits.firstBackoffNanoseconds,
            lastNanoseconds: limits.lastBackoffNanoseconds,
            seed: seed
        )
        random = SplitMix64(seed: ~seed)
    }

    var idleCount: Int { idle.count }
    var lentCount: Int { lent.count }
    var connectingCount: Int { connecting }
    var waitingCount: Int { waiting.count }
    var openCount: Int { idle.count + lent.count }
    private var totalCount: Int { connecting + openCount }

    // MARK: Callers

    /// An idle connection for a caller, now lent to it. Nil where it must ``acquire(_:now:)``.
    mutating func takeIdle(now: Int64) -> Taken? {
        guard !isClosed, let last = idle.popLast() else { return nil }
        lent.insert(last.connection)
        return Taken(
            connection: last.connection,
            mustBeChecked: now - last.since > limits.uncheckedNanoseconds
        )
    }

    /// A caller that finds none idle wants a connection. It is in line unless an action says otherwise.
    mutating func acquire(_ waiter: WaiterID, now: Int64) -> [Action] {
        if isClosed { return [.fail([waiter], .closed)] }
        if let taken = takeIdle(now: now) { return [.lend(taken.connection, to: waiter)] }
        guard waiting.count < limits.waiters else { return [.fail([waiter], .exhausted)] }
        hasStarted = true
        waiting.append(waiter)
        return connectWhereNeeded(now: now)
    }

    /// A caller in line gives up. False where it is not in line any more.
    mutating func leave(_ waiter: WaiterID) -> Bool {
        guard let index = waiting.firstIndex(of: waiter) else { return false }
        waiting.remove(at: index)
        return true
    }

    /// A lent connection comes back.
    mutating func release(_ connection: ConnectionID, isUsable: Bool, now: Int64) -> [Action] {
        guard lent.remove(connection) != nil else { return [] }
        guard isUsable, !isClosed, !isAtEndOfLife(connection, now: now) else {
            endOfLife[connection] = nil
            return [.close(connection)] + connectWhereNeeded(now: now) + endIfDrained()
        }
        return hand(connection, now: now)
    }

    // MARK: Connections

    /// Makes the minimum now, in place of with the first caller.
    mutating func start(now: Int64) -> [Action] {
        hasStarted = true
        return connectWhereNeeded(now: now)
    }

    mutating func connected(_ connection: ConnectionID, now: Int64) -> [Action] {
        connecting -= 1
        backoff.reset()
        awayUntil = .min
        if isClosed { return [.close(connection)] + endIfDrained() }
        // Up to a tenth less than the limit.
        let lifetime = limits.lifetimeNanoseconds - random.next(upTo: limits.lifetimeNanoseconds / 10)
        let (end, isNever) = now.addingReportingOverflow(lifetime)
        endOfLife[connection] = isNever ? .max : end
        return hand(connection, now: now) + connectWhereNeeded(now: now) + tickWhereNeeded()
    }

    mutating func connectFailed(now: Int64) -> [Action] {
        connecting -= 1
        if isClosed { return endIfDrained() }
        let (until, isNever) = now.addingReportingOverflow(backoff.failed())
        awayUntil = isNever ? .max : until
        var actions: [Action] = []
        // While another connection is there or coming, those in line are served by it.
        if totalCount == 0, !waiting.isEmpty {
            actions.append(.fail(Array(waiting), .serverAway))
            waiting = []
        }
        return actions + connectWhereNeeded(now: now)
    }

    /// The time that connectLater asked for has passed.
    mutating func attemptDue(now: Int64) -> [Action] {
        isAttemptPutOff = false
        return connectWhereNeeded(now: now)
    }

    /// The server hung up on a connection. A lent one is dealt with when it comes back.
    mutating func died(_ connection: ConnectionID, now: Int64) -> [Action] {
        guard let index = idle.firstIndex(where: { $0.connection == connection }) else { return [] }
        idle.remove(at: index)
        endOfLife[connection] = nil
        return [.close(connection)] + connectWhereNeeded(now: now)
    }

    /// The time that tickLater asked for has passed: closes what is idle for too long or too old.
    mutating func tick(now: Int64) -> [Action] {
        isTicking = false
        guard !isClosed else { return [] }
        var actions: [Action] = []
        // The longest idle comes first.
        for each in idle {
            let isIdleTooLong = now - each.since >= limits.idleNanoseconds && totalCount > limits.minimum
            guard isIdleTooLong || isAtEndOfLife(each.connection, now: now) else { continue }
            idle.removeAll { $0.connection == each.connection }
            endOfLife[each.connection] = nil
            actions.append(.close(each.connection))
        }
        return actions + connectWhereNeeded(now: now) + tickWhereNeeded()
    }

    // MARK: End

    /// Nobody is served any more. Lent connections are closed when they come back.
    mutating func close() -> [Action] {
        guard !isClosed else { return [] }
        isClosed = true
        var actions = idle.map { Action.close($0.connection) }
        if !waiting.isEmpty { actions.append(.fail(Array(waiting), .closed)) }
        for each in idle { endOfLife[each.connection] = nil }
        idle = []
        waiting = []
        return actions + endIfDrained()
    }

    private mutating func endIfDrained() -> [Action] {
        guard isClosed, !isDrained, totalCount == 0 else { return [] }
        isDrained = true
        return [.drained]
    }

    // MARK: Decisions

    private func isAtEndOfLife(_ connection: ConnectionID, now: Int64) -> Bool {
        now >= endOfLife[connection] ?? .max
    }

    private mutating func hand(_ connection: ConnectionID, now: Int64) -> [Action] {
        guard let waiter = waiting.popFirst() else {
            idle.append(Idle(connection: connection, since: now))
            return []
        }
        lent.insert(connection)
        return [.lend(connection, to: waiter)]
    }

    private mutating func connectWhereNeeded(now: Int64) -> [Action] {
        var actions: [Action] = []
        while !isClosed, totalCount < limits.connections,
            waiting.count > connecting || (hasStarted && totalCount < limits.minimum)
        {
            guard now >= awayUntil else {
                guard !isAttemptPutOff else { break }
                isAttemptPutOff = true
                actions.append(.connectLater(nanoseconds: awayUntil - now))
                break
            }
            // A server that was away is tried with one connection; the others follow when that one is there.
            guard awayUntil == .min || connecting == 0 else { break }
            connecting += 1
            actions.append(.connect)
        }
        return actions
    }

    private mutating func tickWhereNeeded() -> [Action] {
        let hasLimits = limits.idleNanoseconds != .max || limits.lifetimeNanoseconds != .max
        guard hasLimits, !isTicking, !isClosed, totalCount > 0 else { return [] }
        isTicking = true
        return [.tickLater(nanoseconds: limits.tickNanoseconds)]
    }
}
