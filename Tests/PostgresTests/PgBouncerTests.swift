import EventLoop
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Postgres

/// A PgBouncer of its own in front of the test's server, in transaction mode, with two sessions for everyone.
private final class PgBouncer {
    let url: String
    private let process: ServerProcess
    private let folder: URL

    init() throws {
        let program = try #require(
            ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].first {
                FileManager.default.isExecutableFile(atPath: $0)
            },
            "PgBouncer is missing: scripts/test installs it (apt-get install pgbouncer)"
        )
        let listener = try LocalListener()
        let port = listener.port
        listener.close()
        folder = try ServerProcess.makeFolder("pgbouncer")
        let settings = folder.appending(path: "pgbouncer.ini")
        try Self.settings(port: port).write(to: settings, atomically: true, encoding: .utf8)
        ServerProcess.give(settings.path)
        url = "postgresql://anyone@127.0.0.1:\(port)/pooled"
        process = try ServerProcess(program, [settings.path], in: folder, listensWhenItSays: "process up")
    }

    private static func settings(port: UInt16) throws -> String {
        let server = try #require(URLComponents(string: try TestServer.url()))
        return """
            [databases]
            pooled = host=\(server.host ?? "127.0.0.1") port=\(server.port ?? 5432) \
            dbname=\(server.path.dropFirst()) user=\(server.user ?? "") password=\(server.password ?? "")
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 2
            log_connections = 0
            log_disconnections = 0
            log_stats = 0

            """
    }

    static func with(_ body: (PgBouncer) async throws -> Void) async throws {
        let bouncer = try PgBouncer()
        defer {
            // It inherits this thread's blocked signals, SIGTERM among them, and has nothing to lose.
            bouncer.process.end(SIGKILL)
            try? FileManager.default.removeItem(at: bouncer.folder)
        }
        try await body(bouncer)
    }
}

/// Behind a pooler that gives each transaction any of its sessions.
@Suite(.timeLimit(.minutes(2)), .serialized) struct PgBouncerTests {
    @Test func statementsWithoutNamesWorkOnWhicheverSession() async throws {
        try await PgBouncer.with { bouncer async throws in
            let url = bouncer.url
            try await TestServer.with(connections: 6, url: url, isBehindTransactionPooler: true) {
                server async throws in
                let backends = try await withThrowingTaskGroup(of: Int32.self) { group in
                    for number in 0..<200 {
                        group.addTask {
                            let results = try await server.pool.pipeline([
                                PostgresStatement(
                                    "SELECT set_config('grimoire.test', $1, true)",
                                    [.text("\(number)")]
                                ),
                                PostgresStatement(
                                    "SELECT pg_backend_pid() AS pid, current_setting('grimoire.test') AS s, $1 + 1 AS n",
                                    [.int4(Int32(number))]
                                ),
                            ])
                            let row = try #require(results[1].first)
                            #expect(try row.decode("s") == "\(number)")
                            #expect(try row.decode("n") == Int32(number + 1))
                            return try row.decode("pid")
                        }
                    }
                    return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
                }
                #expect((1...2).contains(backends.count), "six clients, two sessions")
                // Nothing of one transaction is left for the next on the same session.
                #expect(
                    try await server.value("SELECT coalesce(current_setting('grimoire.test', true), '') AS v")
                        == ""
                )
            }
        }
    }

    @Test func namedStatementsBreakWhichIsWhyTheSettingIsThere() async throws {
        try await PgBouncer.with { bouncer async throws in
            try await TestServer.with(connections: 1, url: bouncer.url) { server async throws in
                let error = await #expect(throws: PostgresError.self) { try await server.query("SELECT 1") }
                #expect(error?.code == .connectionFailed, "it refuses the session's settings already")
                #expect(error?.message.contains("unsupported startup parameter") == true)
            }
        }
    }

    @Test func transactionsAndErrorsAreAsWithoutIt() async throws {
        try await PgBouncer.with { bouncer async throws in
            let url = bouncer.url
            try await TestServer.with(connections: 4, url: url, isBehindTransactionPooler: true) {
                server async throws in
                try await server.withTable("a integer PRIMARY KEY") { table async throws in
                    let insert = PostgresStatement("INSERT INTO \(table) VALUES ($1)", [.int4(1)])
                    try await server.pool.withTransaction { transaction in
                        _ = try await transaction.query(insert)
                        _ = try await transaction.query(PostgresStatement("SELECT 1"))
                    }
                    let error = await #expect(throws: PostgresError.self) {
                        try await server.pool.withTransaction { try await $0.query(insert) }
                    }
                    #expect(error?.sqlState == .uniqueViolation)
                    #expect(try await server.value("SELECT count(*) AS v FROM \(table)") == Int64(1))
                }
            }
        }
    }

    @Test func aDeadlineStopsTheStatementThroughIt() async throws {
        try await PgBouncer.with { bouncer async throws in
            let url = bouncer.url
            try await TestServer.with(connections: 2, url: url, isBehindTransactionPooler: true) {
                server async throws in
                for _ in 0..<5 {
                    let error = await #expect(throws: PostgresError.self) {
                        try await server.query("SELECT pg_sleep(60)", timeout: .milliseconds(20))
                    }
                    #expect(error?.code == .timedOut && error?.outcome == .notDone)
                    #expect(try await server.query("SELECT 1").count == 1)
                }
            }
        }
    }

    @Test func aMigrationThroughItIsRefused() async throws {
        try await TestServer.with(isBehindTransactionPooler: true) { server async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await Migrator([]).run(server.configuration, offload: server.offload)
            }
            #expect(error?.code == .invalidConfiguration)
        }
    }
}
