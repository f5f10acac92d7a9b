/// What a server answers (RESP 2).
public enum RedisValue: Sendable, Equatable {
    /// Nothing: a key that is not there, for instance.
    case null
    /// Any bytes.
    case string([UInt8])
    /// A word: `OK`, `PONG`, `QUEUED`.
    case status(String)
    /// A number.
    case integer(Int)
    /// Several values, errors among them too.
    case array([RedisValue])
    /// The command was refused.
    case error(RedisServerError)
}

extension RedisValue {
    /// The same, where it is not an error.
    ///
    /// - Throws: `RedisError` (server) where it is.
    public func get() throws(RedisError) -> RedisValue {
        if case .error(let error) = self { throw RedisError(error) }
        return self
    }

    /// The bytes of a string, nil for null.
    ///
    /// - Throws: `RedisError` (server) for an error, (unexpectedAnswer) for anything else.
    public func bytes() throws(RedisError) -> [UInt8]? {
        switch self {
        case .null: return nil
        case .string(let bytes): return bytes
        default: throw unexpected("a string")
        }
    }

    /// The number.
    ///
    /// - Throws: `RedisError` (server) for an error, (unexpectedAnswer) for anything else.
    public func integer() throws(RedisError) -> Int {
        guard case .integer(let number) = self else { throw unexpected("an integer") }
        return number
    }

    /// The elements of an array.
    ///
    /// - Throws: `RedisError` (server) for an error, (unexpectedAnswer) for anything else.
    public func elements() throws(RedisError) -> [RedisValue] {
        guard case .array(let elements) = self else { throw unexpected("an array") }
        return elements
    }

    func unexpected(_ expected: String) -> RedisError {
        if case .error(let error) = self { return RedisError(error) }
        return RedisError(.unexpectedAnswer, "the server answered \(kind) in place of \(expected)")
    }

    /// What it is, without its content.
    private var kind: String {
        switch self {
        case .null: "null"
        case .string: "a string"
        case .status: "a status"
        case .integer: "an integer"
        case .array: "an array"
        case .error: "an error"
        }
    }
}
