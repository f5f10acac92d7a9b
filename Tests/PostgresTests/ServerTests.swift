import EventLoop
import Foundation
import Testing

@testable import Postgres

@Suite struct ServerTests {
    @Test func everyTypeGoesInAndComesOutTheSame() async throws {
        try await TestServer.with { server async throws in
            let uuid = try #require(PostgresUUID(bytes: Array(0..<16)))
            let time = PostgresTimestamp(microsecondsSince1970: 1_700_000_000_123_456)
            let long = String(repeating: "grün € ", count: 200_000)
            let row = try #require(
                try await server.query(
                    """
                    SELECT $1 AS a, $2 AS b, $3 AS c, $4 AS d, $5 AS e, $6 AS f, $7 AS g, $8 AS h, $9 AS n, $10 AS x,
                           $11 AS ta, $12 AS ua, $13 AS ia, $14 AS la, ARRAY['x', NULL] AS na
                    """,
                    [
                        .uuid(uuid), .text(long), .jsonb(#"{"k": "v€"}"#), .int4(.min), .int8(.max),
                        .bool(true), .bytea([0, 255]), .timestamp(time), .text(nil), .float8(.infinity),
                        .textArray(["", "é"]), .uuidArray([uuid, uuid]), .int4Array([]),
                        .int8Array([1, .min]),
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
            #expect(try row.decode("x") == Double.infinity)
            #expect(try row.decode("ta") == ["", "é"])
            #expect(try row.decode("ua") == [uuid, uuid])
            #expect(try row.decode("ia") == [Int32]())
            #expect(try row.decode("la") == [1, Int64.min])
            #expect(try row.decode("na") == ["x", String?.none])
            for (column, error) in [("n", "is NULL"), ("a", "is no String"), ("zz", "has no column")] {
                let failure = #expect(throws: PostgresError.self) { try row.decode(column, as: String.self) }
                #expect(failure?.code == .decoding && failure?.outcome == .done)
                #expect(failure?.message.contains(error) == true)
            }
        }
    }

    @Test func anArrayIsOneParameterOfAnyNumberOfValues() async throws {
        try await TestServer.with { server async throws in
            let sql = "SELECT count(*) AS v FROM generate_series(1, 100) AS g (n) WHERE n = ANY($1)"
            for count: Int32 in [0, 1, 70] {
                let ids = PostgresParameter.int4Array(Array(0..<count).map { $0 + 1 })
                #expect(try await server.value(sql, [ids]) == Int64(count))
            }
            let name = "SELECT count(*) AS v FROM unnest($1) AS u (n) WHERE n = ANY($2)"
            let texts: [PostgresParameter] = [.textArray(["a", "b"]), .textArray(["b", "c"])]
            #expect(try await server.value(name, texts) == Int64(1))
        }
    }

    @Test func whatTheServerReportsIsInTheError() async throws {
        try await TestServer.with { server async throws in
            try await server.withTable("a integer PRIMARY KEY CHECK (a > 0)") { table async throws in
                let error = await #expect(throws: PostgresError.self) {
                    try await server.query("INSERT INTO \(table) VALUES ($1)", [.int4(-1)])
                }
                #expect(error?.sqlState == .checkViolation)
                #expect(error?.report?.table == table)
                #expect(error?.report?.schema == "public")
                #expect(error?.constraint == "\(table)_a_check")
                #expect(error?.detail?.contains("-1") == true)
                #expect(error?.outcome == .notDone)
                let other = await #expect(throws: PostgresError.self) {
                    try await server.query("SELECT 1 FORM x")
                }
                #expect(other?.report?.position == 15)
            }
        }
    }

    @Test func aCallThatCannotBeSentLeavesTheConnectionUsable() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            let backend = try await server.backend()
            let cut = await #expect(throws: PostgresError.self) { try await server.query("SELECT 1\0 + 1") }
            #expect(cut?.code == .misuse && cut?.statementIndex == 0)
            let many = [PostgresParameter](repeating: .int4(1), count: 65_536)
            let tooMany = await #expect(throws: PostgresError.self) {
                try await server.query("SELECT 1", many)
            }
            #expect(tooMany?.code == .misuse)
            let nul = await #expect(throws: PostgresError.self) {
                try await server.query("SELECT $1 AS v", [.text("a\0b")])
            }
            #expect(nul?.sqlState == "22021")
            #expect(try await server.query("").count == 0)
            #expect(try await server.backend() == backend)
            let copy = await #expect(throws: PostgresError.self) {
                try await server.query("COPY pg_class TO STDOUT")
            }
            #expect(copy?.isConnectionDead == true)
            #expect(try await server.query("SELECT 1").count == 1)
        }
    }

    @Test func twoPipelinesAtOnceOnOneConnectionAreRefused() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            try await server.pool.withConnection { connection in
                async let first = connection.query(PostgresStatement("SELECT 1"))
                async let second = connection.query(PostgresStatement("SELECT 1"))
                var refusals: [PostgresError?] = []
                do { _ = try await first } catch { refusals.append(error as? PostgresError) }
                do { _ = try await second } catch { refusals.append(error as? PostgresError) }
                #expect(refusals.map(\.?.code) == [.misuse])
            }
        }
    }

    @Test func aPlanThatAMigrationOutdatedIsMadeAnew() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            try await server.withTable("a integer") { table async throws in
                let select = "SELECT * FROM \(table)"
                #expect(try await server.query(select).columns == ["a"])
                _ = try await server.query("ALTER TABLE \(table) ADD b text")
                #expect(try await server.query(select).columns == ["a", "b"])
                _ = try await server.query("DEALLOCATE ALL")
                #expect(try await server.query(select).columns == ["a", "b"])
            }
        }
    }

    @Test func aThousandDifferentStatementsFillNoMemoryOfTheServers() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            for number in 0..<1_000 { _ = try await server.query("SELECT \(number)") }
            let count: Int64 = try await server.value("SELECT count(*) AS v FROM pg_prepared_statements")
            #expect(count == Int64(PostgresConnection.preparedLimit))
        }
    }

    @Test func aPipelineIsOneTransactionAndSaysWhichStatementFailed() async throws {
        try await TestServer.with(connections: 1) { server async throws in
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
        try await TestServer.with(connections: 1) { server async throws in
            for _ in 0..<2 {
                let error = await #expect(throws: PostgresError.self) { try await server.query("SELEKT 1") }
                #expect(error?.sqlState == "42601")
            }
            #expect(try await server.query("SELECT 1").count == 1)
        }
    }

    @Test func aThousandCallersShareFourConnections() async throws {
        try await TestServer.with { server async throws in
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
        try await TestServer.with(connections: 1) { server async throws in
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
        try await TestServer.with(connections: 2) { server async throws in
            let kill = "SELECT pg_terminate_backend(pg_backend_pid())"
            let error = await #expect(throws: PostgresError.self) { try await server.query(kill) }
            #expect(error?.isConnectionDead == true)
            #expect(try await server.query("SELECT 1").count == 1)
        }
    }

    @Test func aCancelledCallerInLineLeavesItAndTheLineGoesOn() async throws {
        try await TestServer.with(connections: 1) { server async throws in
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
        try await TestServer.with(url: "postgresql://nobody@127.0.0.1:1/none") { server async throws in
            for _ in 0..<5 {
                let error = await #expect(throws: PostgresError.self) { try await server.query("SELECT 1") }
                #expect(error?.code == .connectionFailed)
                #expect(error?.isRetriable == true)
            }
        }
    }

    /// After each kind of suspension: an answer, a time-out, a cancelled task, a wait in line.
    @Test func everythingRunsOnTheLoop() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            let connection = try await PostgresConnection.connect(
                server.configuration,
                on: server.loop,
                offload: server.offload
            )
            let sleep = PostgresStatement("SELECT pg_sleep(60)")
            func probe(_ connection: isolated PostgresConnection) async throws -> [Bool] {
                var isOnLoop: [Bool] = []
                _ = try await connection.query(PostgresStatement("SELECT 1"))
                isOnLoop.append(connection.loop.isCurrent)
                _ = try? await connection.query(sleep, timeout: .milliseconds(10))
                isOnLoop.append(connection.loop.isCurrent)
                _ = try await connection.withTransaction { try await $0.query(PostgresStatement("SELECT 1")) }
                isOnLoop.append(connection.loop.isCurrent)
                withUnsafeCurrentTask { $0?.cancel() }
                _ = try? await connection.query(sleep)
                isOnLoop.append(connection.loop.isCurrent)
                return isOnLoop
            }
            let task = Task { try await probe(connection) }
            #expect(try await task.value == [true, true, true, true])
            await connection.close()
            func line(_ pool: isolated PostgresPool) async throws -> Bool {
                _ = try await pool.query(PostgresStatement("SELECT 1"))
                return pool.loop.isCurrent
            }
            #expect(try await line(server.pool))
        }
    }
}
