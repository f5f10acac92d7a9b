internal import CLibpq
internal import Glibc

/// Where a server is and how long to wait for it. Never printed: it holds a password.
///
/// What the URL itself says (`connect_timeout`, `options`, `application_name`, …) wins over the settings here.
public struct PostgresConfiguration: Sendable {
    /// A connection URI or keyword string (PostgreSQL manual, section 34.1.1).
    let url: String
    /// How many seconds libpq may take to connect.
    public var connectTimeoutSeconds = 5
    /// How long the server lets a statement run, in milliseconds (`statement_timeout`): a backstop behind the time-outs of
    /// the callers, for a program that dies. 0 for no limit.
    public var statementTimeoutMilliseconds = 30_000
    /// How long the server lets a transaction wait for its next statement, in milliseconds
    /// (`idle_in_transaction_session_timeout`). 0 for no limit.
    public var idleInTransactionTimeoutMilliseconds = 60_000
    /// How often the server looks during a statement whether its client is still there, in milliseconds
    /// (`client_connection_check_interval`). 0 for never.
    public var clientCheckMilliseconds = 5_000
    /// How long a caller waits, when its time is over or its task cancelled, for the server to say that it stopped. After
    /// it the connection is closed.
    public var cancelGrace: Duration = .seconds(1)
    /// Whether the URL leads to a pooler, PgBouncer for instance, that gives each transaction any of its sessions.
    ///
    /// Statements are then sent without a name each time, since the next one may meet another session. A pooler refuses
    /// the session's time limits above: set them on the role (`ALTER ROLE … SET statement_timeout = '30s'`).
    /// ``PostgresListener`` and ``Migrator`` need a session of their own, hence a direct URL.
    public var isBehindTransactionPooler = false
    /// What `pg_stat_activity` shows.
    public var applicationName = "grimoire"

    /// - Throws: `PostgresError` (invalidConfiguration) where libpq cannot read the URL.
    public init(url: String) throws(PostgresError) {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            // libpq's reason may repeat a part of the URL, never the password (conninfo_uri_parse).
            let reason = message.map { String(cString: $0) } ?? "no memory"
            PQfreemem(message)
            throw PostgresError(.invalidConfiguration, reason.trimmingNewlines)
        }
        PQconninfoFree(options)
        self.url = url
    }

    /// - Throws: `PostgresError` (invalidConfiguration) where the URL leads to a pooler.
    func requireSession(for purpose: String) throws(PostgresError) {
        guard !isBehindTransactionPooler else {
            throw PostgresError(
                .invalidConfiguration,
                "\(purpose) needs a session of its own, which a transaction pooler does not give: use a direct URL"
            )
        }
    }

    /// Keywords and values for PQconnectdbParams, in its order of precedence: later ones win.
    var parameters: [(String, String)] {
        var parameters = [
            ("fallback_application_name", applicationName),
            ("connect_timeout", String(connectTimeoutSeconds)),
            ("client_encoding", "UTF8"),
            // A peer that vanished without a word is found within half a minute, when idle and when not; libpq uses
            // these for cancel requests too, which have no other limit.
            ("keepalives_idle", "15"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "15000"),
        ]
        if !isBehindTransactionPooler {
            let settings = [
                ("statement_timeout", statementTimeoutMilliseconds),
                ("idle_in_transaction_session_timeout", idleInTransactionTimeoutMilliseconds),
                ("client_connection_check_interval", clientCheckMilliseconds),
            ]
            // Notices are not looked at, so they are not asked for.
            let options = ["-c client_min_messages=warning"] + settings.map { "-c \($0)=\($1)" }
            parameters.append(("options", options.joined(separator: " ")))
        }
        parameters.append(("dbname", url))
        return parameters
    }

    /// Connects, blocking; on a thread that may.
    func connect() throws(PostgresError) -> OpaquePointer {
        let parameters = parameters
        var keywords: [UnsafePointer<CChar>?] = []
        var values: [UnsafePointer<CChar>?] = []
        var owned: [UnsafeMutablePointer<CChar>?] = []
        for (keyword, value) in parameters {
            let pair = (strdup(keyword), strdup(value))
            owned += [pair.0, pair.1]
            keywords.append(UnsafePointer(pair.0))
            values.append(UnsafePointer(pair.1))
        }
        defer { for pointer in owned { free(pointer) } }
        keywords.append(nil)
        values.append(nil)
        guard let connection = PQconnectdbParams(keywords, values, 1) else {
            throw PostgresError(.connectionFailed, "libpq has no memory for a connection")
        }
        guard PQstatus(connection) == CONNECTION_OK else {
            let reason = String(cString: PQerrorMessage(connection)).trimmingNewlines
            PQfinish(connection)
            throw PostgresError(.connectionFailed, reason)
        }
        // libpq would print notices on standard error.
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
        return connection
    }
}

extension String {
    var trimmingNewlines: String {
        var text = Substring(self)
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }
}
