import EventLoop
import Foundation
import Testing

@testable import Postgres

/// A loop, offload threads and a pool over the server that scripts/test started.
private struct Server {
    let loop: EventLoop
    let offload: OffloadExecutor
    let configuration: PostgresConfiguration
    let pool: PostgresPool

    static func url() throws -> String {
        try #require(
            ProcessInfo.processInfo.environment["GRIMOIRE_TEST_DATABASE_URL"],
            "GRIMOIRE_TEST_DATABASE_URL is not set: scripts/test starts a PostgreSQL and sets it"
        )
    }

    static func with(
        connections: Int = 4,
        url: String? = nil,
        _ body: (Server) async throws -> Void
    ) async throws {
        let loop = try EventLoop()
        try loop.start()
        let offload = OffloadExecutor(width: 2)
        let configuration = try PostgresConfiguration(url: try url ?? Self.url())
        var limits = PostgresPool.Limits()
        limits.connections = connections
        limits.waitTimeout = .seconds(30)
        let pool = PostgresPool(configuration: configuration, loop: loop, offload: offload, limits: limits)
        var failure: (any Error)?
        do {
            try await body(Server(loop: loop, offload: offload, configuration: configuration, pool: pool))
        } catch {
            failure = error
        }
        await pool.shutdown()
        await offload.shutdown()
        await loop.shutdown()
        if let failure { throw failure }
    }

    func query(_ sql: String, _ parameters: [PostgresParameter] = []) async throws -> PostgresResult {
        try await pool.pipeline([PostgresStatement(sql, parameters)])[0]
    }
}

@Suite struct ServerTests {
    @Test func everyTypeGoesInAndComesOutTheSame() async throws {
        try await Server.with { server async throws in
            let uuid = try #require(PostgresUUID(bytes: Array(0..<16)))
            let time = PostgresTimestamp(microsecondsSince1970: 1_700_000_000_123_456)
            let long = String(repeating: "grün € ", count: 200_000)
            let row = try #require(
                try await server.query(
                    "SELECT $1 AS a, $2 AS b, $3 AS c, $4 AS d, $5 AS e, $6 AS f, $7 AS g, $8 AS h, $9 AS n",
                    [
                        .uuid(uuid), .text(long), .jsonb(#"{"k": "v€"}"#), .int4(.min), .int8(.max),
                        .bool(true),
                        .bytea([0, 255]), .timestamp(time), .text(nil),
                    ]
                ).first
            )
            #expect(try row.decode("a") == uuid)
            #expect(try row.decode("b") == long)
            #expect(try row.decode("c", as: String.self) == #"{"k": "v€"}"#)
            #expect(try row.decode("d") == Int32.min)
            #expect(try row.decode("e") == Int64.max)
            #expect(try row.decode("f") == true)
            #expect(try row.decode("g") == [UInt8]([0, 255]))
            #expect(try row.decode("h") == time)
            #expect(try row.decodeOptional("n", as: String.self) == nil)
            #expect(throws: PostgresError.self) { try row.decode("n", as: String.self) }
            #expect(throws: PostgresError.self) { try row.decode("a", as: String.self) }
            #expect(throws: PostgresError.self) { try row.decode("zz", as: String.self) }
        }
    }

    @Test func aPipelineIsOneTransactionAndSaysWhichStatementFailed() async throws {
        try await Server.with(connections: 1) { server async throws in
            _ = try await server.query("CREATE TEMPORARY TABLE t (a integer PRIMARY KEY)")
            let insert = "INSERT INTO t VALUES ($1)"
            let error = await #expect(throws: PostgresError.self) {
                try await server.pool.pipeline([
                    PostgresStatement(insert, [.int4(1)]), PostgresStatement(insert, [.int4(1)]),
                    PostgresStatement(insert, [.int4(2)]),
                ])
            }
            #expect(error?.sqlState == "23505")
            #expect(error?.statementIndex == 1)
            #expect(error?.constraint == "t_pkey")
            #expect(error?.isConnectionDead == false)
            #expect(try await server.query("SELECT 1 FROM t").count == 0)
            let three = (1...3).map { PostgresStatement(insert, [.int4($0)]) }
            #expect(try await server.pool.pipeline(three).map(\.affectedRows) == [1, 1, 1])
            #expect(try await server.query("SELECT a FROM t").count == 3)
        }
    }

    @Test func aStatementThatCannotBePreparedLeavesTheConnectionUsable() async throws {
        try await Server.with(connections: 1) { server async throws in
            for _ in 0..<2 {
                let error = await #expect(throws: PostgresError.self) { try await server.query("SELEKT 1") }
                #expect(error?.sqlState == "42601")
            }
            #expect(try await server.query("SELECT 1").count == 1)
        }
    }

    @Test func aThousandCallersShareFourConnections() async throws {
        try await Server.with { server async throws in
            let sum = try await withThrowingTaskGroup(of: Int32.self) { group in
                for number in 0..<1_000 {
                    group.addTask {
                        let result = try await server.query("SELECT $1 + 0 AS n", [.int4(Int32(number))])
                        return try #require(result.first).decode("n")
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 999 * 1_000 / 2)
        }
    }

    @Test func aConnectionThatComesBackWithinATransactionIsNotLentAgain() async throws {
        try await Server.with(connections: 1) { server async throws in
            let first = try await server.pool.withConnection { connection in
                try await connection.pipeline([
                    PostgresStatement("BEGIN"), PostgresStatement("SELECT pg_backend_pid() AS pid"),
                ])
            }
            let second = try await server.query("SELECT pg_backend_pid() AS pid")
            let pids = try [first[1], second].map { try #require($0.first).decode("pid", as: Int32.self) }
            #expect(pids[0] != pids[1])
        }
    }

    @Test func aKilledSessionIsAnErrorOnceAndThenReplaced() async throws {
        try await Server.with(connections: 2) { server async throws in
            let kill = "SELECT pg_terminate_backend(pg_backend_pid())"
            let error = await #expect(throws: PostgresError.self) { try await server.query(kill) }
            #expect(error?.isConnectionDead == true)
            #expect(try await server.query("SELECT 1").count == 1)
        }
    }

    @Test func aSlowAnswerTimesOutAndTheNextCallerIsServed() async throws {
        try await Server.with(connections: 1) { server async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await server.pool.pipeline(
                    [PostgresStatement("SELECT pg_sleep(20)")],
                    timeout: .milliseconds(20)
                )
            }
            #expect(error?.code == .timedOut)
            #expect(try await server.query("SELECT 1").count == 1)
        }
    }

    @Test func aCancelledCallerInLineLeavesItAndTheLineGoesOn() async throws {
        try await Server.with(connections: 1) { server async throws in
            try await server.pool.withConnection { _ in
                let waiting = Task { try await server.query("SELECT 1") }
                let alsoWaiting = Task { try await server.query("SELECT 2") }
                waiting.cancel()
                let error = await #expect(throws: PostgresError.self) { try await waiting.value }
                #expect(error?.code == .cancelled)
                alsoWaiting.cancel()
                _ = try? await alsoWaiting.value
            }
            #expect(try await server.query("SELECT 1").count == 1)
        }
    }

    @Test func aServerThatIsNotThereFailsFast() async throws {
        try await Server.with(url: "postgresql://nobody@127.0.0.1:1/none") { server async throws in
            for _ in 0..<50 {
                let error = await #expect(throws: PostgresError.self) { try await server.query("SELECT 1") }
                #expect(error?.code == .connectionFailed)
                #expect(error?.isRetriable == true)
            }
        }
    }

    @Test func everythingRunsOnTheLoop() async throws {
        try await Server.with { server async throws in
            let connection = try await PostgresConnection.connect(
                server.configuration,
                on: server.loop,
                offload: server.offload
            )
            func probe(_ connection: isolated PostgresConnection) async throws -> Bool {
                _ = try await connection.query(PostgresStatement("SELECT 1"))
                return connection.loop.isCurrent
            }
            #expect(try await probe(connection))
            await connection.close()
        }
    }
}

@Suite struct MigratorTests {
    private func withDatabase(_ body: (PostgresConfiguration, OffloadExecutor, String) async throws -> Void)
        async throws
    {
        let name = "test_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        var parts = try #require(URLComponents(string: try Server.url()))
        try await Server.with { server async throws in
            _ = try await server.query("CREATE DATABASE \(name)")
            parts.path = "/" + name
            let url = try #require(parts.string)
            var failure: (any Error)?
            do {
                try await body(try PostgresConfiguration(url: url), server.offload, url)
            } catch {
                failure = error
            }
            _ = try await server.query("DROP DATABASE \(name) WITH (FORCE)")
            if let failure { throw failure }
        }
    }

    private let first = Migration(
        number: 1,
        name: "first",
        sql: "CREATE TABLE a (x integer); INSERT INTO a VALUES (1)"
    )
    private let second = Migration(number: 2, name: "second", sql: "INSERT INTO a VALUES (2)")

    @Test func eachMigrationIsAppliedOnceInOrder() async throws {
        try await withDatabase { configuration, offload, url async throws in
            #expect(try await Migrator([first]).run(configuration, offload: offload) == [1])
            #expect(try await Migrator([first, second]).run(configuration, offload: offload) == [2])
            #expect(try await Migrator([first, second]).run(configuration, offload: offload) == [])
            try await Server.with(url: url) { server async throws in
                #expect(try await server.query("SELECT x FROM a").count == 2)
            }
        }
    }

    @Test func migratorsAtTheSameTimeTakeTurns() async throws {
        try await withDatabase { configuration, offload, _ async throws in
            let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await Migrator([first, second]).run(configuration, offload: offload)
                    }
                }
                return try await group.reduce([], +)
            }
            #expect(applied == [1, 2])
        }
    }

    @Test func aMigrationThatFailsLeavesNothing() async throws {
        try await withDatabase { configuration, offload, url async throws in
            let broken = Migration(
                number: 2,
                name: "broken",
                sql: "CREATE TABLE b (x integer); SELECT nonsense"
            )
            let error = await #expect(throws: PostgresError.self) {
                try await Migrator([first, broken]).run(configuration, offload: offload)
            }
            #expect(error?.message.contains("migration 2 (broken)") == true)
            try await Server.with(url: url) { server async throws in
                #expect(try await server.query("SELECT to_regclass('b') AS t").first?.isNull("t") == true)
            }
            #expect(try await Migrator([first, second]).run(configuration, offload: offload) == [2])
        }
    }

    @Test func aChangedOrUnknownMigrationStopsTheStart() async throws {
        try await withDatabase { configuration, offload, _ async throws in
            _ = try await Migrator([first, second]).run(configuration, offload: offload)
            let changed = Migration(number: 2, name: "second", sql: "INSERT INTO a VALUES (3)")
            await #expect(throws: PostgresError.self) {
                try await Migrator([first, changed]).run(configuration, offload: offload)
            }
            await #expect(throws: PostgresError.self) {
                try await Migrator([first]).run(configuration, offload: offload)
            }
        }
    }
}

extension PostgresRow {
    /// Whether a column is NULL, of whatever type.
    fileprivate func isNull(_ column: String) -> Bool {
        (try? decodeOptional(column, as: String.self)) == .some(nil)
    }
}
