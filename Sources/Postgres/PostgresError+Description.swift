extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    /// One line for a log: what, where, what to do.
    public var description: String {
        let state = sqlState.map { " [\($0)]" } ?? ""
        let index = statementIndex.map { " in statement \($0)" } ?? ""
        let constraint = constraint.map { ", constraint \($0)" } ?? ""
        return "PostgreSQL: \(message)\(state)\(index)\(constraint). \(advice)"
    }

    /// Everything that is known, the server's details too.
    public var debugDescription: String {
        let details = report.map { " \($0.debugDescription)" } ?? ""
        return "\(description)\(details) (\(code), outcome \(outcome), noticed at \(place))"
    }

    /// What whoever runs the program, or wrote the statement, can do.
    public var advice: String {
        switch code {
        case .invalidConfiguration: "Correct the database's URL or settings."
        case .misuse: "Correct the call."
        case .connectionFailed:
            "Check that the server runs, has connections left, and knows this address, role and password."
        case .connectionLost: "Read before trying again: it may have been done."
        case .server: sqlState?.advice ?? "See the server's log."
        case .rolledBack:
            "A statement of the transaction had failed: do not catch its error, or use a savepoint."
        case .poolExhausted:
            "Try again later; where it lasts, find what holds connections, or raise the pool's limits."
        case .timedOut where outcome == .unknown: "Read before trying again: it may have been done."
        case .timedOut: "Nothing was done; look for locks or a slow plan, or allow more time."
        case .cancelled: outcome == .unknown ? "It may have been done." : "Nothing was done."
        case .closed: "Do not use it after its end."
        case .decoding: "Ask for the type that the column has, or cast it in the statement."
        case .protocolViolation: "Check that a PostgreSQL server is at the other end; then report this."
        }
    }

    /// The same error as seen by a caller whose first statement was number `count` of those sent.
    func droppingLeadingStatements(_ count: Int) -> PostgresError {
        changed(
            code,
            message,
            statementIndex: statementIndex.flatMap { $0 >= count ? $0 - count : nil }
        )
    }

    /// The same failure, of another kind or in other words.
    func changed(
        _ code: Code,
        _ message: String,
        statementIndex: Int?,
        outcome: Outcome? = nil,
        isStalePlan: Bool = false,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> PostgresError {
        PostgresError(
            code,
            message,
            report: report,
            statementIndex: statementIndex,
            outcome: outcome ?? self.outcome,
            isConnectionDead: isConnectionDead,
            isStalePlan: isStalePlan || self.isStalePlan,
            file: file,
            line: line
        )
    }
}
