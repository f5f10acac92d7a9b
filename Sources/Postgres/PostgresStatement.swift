/// A statement and its parameters.
public struct PostgresStatement: Sendable, Equatable {
    /// One SQL statement with `$1`, `$2`, … for the parameters. It is prepared once per connection, by its text.
    public let sql: String
    /// One value for each of `$1`, `$2`, …
    public let parameters: [PostgresParameter]

    /// A statement.
    public init(_ sql: String, _ parameters: [PostgresParameter] = []) {
        self.sql = sql
        self.parameters = parameters
    }

    /// Tells everyone who listens on `channel`, when the transaction commits (``PostgresListener``).
    ///
    /// PostgreSQL refuses payloads of 8,000 bytes and more.
    public static func notify(_ channel: String, _ payload: String = "") -> PostgresStatement {
        PostgresStatement("SELECT pg_notify($1, $2)", [.text(channel), .text(payload)])
    }
}

extension PostgresStatement {
    /// - Throws: `PostgresError` (misuse) for what libpq would cut short or refuse.
    func validate(index: Int) throws(PostgresError) {
        // libpq takes C strings: the rest of the statement would silently be missing.
        guard !sql.utf8.contains(0) else {
            throw PostgresError(.misuse, "the statement holds U+0000", statementIndex: index)
        }
        guard parameters.count <= ParameterBuffer.countLimit else {
            throw PostgresError(
                .misuse,
                "\(parameters.count) parameters are more than \(ParameterBuffer.countLimit): use an array",
                statementIndex: index
            )
        }
    }

    /// Whether it leaves the end of its transaction to another statement, as far as its first word tells.
    ///
    /// When a session is cut off at such a statement, the transaction was surely not committed.
    var leavesTransactionOpen: Bool {
        let word = sql.drop { $0.isWhitespace || $0 == "(" }.prefix { $0.isLetter }
        return Self.openWords.contains(word.uppercased())
    }

    private static let openWords: Set<String> = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "VALUES", "TABLE", "BEGIN", "START", "SET",
        "LOCK",
        "SAVEPOINT", "LISTEN", "NOTIFY",
    ]
}
