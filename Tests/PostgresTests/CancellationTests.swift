import EventLoop
import Testing

@testable import Postgres

/// Deadlines and cancelled tasks, in the midst of a statement.
@Suite(.timeLimit(.minutes(2))) struct CancellationTests {
    @Test func aStatementThatOutlivesItsDeadlineIsStoppedAndTheConnectionUsedAgain() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            let backend = try await server.backend()
            let error = await #expect(throws: PostgresError.self) {
                try await server.query("SELECT pg_sleep(60)", timeout: .milliseconds(200))
            }
            #expect(error?.code == .timedOut)
            #expect(error?.sqlState == .queryCanceled)
            #expect(error?.outcome == .notDone)
            #expect(error?.isConnectionDead == false)
            #expect(error?.isRetriable == false)
            #expect(try await server.backend() == backend)
        }
    }

    @Test func aDeadlineStopsAPipelineWhole() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            try await server.withTable("a integer") { table async throws in
                let insert = PostgresStatement("INSERT INTO \(table) VALUES (1)")
                let error = await #expect(throws: PostgresError.self) {
                    try await server.pool.pipeline(
                        [insert, PostgresStatement("SELECT pg_sleep(60)"), insert],
                        timeout: .milliseconds(200)
                    )
                }
                #expect(error?.code == .timedOut && error?.statementIndex == 1)
                #expect(try await server.value("SELECT count(*) AS v FROM \(table)") == Int64(0))
            }
        }
    }

    @Test func aCancelledTaskStopsItsStatement() async throws {
        try await TestServer.with(connections: 2) { server async throws in
            let error = try await server.pool.withConnection { holder in
                let key = PostgresParameter.int8(Int64.random(in: 1 ... .max) | 1 << 62)
                let lock = PostgresStatement("SELECT pg_advisory_lock($1)", [key])
                _ = try await holder.query(lock)
                let task = Task { () throws(PostgresError) in
                    try await server.pool.query(PostgresStatement("SELECT pg_advisory_lock($1)", [key]))
                }
                // The holder's own session looks whether the other one waits.
                let look = PostgresStatement(
                    "SELECT count(*) AS v FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                        + " AND (classid::bigint << 32 | objid::bigint) = $1",
                    [key]
                )
                while try await holder.query(look).first?.decode("v", as: Int64.self) == 0 {}
                task.cancel()
                let result = await task.result
                _ = try await holder.query(PostgresStatement("SELECT pg_advisory_unlock($1)", [key]))
                guard case .failure(let error) = result else { throw Deliberate() }
                return error
            }
            let failure = try #require(error as? PostgresError)
            #expect(failure.code == .cancelled)
            #expect(failure.outcome == .notDone)
            #expect(!failure.isConnectionDead)
            let statistics = await server.pool.statistics
            #expect(statistics.idle == 2, "both connections are there")
        }
    }

    @Test func aTaskCancelledBeforeSendsNothing() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            let task = Task { () throws(PostgresError) in
                while !Task.isCancelled { await Task.yield() }
                return try await server.pool.query(PostgresStatement("SELECT 1"))
            }
            task.cancel()
            let result = await task.result
            guard case .failure(let error as PostgresError) = result else { throw Deliberate() }
            #expect(error.code == .cancelled && error.outcome == .notDone)
            let statistics = await server.pool.statistics
            #expect(statistics == .init(idle: 0, lent: 0, connecting: 0, waiting: 0))
        }
    }

    /// A cancel request is a signal without an address: one that comes late must not meet the next statement.
    @Test func aLateRequestNeverStopsTheNextStatement() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            var (stopped, answered) = (0, 0)
            for number in 0..<150 {
                do {
                    _ = try await server.query(
                        "SELECT pg_sleep(0.003)",
                        timeout: .microseconds(1_000 + number * 25)
                    )
                    answered += 1
                } catch let error as PostgresError {
                    #expect(error.code == .timedOut)
                    stopped += 1
                }
                #expect(try await server.query("SELECT 1").count == 1)
            }
            #expect(stopped > 0 && stopped + answered == 150)
        }
    }

    @Test func tasksCancelledAtAnyMomentLeaveThePoolWhole() async throws {
        try await TestServer.with(connections: 3) { server async throws in
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let task = Task { try await server.query("SELECT pg_sleep(0.002)") }
                        for _ in 0..<number % 50 { await Task.yield() }
                        task.cancel()
                        _ = await task.result
                    }
                }
            }
            for _ in 0..<10 { #expect(try await server.query("SELECT 1").count == 1) }
            let statistics = await server.pool.statistics
            #expect(statistics.lent == 0 && statistics.waiting == 0)
        }
    }

    @Test func theTimeInLineCounts() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            try await server.pool.withConnection { _ in
                let error = await #expect(throws: PostgresError.self) {
                    try await server.query("SELECT 1", timeout: .milliseconds(10))
                }
                #expect(error?.code == .timedOut && error?.outcome == .notDone)
            }
            #expect(try await server.query("SELECT 1").count == 1)
        }
    }

    @Test func theServersOwnTimeLimitIsAServerError() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await server.pool.pipeline([
                    PostgresStatement("SELECT set_config('statement_timeout', '20', true)"),
                    PostgresStatement("SELECT pg_sleep(60)"),
                ])
            }
            #expect(error?.code == .server && error?.sqlState == .queryCanceled)
        }
    }
}
