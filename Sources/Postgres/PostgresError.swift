/// Why something asked of PostgreSQL failed.
///
/// `message` and `detail` come from the server and may hold data: they are for logs, never for clients.
public struct PostgresError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Sendable, Equatable {
        /// The URL is not one that libpq understands.
        case invalidConfiguration
        /// No connection could be made. Nothing was sent.
        case connectionFailed
        /// The connection broke. What was sent may or may not have been done.
        case connectionLost
        /// The server refused a statement; nothing of its pipeline has been done. See ``PostgresError/sqlState``.
        case server
        /// Too many callers wait for a connection already. Nothing was sent.
        case poolExhausted
        /// The time allowed ran out. Where the connection was in use, it is closed, and the statement may have been done.
        case timedOut
        /// The task was cancelled before anything was sent.
        case cancelled
        /// The pool or the connection has been closed. Nothing was sent.
        case closed
        /// A value in the answer is not of the type asked for, or is NULL where it must not be.
        case decoding
        /// libpq refused a call or the server answered out of order.
        case protocolViolation
    }

    /// What kind of failure it is.
    public let code: Code
    /// One sentence.
    public let message: String
    /// The five characters of an SQLSTATE (PostgreSQL manual, appendix A), where the server refused.
    public let sqlState: String?
    /// The server's detail.
    public let detail: String?
    /// The constraint that was violated.
    public let constraint: String?
    /// Which statement of a pipeline failed, from 0.
    public let statementIndex: Int?

    init(
        _ code: Code,
        _ message: String,
        sqlState: String? = nil,
        detail: String? = nil,
        constraint: String? = nil,
        statementIndex: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.detail = detail
        self.constraint = constraint
        self.statementIndex = statementIndex
    }

    /// Whether the same call may be made again without doing anything twice.
    public var isRetriable: Bool {
        switch code {
        case .connectionFailed, .poolExhausted: true
        // Serialization failure, deadlock, and a server that is starting or stopping.
        case .server: ["40001", "40P01", "57P01", "57P02", "57P03"].contains(sqlState)
        default: false
        }
    }

    /// Whether the connection can be used no more.
    public var isConnectionDead: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .timedOut, .closed, .protocolViolation: true
        case .server: ["57P01", "57P02", "57P03"].contains(sqlState)
        default: false
        }
    }

    /// For logs.
    public var description: String {
        let state = sqlState.map { " [\($0)]" } ?? ""
        let place = statementIndex.map { " in statement \($0)" } ?? ""
        return "PostgreSQL: \(message)\(state)\(place)"
    }
}
