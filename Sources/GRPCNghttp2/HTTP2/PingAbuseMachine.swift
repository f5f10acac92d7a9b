/// How often a server lets its clients send PINGs (gRFC A8).
public struct PingPolicy: Sendable, Hashable {
    /// The time between two PINGs of a client with calls, unless the server has sent it something in between.
    public var minInterval: Duration = .seconds(300)
    /// Whether a client without calls may send them as often. Otherwise ``minIntervalWithoutCalls`` holds for it.
    public var permitsWithoutCalls = false
    /// The time between two PINGs of a client without calls, where it may not send them as often.
    public var minIntervalWithoutCalls: Duration = .seconds(7_200)
    /// How many PINGs that came too early are let pass.
    public var toleratedStrikes = 2

    /// gRPC's defaults.
    public init() {}
}

/// Counts PINGs that come too early, until there are too many.
///
/// The story: a PING less than the permitted time after the one before is a strike. Each time the server sends data or
/// headers, everything is forgotten: clients measure the connection with a PING of their own for what they receive. One
/// strike too many, and the connection ends with GOAWAY, ENHANCE_YOUR_CALM and `too_many_pings`, which tells a client
/// of gRPC to ask half as often.
struct PingAbuseMachine {
    enum Verdict: Sendable, Hashable {
        case allowed, strike, goAway
    }

    private let interval: Int64
    private let intervalWithoutCalls: Int64
    private let toleratedStrikes: Int
    private var lastPing: Int64?
    private var strikes = 0

    init(policy: PingPolicy) {
        interval = max(policy.minInterval, .zero).wholeNanoseconds
        intervalWithoutCalls =
            policy.permitsWithoutCalls
            ? interval : max(policy.minIntervalWithoutCalls, .zero).wholeNanoseconds
        toleratedStrikes = max(policy.toleratedStrikes, 0)
    }

    /// A PING that is no answer has come, at that time in nanoseconds of a monotonic clock.
    mutating func pingReceived(now: Int64, hasCalls: Bool) -> Verdict {
        defer { lastPing = now }
        guard let lastPing, now < lastPing.addingClamped(hasCalls ? interval : intervalWithoutCalls) else {
            return .allowed
        }
        strikes = min(strikes, toleratedStrikes) + 1
        return strikes > toleratedStrikes ? .goAway : .strike
    }

    /// The server has sent DATA or HEADERS.
    mutating func dataOrHeadersSent() {
        lastPing = nil
        strikes = 0
    }
}
