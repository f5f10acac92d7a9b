internal import GRPCCore

/// When a server's connection ends, as a value: it reads no clock and touches no socket.
///
/// A connection first waits for the client's SETTINGS, then serves. It is asked to leave when it has been idle or has
/// lived for too long, or when the server shuts down: a first GOAWAY tells the client to make no more streams, and only
/// when its answer to a PING shows that it has read that, or after a while, a second one names the last stream that
/// counts (RFC 9113, section 6.8). Then calls under way have their grace, and the connection ends with the last of them.
struct ConnectionLifecycle {
    /// Where it stands.
    enum State: Equatable {
        /// No SETTINGS came yet. Leaves to `serving`, or ends at the deadline.
        case handshaking(deadline: Int64)
        /// Calls are taken. Leaves to `notified`.
        case serving
        /// The first GOAWAY is out. Leaves to `draining` by the PING's answer or at the deadline.
        case notified(deadline: Int64, grace: Int64)
        /// The second GOAWAY is out. Ends with the last call, or at the deadline.
        case draining(deadline: Int64)
        /// Nothing is left to do.
        case over
    }

    /// What the connection is to do.
    enum Action: Equatable {
        /// Send the first GOAWAY and a PING.
        case notify
        /// Send the second GOAWAY, and close when the last stream is done.
        case drain
        /// Close now; calls under way are cancelled.
        case close(TransportError)
    }

    /// Times in nanoseconds; `Int64.max` for never.
    struct Limits {
        var handshake: Int64
        var idle: Int64
        var age: Int64
        var ageGrace: Int64
        /// How long the client's answer to the PING between the GOAWAYs is waited for.
        var notice: Int64 = 1_000_000_000
    }

    private let limits: Limits
    private let ageDeadline: Int64
    private(set) var state: State
    /// Since when there is no call; nil while there is one.
    private var idleSince: Int64?

    /// - Parameters:
    ///   - now: When the connection was accepted.
    ///   - jitter: From 0 to 1: connections that came together do not leave together.
    init(limits: Limits, now: Int64, jitter: Double) {
        self.limits = limits
        let spread = limits.age == .max ? 0 : Int64(Double(limits.age) * (jitter - 0.5) / 5)
        ageDeadline = limits.age == .max ? .max : now.addingClamped(limits.age + spread)
        state = .handshaking(deadline: now.addingClamped(limits.handshake))
        idleSince = now
    }

    /// When to ask again; `Int64.max` for never.
    var nextDeadline: Int64 {
        switch state {
        case .handshaking(let deadline), .notified(let deadline, _), .draining(let deadline): deadline
        case .serving: min(ageDeadline, idleSince.map { $0.addingClamped(limits.idle) } ?? .max)
        case .over: .max
        }
    }

    mutating func settingsReceived(now: Int64) {
        if case .handshaking = state {
            state = .serving
            idleSince = idleSince ?? now
        }
    }

    mutating func streamOpened() { idleSince = nil }

    mutating func lastStreamClosed(now: Int64) { idleSince = now }

    /// The client has read the first GOAWAY.
    mutating func pingAcknowledged(now: Int64) -> Action? {
        guard case .notified(_, let grace) = state else { return nil }
        state = .draining(deadline: now.addingClamped(grace))
        return .drain
    }

    /// The server shuts down.
    mutating func shutDown(now: Int64, grace: Int64) -> Action? {
        switch state {
        case .handshaking:
            state = .draining(deadline: now.addingClamped(grace))
            return .drain
        case .serving:
            state = .notified(deadline: now.addingClamped(min(limits.notice, grace)), grace: grace)
            return .notify
        case .notified(let deadline, let earlier):
            state = .notified(deadline: deadline, grace: min(grace, earlier))
            return nil
        case .draining(let deadline):
            state = .draining(deadline: min(deadline, now.addingClamped(grace)))
            return nil
        case .over: return nil
        }
    }

    /// A deadline may have come.
    mutating func timerDue(now: Int64) -> Action? {
        guard now >= nextDeadline else { return nil }
        switch state {
        case .handshaking:
            state = .over
            return .close(TransportError(.timedOut, "No HTTP/2 settings came in time."))
        case .serving:
            state = .notified(deadline: now.addingClamped(limits.notice), grace: limits.ageGrace)
            return .notify
        case .notified(_, let grace):
            state = .draining(deadline: now.addingClamped(grace))
            return .drain
        case .draining:
            state = .over
            return .close(TransportError(.shutDown, "The connection's grace period is over."))
        case .over: return nil
        }
    }
}

extension Duration {
    /// Whole nanoseconds, at most as many as an Int64 holds.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, isTooMuch) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return isTooMuch ? .max : sum
    }
}
