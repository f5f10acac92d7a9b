internal import CLibpq
internal import Glibc

/// Where a server is and how long to wait for it. Never printed: it holds a password.
public struct PostgresConfiguration: Sendable {
    /// A connection URI or keyword string (PostgreSQL manual, section 34.1.1).
    let url: String
    /// How many seconds libpq may take to connect.
    public var connectTimeoutSeconds = 5
    /// How long the server lets a statement run, in milliseconds (`statement_timeout`).
    public var statementTimeoutMilliseconds = 30_000
    /// What `pg_stat_activity` shows.
    public var applicationName = "grimoire"

    /// - Throws: `PostgresError` (invalidConfiguration) where libpq cannot read the URL.
    public init(url: String) throws(PostgresError) {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            let reason = message.map { String(cString: $0) } ?? "no memory"
            PQfreemem(message)
            throw PostgresError(.invalidConfiguration, reason.trimmingNewlines)
        }
        PQconninfoFree(options)
        self.url = url
    }

    /// Keywords and values for PQconnectdbParams, in its order of precedence: later ones win.
    var parameters: [(String, String)] {
        [
            ("fallback_application_name", applicationName),
            ("connect_timeout", String(connectTimeoutSeconds)),
            ("options", "-c statement_timeout=\(statementTimeoutMilliseconds)"),
            ("client_encoding", "UTF8"),
            // A peer that vanished without a word is found within half a minute.
            ("keepalives_idle", "15"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("dbname", url),
        ]
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
