internal import EventLoop

/// Whether a server can be used, and when it is tried again: the decisions of a reconnecting connection, without the connection.
///
/// - idle: nobody has asked yet. The first who asks has it connected, and waits (firstAttempt).
/// - firstAttempt: callers wait. It ends up, or away.
/// - up: callers are served. When the connection is lost, it is made anew at once (attempting); a connection that did not live for
///   a while counts as a failure, so that a server that hangs up on everyone is not called without a pause (away).
/// - away: the next attempt is put off, longer after each failure. Callers fail at once. It ends with an attempt (attempting).
/// - attempting: callers fail at once. It ends up, or away.
/// - closed: the end.
///
/// The machine reads no clock: its caller says what time it is.
struct ReachabilityMachine {
    enum State: Equatable {
        case idle, firstAttempt
        case up(since: Int64)
        case away, attempting, closed
    }

    /// What becomes of who asks.
    enum Verdict: Equatable { case serve, wait, unavailable, closed }

    /// What must be done now.
    enum Action: Equatable {
        case connect
        /// Calls attemptDue after that many nanoseconds.
        case connectLater(nanoseconds: Int64)
        case serveWaiting
        case failWaiting
        /// What has just been made is not wanted any more.
        case discard
    }

    private(set) var state = State.idle
    private var backoff: Backoff
    private let stableNanoseconds: Int64

    /// - Parameter stableNanoseconds: A connection that lived for as long has not failed.
    init(backoff: Backoff, stableNanoseconds: Int64) {
        self.backoff = backoff
        self.stableNanoseconds = stableNanoseconds
    }

    var isUp: Bool { if case .up = state { true } else { false } }

    /// A caller wants something done. The hot path: nothing changes while it is up.
    mutating func ask() -> (Verdict, Action?) {
        switch state {
        case .up: return (.serve, nil)
        case .firstAttempt: return (.wait, nil)
        case .away, .attempting: return (.unavailable, nil)
        case .closed: return (.closed, nil)
        case .idle:
            state = .firstAttempt
            return (.wait, .connect)
        }
    }

    mutating func connected(now: Int64) -> [Action] {
        switch state {
        case .firstAttempt, .attempting:
            state = .up(since: now)
            return [.serveWaiting]
        case .idle, .up, .away, .closed: return [.discard]
        }
    }

    mutating func connectFailed() -> [Action] {
        switch state {
        case .firstAttempt, .attempting:
            state = .away
            return [.failWaiting, .connectLater(nanoseconds: backoff.failed())]
        case .idle, .up, .away, .closed: return []
        }
    }

    mutating func lost(now: Int64) -> [Action] {
        guard case .up(let since) = state else { return [] }
        guard now - since < stableNanoseconds else {
            backoff.reset()
            state = .attempting
            return [.connect]
        }
        state = .away
        return [.connectLater(nanoseconds: backoff.failed())]
    }

    /// The time that connectLater asked for has passed.
    mutating func attemptDue() -> [Action] {
        guard state == .away else { return [] }
        state = .attempting
        return [.connect]
    }

    mutating func close() -> [Action] {
        guard state != .closed else { return [] }
        state = .closed
        return [.failWaiting]
    }
}
