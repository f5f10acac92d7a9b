/// What a subscriber tells its user.
public enum RedisSubscriberEvent: Sendable, Equatable {
    /// From here on it hears everything; what was published before, since the last message, may be missing.
    case connected
    /// Someone published something. The channel's name as text, its bytes that are not UTF-8 replaced by U+FFFD.
    case message(channel: String, payload: [UInt8])
    /// It hears nothing until it is connected again. Told once, not for every attempt that fails.
    case disconnected(RedisError)
}
