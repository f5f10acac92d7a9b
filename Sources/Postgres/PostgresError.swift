/// Why something asked of PostgreSQL failed.
///
/// It says what went wrong (``code``, ``message``), where (``statementIndex``, ``report``, ``place``), whether anything may have
/// been done (``outcome``), and what to do (``isRetriable``, ``isConnectionDead``, ``advice``). Message and report come from
/// the server and may hold data: they are for logs, never for clients.
public struct PostgresError: Error, Sendable, Equatable {
    /// What kind of failure it is.
    public enum Code: Sendable, Equatable {
        /// The URL is not one that libpq understands, or a setting does not fit what was asked.
        case invalidConfiguration
        /// A call that cannot be: a statement with U+0000, too many parameters, two pipelines at once on a connection.
        case misuse
        /// No connection could be made. Nothing was sent.
        case connectionFailed
        /// The connection broke. What was sent may or may not have been done.
        case connectionLost
        /// The server refused a statement. See ``PostgresError/report``.
        case server
        /// A transaction was to be committed and the server rolled it back instead.
        case rolledBack
        /// Too many callers wait for a connection already. Nothing was sent.
        case poolExhausted
        /// The time allowed ran out.
        case timedOut
        /// The task was cancelled.
        case cancelled
        /// The pool, the connection or the transaction has been closed. Nothing was sent.
        case closed
        /// A value in the answer is not of the type asked for, or is NULL where it must not be.
        case decoding
        /// libpq refused a call or the server answered out of order.
        case protocolViolation
    }

    /// What became of the statements.
    public enum Outcome: Sendable, Equatable {
        /// None of them took effect, or they were sent within a transaction that can only be rolled back now.
        case notDone
        /// They may or may not have taken effect: read before doing them again.
        case unknown
        /// They took effect; only the answer could not be used.
        case done
    }

    /// What kind of failure it is.
    public let code: Code
    /// One sentence.
    public let message: String
    /// What the server said, where it said something.
    public let report: PostgresServerReport?
    /// Which statement of a pipeline failed, from 0; nil where it was none of them in particular.
    public let statementIndex: Int?
    /// Whether the statements may have been done.
    public let outcome: Outcome
    /// Whether the connection can be used no more. A pool replaces such connections by itself.
    public let isConnectionDead: Bool
    /// Where in this library it was noticed: file and line.
    public let place: String
    /// Whether a prepared statement no longer fitted, and has been forgotten: made again, the call prepares it anew.
    let isStalePlan: Bool

    init(
        _ code: Code,
        _ message: String,
        report: PostgresServerReport? = nil,
        statementIndex: Int? = nil,
        outcome: Outcome? = nil,
        isConnectionDead: Bool? = nil,
        isStalePlan: Bool = false,
        file: StaticString = #fileID,
        line: UInt = #line
    ) {
        self.code = code
        self.message = message
        self.report = report
        self.statementIndex = statementIndex
        self.outcome = outcome ?? code.usualOutcome
        self.isConnectionDead =
            isConnectionDead ?? report.map(\.endsConnection) ?? code.usuallyEndsConnection
        self.isStalePlan = isStalePlan
        place = "\(file):\(line)"
    }

    /// The five characters of an SQLSTATE (PostgreSQL manual, appendix A), where the server gave one.
    public var sqlState: SQLState? { report?.sqlState }
    /// The server's detail.
    public var detail: String? { report?.detail }
    /// The constraint that was violated.
    public var constraint: String? { report?.constraint }

    /// Whether the same call may be made again, a little later, without doing anything twice and with hope.
    ///
    /// Within an explicit transaction, the call to be made again is the whole transaction.
    public var isRetriable: Bool {
        guard outcome == .notDone else { return false }
        switch code {
        case .connectionFailed, .poolExhausted: return true
        case .server, .rolledBack: return isStalePlan || sqlState?.isTransient == true
        default: return false
        }
    }
}

extension PostgresError.Code {
    fileprivate var usualOutcome: PostgresError.Outcome {
        switch self {
        case .connectionLost, .protocolViolation: .unknown
        case .decoding: .done
        default: .notDone
        }
    }

    fileprivate var usuallyEndsConnection: Bool {
        switch self {
        case .connectionFailed, .connectionLost, .protocolViolation: true
        default: false
        }
    }
}
