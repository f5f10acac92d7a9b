import EventLoop
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(2))) struct TransactionTests {
    private func withTable(
        connections: Int = 2,
        _ body: (TestServer, String) async throws -> Void
    ) async throws {
        try await TestServer.with(connections: connections) { server async throws in
            try await server.withTable("a integer UNIQUE DEFERRABLE INITIALLY DEFERRED") {
                table async throws in
                try await body(server, table)
            }
        }
    }

    private func count(_ server: TestServer, _ table: String) async throws -> Int64 {
        try await server.value("SELECT count(*) AS v FROM \(table)")
    }

    private func insert(_ table: String, _ value: Int32) -> PostgresStatement {
        PostgresStatement("INSERT INTO \(table) VALUES ($1)", [.int4(value)])
    }

    @Test func whatTheBodyDidIsCommittedWhenItReturns() async throws {
        try await withTable { server, table async throws in
            let value = try await server.pool.withTransaction { transaction in
                _ = try await transaction.query(insert(table, 1))
                #expect(try await count(server, table) == 0, "others do not see it yet")
                return try await transaction.query(PostgresStatement("SELECT * FROM \(table)")).count
            }
            #expect(value == 1)
            #expect(try await count(server, table) == 1)
        }
    }

    @Test func aThrowRollsBackAndTheConnectionIsUsedAgain() async throws {
        try await withTable(connections: 1) { server, table async throws in
            let backend = try await server.backend()
            await #expect(throws: Deliberate.self) {
                try await server.pool.withTransaction { transaction in
                    _ = try await transaction.query(insert(table, 1))
                    throw Deliberate()
                }
            }
            #expect(try await count(server, table) == 0)
            #expect(try await server.backend() == backend)
        }
    }

    @Test func aRefusedStatementRollsBack() async throws {
        try await withTable(connections: 1) { server, table async throws in
            let backend = try await server.backend()
            let error = await #expect(throws: PostgresError.self) {
                try await server.pool.withTransaction(
                    PostgresTransaction.Options(opening: [PostgresStatement("SELECT 1")])
                ) { transaction in
                    _ = try await transaction.pipeline([insert(table, 1), PostgresStatement("SELECT 1 / 0")])
                }
            }
            #expect(error?.sqlState == "22012")
            #expect(error?.statementIndex == 1, "as the body counts, without BEGIN and what opens it")
            #expect(try await count(server, table) == 0)
            #expect(try await server.backend() == backend)
        }
    }

    @Test func aCancelledTaskNeverCommits() async throws {
        try await withTable(connections: 1) { server, table async throws in
            let backend = try await server.backend()
            let task = Task {
                try await server.pool.withTransaction { transaction in
                    _ = try await transaction.query(insert(table, 1))
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(try await count(server, table) == 0)
            #expect(try await server.backend() == backend)
        }
    }

    @Test func anErrorThatTheBodySwallowsIsToldAtTheCommit() async throws {
        try await withTable(connections: 1) { server, table async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await server.pool.withTransaction { transaction in
                    _ = try await transaction.query(insert(table, 1))
                    _ = try? await transaction.query(PostgresStatement("SELECT 1 / 0"))
                }
            }
            #expect(error?.code == .rolledBack)
            #expect(try await count(server, table) == 0)
        }
    }

    @Test func aReadAndAWriteTakeTwoRoundTripsAndEndWithTheCommit() async throws {
        try await withTable(connections: 1) { server, table async throws in
            try await server.pool.withTransaction { transaction in
                let before = try await transaction.query(PostgresStatement("SELECT * FROM \(table)"))
                let results = try await transaction.commit(with: [insert(table, Int32(before.count))])
                #expect(results.map(\.affectedRows) == [1])
                let late = await #expect(throws: PostgresError.self) {
                    try await transaction.query(PostgresStatement("SELECT 1"))
                }
                #expect(late?.code == .closed)
            }
            #expect(try await count(server, table) == 1)
        }
    }

    @Test func aConstraintThatIsCheckedAtTheCommitFailsIt() async throws {
        try await withTable(connections: 1) { server, table async throws in
            let twice = [insert(table, 1), insert(table, 1)]
            let implicit = await #expect(throws: PostgresError.self) { try await server.pool.pipeline(twice) }
            #expect(implicit?.sqlState == .uniqueViolation && implicit?.statementIndex == nil)
            #expect(implicit?.outcome == .notDone && implicit?.isConnectionDead == false)
            let explicit = await #expect(throws: PostgresError.self) {
                try await server.pool.withTransaction { try await $0.commit(with: twice) }
            }
            #expect(explicit?.sqlState == .uniqueViolation && explicit?.outcome == .notDone)
            #expect(try await count(server, table) == 0)
        }
    }

    @Test func twoThatCannotBothBeFirstAreOneAndOneRetriable() async throws {
        try await withTable(connections: 2) { server, table async throws in
            let options = PostgresTransaction.Options(isolation: .serializable)
            let read = PostgresStatement("SELECT count(*) FROM \(table)")
            let error = await #expect(throws: PostgresError.self) {
                try await server.pool.withTransaction(options) { outer in
                    _ = try await outer.query(read)
                    try await server.pool.withTransaction(options) { inner in
                        _ = try await inner.query(read)
                        _ = try await inner.commit(with: [insert(table, 1)])
                    }
                    _ = try await outer.commit(with: [insert(table, 2)])
                }
            }
            #expect(error?.sqlState == .serializationFailure)
            #expect(error?.isRetriable == true)
            #expect(try await count(server, table) == 1)
        }
    }

    @Test func aReadOnlyOneRefusesWrites() async throws {
        try await withTable { server, table async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await server.pool.withTransaction(PostgresTransaction.Options(isReadOnly: true)) {
                    try await $0.query(insert(table, 1))
                }
            }
            #expect(error?.sqlState == .readOnlyTransaction)
            #expect(try await server.query("SELECT 1").count == 1)
        }
    }

    @Test func itsTimeIsForAllOfIt() async throws {
        try await withTable(connections: 1) { server, table async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await server.pool.withTransaction(timeout: .milliseconds(50)) { transaction in
                    _ = try await transaction.query(insert(table, 1))
                    _ = try await transaction.query(PostgresStatement("SELECT pg_sleep(60)"))
                }
            }
            #expect(error?.code == .timedOut)
            #expect(try await count(server, table) == 0)
        }
    }

    @Test func oneThatSendsNothingCostsNothing() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            #expect(try await server.pool.withTransaction { _ in 1 } == 1)
            #expect(try await server.pool.withTransaction { try await $0.commit().count } == 0)
            #expect(try await server.query("SELECT 1").count == 1)
        }
    }

    @Test func aCommitWithinAPipelineMakesItsOutcomeUnknownWhenALaterStatementFails() async throws {
        try await withTable(connections: 1) { server, table async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await server.pool.pipeline([
                    PostgresStatement("BEGIN"), insert(table, 1), PostgresStatement("COMMIT"),
                    PostgresStatement("SELECT 1 / 0"),
                ])
            }
            #expect(error?.outcome == .unknown && error?.statementIndex == 3)
            #expect(try await count(server, table) == 1)
        }
    }
}
