/// One connection's subscriptions: what its server's words mean, and whether it still lives.
///
/// First each channel and pattern is confirmed, then messages come. Every tick, a server that has said nothing since the one
/// before is asked (PING); one that has not answered by the next tick is dead.
struct SubscriptionMachine {
    /// What an answer means.
    enum Meaning: Equatable {
        /// Everything has been confirmed.
        case subscribed
        case message(channel: String, payload: [UInt8])
        /// Nothing for the user.
        case nothing
    }

    /// What a tick leads to.
    enum Tick: Equatable { case nothing, ping, dead }

    private var unconfirmed: Int
    private var hasHeard = true
    private var hasAsked = false

    /// - Parameter subscriptions: How many channels and patterns are subscribed to.
    init(subscriptions: Int) { unconfirmed = subscriptions }

    /// - Throws: `RedisError` where the server refuses, or says something else.
    mutating func receive(_ value: RedisValue) throws(RedisError) -> Meaning {
        hasHeard = true
        hasAsked = false
        let parts = try value.elements()
        guard case .string(let word)? = parts.first else { throw Self.unexpected }
        switch String(decoding: word, as: UTF8.self) {
        case "message" where parts.count == 3: return try Self.message(parts[1], parts[2])
        case "pmessage" where parts.count == 4: return try Self.message(parts[2], parts[3])
        case "subscribe", "psubscribe":
            guard unconfirmed > 0 else { throw Self.unexpected }
            unconfirmed -= 1
            return unconfirmed == 0 ? .subscribed : .nothing
        case "pong": return .nothing
        default: throw Self.unexpected
        }
    }

    mutating func tick() -> Tick {
        // Confirmations are waited for like answers to a PING.
        if hasAsked || (unconfirmed > 0 && !hasHeard) { return .dead }
        defer { hasHeard = false }
        guard !hasHeard else { return .nothing }
        hasAsked = true
        return .ping
    }

    private static func message(
        _ channel: RedisValue,
        _ payload: RedisValue
    ) throws(RedisError) -> Meaning {
        guard case .string(let channel) = channel, case .string(let payload) = payload else {
            throw unexpected
        }
        return .message(channel: String(decoding: channel, as: UTF8.self), payload: payload)
    }

    private static var unexpected: RedisError {
        RedisError(.protocolViolation, "the server said something that is no message to a subscriber")
    }
}
