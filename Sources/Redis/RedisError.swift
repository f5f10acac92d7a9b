/// Why something asked of Redis failed.
///
/// It says what went wrong (``code``, ``message``, ``serverError``), whether it may have been done all the same
/// (``mayHaveBeenDone``) and what to do (``isRetriable``, ``isConnectionDead``). The server's text may hold keys: it is for
/// logs, never for clients.
public struct RedisError: Error, Sendable, Equatable {
    /// What kind of failure it is.
    public enum Code: Sendable, Equatable {
        /// The URL or a setting is not one that can work.
        case invalidConfiguration
        /// A call that cannot be: no commands, keys of several slots in one call, a time-out of nothing.
        case misuse
        /// No connection could be made. Nothing was sent.
        case connectionFailed
        /// The server refused user or password. Nothing else was sent.
        case authenticationFailed
        /// The connection broke, or was given up, before the answer had come.
        case connectionLost
        /// The server is away, and the next attempt to reach it is yet to come. Told at once; nothing was sent.
        case unavailable
        /// Too many commands are under way already. Told at once; nothing was sent.
        case overloaded
        /// The time allowed ran out.
        case timedOut
        /// The task was cancelled.
        case cancelled
        /// The client or the connection has been shut down.
        case closed
        /// The server answered with an error. See ``RedisError/serverError``.
        case server
        /// The answer is not of the kind that was asked for.
        case unexpectedAnswer
        /// What the server sends is not Redis' protocol, or is larger than the limits allow.
        case protocolViolation
    }

    /// What kind of failure it is.
    public let code: Code
    /// One sentence.
    public let message: String
    /// What the server said, where it said something.
    public let serverError: RedisServerError?
    /// Whether the commands may have been done: read before doing again what must not be done twice.
    public let mayHaveBeenDone: Bool
    /// Where in this library it was noticed: file and line.
    public let place: String

    init(
        _ code: Code,
        _ message: String,
        serverError: RedisServerError? = nil,
        mayHaveBeenDone: Bool? = nil,
        file: StaticString = #fileID,
        line: UInt = #line
    ) {
        self.code = code
        self.message = message
        self.serverError = serverError
        self.mayHaveBeenDone = mayHaveBeenDone ?? code.usuallyMayHaveBeenDone
        place = "\(file):\(line)"
    }

    /// What the server answered to a command.
    init(_ serverError: RedisServerError, file: StaticString = #fileID, line: UInt = #line) {
        self.init(
            .server,
            "the server refused a command",
            serverError: serverError,
            file: file,
            line: line
        )
    }

    /// Whether the same call may be made again, a little later, without doing anything twice and with hope.
    public var isRetriable: Bool {
        guard !mayHaveBeenDone else { return false }
        switch code {
        case .connectionFailed, .connectionLost, .unavailable, .overloaded: return true
        case .server: return serverError?.isTransient == true
        default: return false
        }
    }

    /// Whether the connection can be used no more. A client replaces such connections by itself.
    public var isConnectionDead: Bool {
        switch code {
        case .connectionFailed, .authenticationFailed, .connectionLost, .protocolViolation: true
        default: false
        }
    }
}

extension RedisError: CustomStringConvertible, CustomDebugStringConvertible {
    /// One line for a log.
    public var description: String {
        "Redis: \(message)\(serverError.map { ": \($0.message)" } ?? "")"
    }

    /// Everything that is known.
    public var debugDescription: String {
        "\(description) (\(code)\(mayHaveBeenDone ? ", may have been done" : ""), noticed at \(place))"
    }
}

extension RedisError.Code {
    fileprivate var usuallyMayHaveBeenDone: Bool {
        switch self {
        case .connectionLost, .timedOut, .cancelled, .unexpectedAnswer, .protocolViolation: true
        default: false
        }
    }
}
