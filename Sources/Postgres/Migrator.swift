internal import CLibpq
public import EventLoop

/// One step of a schema's history. Never changed once released.
public struct Migration: Sendable, Equatable {
    /// From 1, without gaps.
    public let number: Int
    /// What it does, in a few words without spaces.
    public let name: String
    /// Any number of statements; they are one transaction with the note that they were done.
    public let sql: String

    /// A migration.
    public init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// FNV-1a over the text: finds a file that was changed by mistake, which is all it is for.
    var checksum: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in sql.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}

/// Brings a database's schema up to date: numbered migrations, in order, each once, by one migrator at a time.
public struct Migrator: Sendable {
    /// The key of the advisory lock: the letters "grimoire" as a number.
    private static let lockKey: Int64 = 0x6772_696d_6f69_7265

    private let migrations: [Migration]
    private let upkeep: String?

    /// - Parameters:
    ///   - migrations: In order; their numbers are 1, 2, 3, …
    ///   - upkeep: SQL to run each time, when the schema is up to date.
    public init(_ migrations: [Migration], upkeep: String? = nil) {
        self.upkeep = upkeep
        precondition(
            migrations.enumerated().allSatisfy { $0.offset + 1 == $0.element.number },
            "migrations are numbered from 1 without gaps"
        )
        self.migrations = migrations
    }

    /// Applies what has not been applied yet, on one of `offload`'s threads, since it may take long.
    ///
    /// Waits for another migrator to finish. A migration that fails leaves nothing of itself behind.
    ///
    /// - Returns: The numbers of the migrations that were applied.
    /// - Throws: `PostgresError` where the database refuses one, or has one that this program does not know or that
    ///   was changed since.
    public func run(
        _ configuration: PostgresConfiguration,
        offload: OffloadExecutor
    ) async throws -> [Int] {
        try configuration.requireSession(for: "a migration")
        var patient = configuration
        // An index on a large table takes its time.
        patient.statementTimeoutMilliseconds = 0
        patient.idleInTransactionTimeoutMilliseconds = 0
        let settings = patient
        return try await offload.run { try apply(settings) }
    }

    private func apply(_ configuration: PostgresConfiguration) throws(PostgresError) -> [Int] {
        let connection = try configuration.connect()
        // Closing the session frees the lock.
        defer { PQfinish(connection) }
        try execute("SELECT pg_advisory_lock(\(Self.lockKey))", on: connection)
        try execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now())
            """,
            on: connection
        )
        let applied = try appliedMigrations(on: connection)
        try compare(applied)
        var done: [Int] = []
        for migration in migrations.dropFirst(applied.count) {
            try execute("BEGIN;\n\(migration.sql)\n;", on: connection, migration)
            try execute(
                """
                INSERT INTO schema_migrations (number, name, checksum)
                VALUES (\(migration.number), '\(migration.name)', '\(migration.checksum)'); COMMIT
                """,
                on: connection,
                migration
            )
            done.append(migration.number)
        }
        if let upkeep { try execute(upkeep, on: connection) }
        return done
    }

    private func compare(_ applied: [(number: Int, checksum: String)]) throws(PostgresError) {
        guard applied.count <= migrations.count else {
            throw PostgresError(
                .invalidConfiguration,
                "the database has migration \(applied.count), this program knows \(migrations.count): use a newer one"
            )
        }
        for (migration, row) in zip(migrations, applied) {
            guard migration.number == row.number, migration.checksum == row.checksum else {
                throw PostgresError(
                    .invalidConfiguration,
                    "migration \(migration.number) (\(migration.name)) is not the one that the database has"
                )
            }
        }
    }

    private func appliedMigrations(
        on connection: OpaquePointer
    ) throws(PostgresError) -> [(number: Int, checksum: String)] {
        let result = PQexec(connection, "SELECT number, checksum FROM schema_migrations ORDER BY number")
        guard let result, PQresultStatus(result) == PGRES_TUPLES_OK else {
            throw failure(result, connection, nil)
        }
        defer { PQclear(result) }
        return (0..<PQntuples(result)).map { row in
            (
                number: Int(String(cString: PQgetvalue(result, row, 0))) ?? 0,
                checksum: String(cString: PQgetvalue(result, row, 1))
            )
        }
    }

    private func execute(
        _ sql: String,
        on connection: OpaquePointer,
        _ migration: Migration? = nil
    ) throws(PostgresError) {
        let result = PQexec(connection, sql)
        guard let result, [PGRES_COMMAND_OK, PGRES_TUPLES_OK].contains(PQresultStatus(result)) else {
            throw failure(result, connection, migration)
        }
        PQclear(result)
    }

    private func failure(
        _ result: OpaquePointer?,
        _ connection: OpaquePointer,
        _ migration: Migration?
    ) -> PostgresError {
        let place = migration.map { "migration \($0.number) (\($0.name)): " } ?? ""
        guard let result, PQstatus(connection) == CONNECTION_OK || PostgresServerReport(result) != nil else {
            let reason = String(cString: PQerrorMessage(connection)).trimmingNewlines
            PQclear(result)
            return PostgresError(.connectionLost, place + reason)
        }
        let error = PostgresError(refusal: result, statementIndex: nil)
        return error.changed(error.code, place + error.message, statementIndex: nil)
    }
}
