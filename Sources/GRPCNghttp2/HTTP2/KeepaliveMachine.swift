/// How a connection finds out that its peer is gone.
public struct KeepaliveConfiguration: Sendable, Hashable {
    /// After how long without a byte from the peer a PING is sent. Servers that nobody configured for it end
    /// connections over PINGs that come more often than every five minutes (gRFC A8).
    public var time: Duration
    /// How long after a PING the connection is given up, unless something has come.
    public var timeout: Duration
    /// Whether PINGs are sent while there are no calls.
    public var permitsWithoutCalls: Bool

    /// PINGs with these times.
    public init(time: Duration, timeout: Duration = .seconds(20), permitsWithoutCalls: Bool = false) {
        self.time = time
        self.timeout = timeout
        self.permitsWithoutCalls = permitsWithoutCalls
    }
}

/// Asks a silent peer whether it is there, and gives it up where it is not.
///
/// The story: as long as bytes come, nothing happens but that their time is noted; no timer is moved for them. When the
/// timer is due and there was silence for `time`, a PING goes out and `timeout` begins. Any byte from the peer ends it:
/// whoever sends is alive, with or without the answer. Silence until its end closes the connection. While there are no
/// calls and PINGs without calls are not permitted, the timer merely begins again, so that a call which starts on a dead
/// connection finds out after `2 × time + timeout` at worst.
struct KeepaliveMachine {
    private enum State {
        /// Bytes have come lately. Leaves to `asked`.
        case quiet
        /// A PING is out. Leaves to `quiet` with any byte, to `closed` without.
        case asked(at: Int64)
        /// The connection has been given up. Never left.
        case closed
    }

    enum Action: Sendable, Hashable {
        case sendPing, close
    }

    /// Below this, PINGs would be a load of their own.
    static let shortestTime = Duration.milliseconds(10)

    private let time: Int64
    private let timeout: Int64
    private let permitsWithoutCalls: Bool
    private var state = State.quiet
    private var lastReceived: Int64
    /// When `timerDue` is to be called, as nanoseconds of a monotonic clock; `.max` for never. It never moves to an
    /// earlier time but by `timerDue` itself.
    private(set) var nextDeadline: Int64

    init(configuration: KeepaliveConfiguration, now: Int64) {
        time = max(configuration.time, Self.shortestTime).wholeNanoseconds
        timeout = max(configuration.timeout, Self.shortestTime).wholeNanoseconds
        permitsWithoutCalls = configuration.permitsWithoutCalls
        lastReceived = now
        nextDeadline = now.addingClamped(time)
    }

    /// Bytes came at that time, which may lie back.
    mutating func received(now: Int64) {
        lastReceived = max(lastReceived, now)
    }

    /// The peer has answered a PING.
    mutating func pingAcknowledged(now: Int64) { received(now: now) }

    /// The time is ``nextDeadline``, or later, or even earlier.
    mutating func timerDue(now: Int64, hasCalls: Bool) -> Action? {
        guard now >= nextDeadline else { return nil }
        if case .asked(let time) = state, lastReceived >= time { state = .quiet }
        switch state {
        case .closed: return nil
        case .asked:
            state = .closed
            nextDeadline = .max
            return .close
        case .quiet:
            let silentSince = lastReceived.addingClamped(time)
            guard now >= silentSince else {
                nextDeadline = silentSince
                return nil
            }
            guard hasCalls || permitsWithoutCalls else {
                nextDeadline = now.addingClamped(time)
                return nil
            }
            state = .asked(at: now)
            nextDeadline = now.addingClamped(timeout)
            return .sendPing
        }
    }
}
