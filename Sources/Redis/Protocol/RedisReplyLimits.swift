/// How large one answer may be. Deeper than eight arrays within each other, none is read (hiredis' own limit).
public struct RedisReplyLimits: Sendable {
    /// How many bytes all its strings together may have, and so each of them.
    public var bytes = 64 << 20
    /// How many values it may be made of, those within arrays included.
    public var values = 1 << 20

    /// The defaults.
    public init() {}

    /// How long a line may be: a status, an error, a number.
    static let lineBytes = 64 << 10
    /// How long the line before a string may be that says how long it is.
    static let lengthLineBytes = 32
}
