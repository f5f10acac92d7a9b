import EventLoop
import Foundation
import Glibc
import Testing

@testable import Postgres

/// A PgBouncer of its own in front of the test's server, in transaction mode, with two sessions for everyone.
private final class PgBouncer {
    let url: String
    private let process: Process
    private let folder: URL

    init() throws {
        let program = try #require(
            ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].first { FileManager.default.isExecutableFile(atPath: $0) },
            "PgBouncer is missing: scripts/test installs it (apt-get install pgbouncer)"
        )
        let server = try #require(URLComponents(string: try TestServer.url()))
        let port = try Self.freePort()
        folder = FileManager.default.temporaryDirectory.appending(path: "grimoire-pgbouncer-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let settings = folder.appending(path: "pgbouncer.ini")
        try """
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
        """.write(to: settings, atomically: true, encoding: .utf8)
        process = Process()
        process.executableURL = URL(filePath: program)
        // It refuses to be root, and becomes a user that Debian's package needs anyway.
        process.arguments = (geteuid() == 0 ? ["-u", "postgres"] : []) + [settings.path]
        if geteuid() == 0 { Self.give(settings.path, folder.path, to: "postgres") }
        let log = Pipe()
        process.standardError = log
        process.standardOutput = log
        url = "postgresql://anyone@127.0.0.1:\(port)/pooled"
        try process.run()
        // It says when it listens; reading its log waits for just that.
        var said = ""
        while !said.contains("process up") {
            let data = log.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            said += String(decoding: data, as: UTF8.self)
        }
        try #require(said.contains("process up"), "PgBouncer did not start: \(said)")
        log.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    static func with(_ body: (PgBouncer) async throws -> Void) async throws {
        let bouncer = try PgBouncer()
        defer { bouncer.stop() }
        try await body(bouncer)
    }

    private static func give(_ paths: String..., to user: String) {
        guard let entry = getpwnam(user) else { return }
        for path in paths { chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid) }
    }

    private static func freePort() throws -> UInt16 {
        let listener = try LocalListener()
        defer { listener.close() }
        return listener.port
    }
}

/// Behind a pooler that gives each transaction any of its sessions.
@Suite(.timeLimit(.minutes(2)), .serialized) struct PgBouncerTests {
    @Test func statementsWithoutNamesWorkOnWhicheverSession() async throws {
        try await PgBouncer.with { bouncer async throws in
            let url = bouncer.url
            try await TestServer.with(connections: 6, url: url, isBehindTransactionPooler: true) { server async throws in
                let backends = try await withThrowingTaskGroup(of: Int32.self) { group in
                    for number in 0..<200 {
                        group.addTask {
                            let results = try await server.pool.pipeline([
                                PostgresStatement("SELECT set_config('grimoire.test', $1, true)", [.text("\(number)")]),
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
                #expect(try await server.value("SELECT coalesce(current_setting('grimoire.test', true), '') AS v") == "")
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
            try await TestServer.with(connections: 4, url: url, isBehindTransactionPooler: true) { server async throws in
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
            try await TestServer.with(connections: 2, url: url, isBehindTransactionPooler: true) { server async throws in
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
