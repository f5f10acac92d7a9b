/// Who gets which connection: the decisions of a pool, without its connections.
///
/// A connection is being made, idle, or lent. A caller that finds none idle has one made for it while there are fewer
/// than the maximum, and waits in line. Each connection that becomes free goes to the first in line. Where connecting
/// fails and no connection is left, everyone in line fails at once, and for a while, longer after each failure, new
/// callers fail at once too, instead of queueing for a server that is away. The machine reads no clock.
struct PoolStateMachine<ConnectionID: Hashable & Sendable, WaiterID: Hashable & Sendable> {
    /// What is allowed at most.
    struct Limits: Sendable {
        var connections: Int
        var waiters: Int
        /// How long the next attempt is put off after the first failure to connect, and after many.
        var firstBackoffNanoseconds: Int64 = 50_000_000
        var lastBackoffNanoseconds: Int64 = 500_000_000
    }

    /// What the pool must do now.
    enum Action: Equatable {
        case lend(ConnectionID, to: WaiterID)
        case connect
        /// Calls attemptDue after that many nanoseconds.
        case connectLater(nanoseconds: Int64)
        case close(ConnectionID)
        case fail([WaiterID], Failure)
    }

    /// Why a caller gets no connection.
    enum Failure: Equatable {
        case exhausted, serverAway, closed
    }

    private let limits: Limits
    private var connecting = 0
    private var idle: [ConnectionID] = []
    private var lent: Set<ConnectionID> = []
    private var waiting: [WaiterID] = []
    private var failures = 0
    private var awayUntil: Int64 = .min
    private var isAttemptPutOff = false
    private var isClosed = false

    init(limits: Limits) { self.limits = limits }

    var openCount: Int { idle.count + lent.count }
    var waitingCount: Int { waiting.count }
    private var totalCount: Int { connecting + openCount }

    /// A caller wants a connection. It is in line unless an action says otherwise.
    mutating func acquire(_ waiter: WaiterID, now: Int64) -> [Action] {
        if isClosed { return [.fail([waiter], .closed)] }
        if let connection = idle.popLast() {
            lent.insert(connection)
            return [.lend(connection, to: waiter)]
        }
        guard waiting.count < limits.waiters else { return [.fail([waiter], .exhausted)] }
        waiting.append(waiter)
        return connectIfNeeded(now: now)
    }

    /// A caller in line gives up. False where it is not in line any more.
    mutating func leave(_ waiter: WaiterID) -> Bool {
        guard let index = waiting.firstIndex(of: waiter) else { return false }
        waiting.remove(at: index)
        return true
    }

    mutating func connected(_ connection: ConnectionID) -> [Action] {
        connecting -= 1
        failures = 0
        awayUntil = .min
        if isClosed { return [.close(connection)] }
        return hand(connection)
    }

    mutating func connectFailed(now: Int64) -> [Action] {
        connecting -= 1
        failures += 1
        let doublings = min(failures - 1, 20)
        awayUntil = now + min(limits.firstBackoffNanoseconds << doublings, limits.lastBackoffNanoseconds)
        // While another connection is there or coming, those in line are served by it.
        guard totalCount == 0 else { return [] }
        defer { waiting = [] }
        return waiting.isEmpty ? [] : [.fail(waiting, .serverAway)]
    }

    /// The time that connectLater asked for has passed.
    mutating func attemptDue(now: Int64) -> [Action] {
        isAttemptPutOff = false
        return connectIfNeeded(now: now)
    }

    /// A lent connection comes back.
    mutating func release(_ connection: ConnectionID, isUsable: Bool, now: Int64) -> [Action] {
        guard lent.remove(connection) != nil else { return [] }
        guard isUsable, !isClosed else { return [.close(connection)] + connectIfNeeded(now: now) }
        return hand(connection)
    }

    /// The server hung up on an idle connection.
    mutating func died(_ connection: ConnectionID) {
        idle.removeAll { $0 == connection }
    }

    mutating func close() -> [Action] {
        guard !isClosed else { return [] }
        isClosed = true
        defer {
            idle = []
            waiting = []
        }
        return idle.map(Action.close) + (waiting.isEmpty ? [] : [.fail(waiting, .closed)])
    }

    private mutating func hand(_ connection: ConnectionID) -> [Action] {
        guard !waiting.isEmpty else {
            idle.append(connection)
            return []
        }
        lent.insert(connection)
        return [.lend(connection, to: waiting.removeFirst())]
    }

    private mutating func connectIfNeeded(now: Int64) -> [Action] {
        guard !isClosed, waiting.count > connecting, totalCount < limits.connections else { return [] }
        guard now >= awayUntil else {
            guard !isAttemptPutOff else { return [] }
            isAttemptPutOff = true
            return [.connectLater(nanoseconds: awayUntil - now)]
        }
        connecting += 1
        return [.connect]
    }
}
