internal import CLibpq

/// What the server says about a failure (PostgreSQL manual, section 55.8). May hold data and SQL: for logs only.
public struct PostgresServerReport: Sendable, Equatable {
    /// The condition's five characters.
    public var sqlState: PostgresError.SQLState
    /// ERROR, FATAL or PANIC; the latter two end the connection.
    public var severity: String
    /// One sentence.
    public var message: String
    /// More than one sentence, perhaps with values.
    public var detail: String?
    /// What the server thinks could be done.
    public var hint: String?
    /// The schema of what is concerned.
    public var schema: String?
    /// The table that is concerned.
    public var table: String?
    /// The column that is concerned.
    public var column: String?
    /// The data type that is concerned.
    public var dataType: String?
    /// The constraint that was violated.
    public var constraint: String?
    /// Where in the statement, in characters from 1.
    public var position: Int?
    /// What the server was doing, functions and statements within each other.
    public var context: String?

    init(sqlState: PostgresError.SQLState, severity: String = "ERROR", message: String = "") {
        self.sqlState = sqlState
        self.severity = severity
        self.message = message
    }

    /// Whether the server closes the connection after it, or the connection leads to the wrong server.
    var endsConnection: Bool {
        switch severity {
        case "FATAL", "PANIC": true
        // After a failover the old primary is a standby: the next connection may find the new one.
        default: sqlState == .readOnlyTransaction
        }
    }
}

extension PostgresServerReport {
    /// From a result with an error, which stays the caller's; nil where libpq, not the server, made it.
    init?(_ result: OpaquePointer) {
        // The letters are libpq's PG_DIAG_ macros (postgres_ext.h).
        func field(_ code: Character) -> String? {
            code.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) }
        }
        guard let state = field("C") else { return nil }
        self.init(
            sqlState: PostgresError.SQLState(rawValue: state),
            severity: field("V") ?? field("S") ?? "ERROR",
            message: field("M") ?? ""
        )
        detail = field("D")
        hint = field("H")
        schema = field("s")
        table = field("t")
        column = field("c")
        dataType = field("d")
        constraint = field("n")
        position = field("P").flatMap { Int($0) }
        context = field("W")
    }
}

extension PostgresServerReport: CustomDebugStringConvertible {
    /// All of it, on one line.
    public var debugDescription: String {
        let fields: [(String, String?)] = [
            ("severity", severity), ("detail", detail), ("hint", hint), ("schema", schema), ("table", table),
            ("column", column), ("type", dataType), ("constraint", constraint),
            ("position", position.map { String($0) }), ("context", context),
        ]
        let present = fields.compactMap { name, value in value.map { "\(name): \($0)" } }
        return "{\(present.joined(separator: "; "))}"
    }
}

extension PostgresError {
    /// From a result with an error; frees it.
    init(refusal result: OpaquePointer, statementIndex: Int?, outcome: Outcome = .notDone) {
        let report = PostgresServerReport(result)
        let message = report?.message ?? String(cString: PQresultErrorMessage(result)).trimmingNewlines
        PQclear(result)
        self.init(
            report == nil ? .protocolViolation : .server,
            message,
            report: report,
            statementIndex: statementIndex,
            outcome: report == nil ? .unknown : outcome
        )
    }
}
