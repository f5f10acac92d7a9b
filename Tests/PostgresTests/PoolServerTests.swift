import EventLoop
import Foundation
import Testing

@testable import Postgres

/// The pool over a real server.
@Suite(.timeLimit(.minutes(2))) struct PoolServerTests {
    @Test func twoHundredTasksShareAFewConnectionsAndAllAreServed() async throws {
        try await TestServer.with(connections: 3) { server async throws in
            let backends = try await withThrowingTaskGroup(of: [Int32].self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        var seen: [Int32] = []
                        for _ in 0..<5 { seen.append(try await server.backend()) }
                        return seen
                    }
                }
                return try await group.reduce([], +)
            }
            #expect(backends.count == 1_000)
            #expect(Set(backends).count <= 3)
        }
    }

    @Test func whenTheLineIsFullTheNextFailsAtOnce() async throws {
        try await TestServer.with(connections: 1, configure: { $0.waiters = 2 }) { server async throws in
            let inLine = try await server.pool.withConnection { _ in
                let inLine = (0..<2).map { _ in Task { try await server.query("SELECT 1").count } }
                while await server.pool.statistics.waiting < 2 { try Task.checkCancellation() }
                let error = await #expect(throws: PostgresError.self) { try await server.query("SELECT 1") }
                #expect(error?.code == .poolExhausted && error?.isRetriable == true)
                return inLine
            }
            for task in inLine { #expect(try await task.value == 1) }
        }
    }

    @Test func whoWaitsForTooLongFails() async throws {
        try await TestServer.with(
            connections: 1,
            configure: {
                $0.waitTimeout = .milliseconds(10)
                $0.minimumConnections = 1
            }
        ) { server async throws in
            await server.pool.start()
            while await server.pool.statistics.idle < 1 { try Task.checkCancellation() }
            try await server.pool.withConnection { _ in
                let error = await #expect(throws: PostgresError.self) { try await server.query("SELECT 1") }
                #expect(error?.code == .poolExhausted)
            }
        }
    }

    @Test func aSessionThatAnOperatorEndsIsReplacedUnnoticedWhenIdle() async throws {
        try await TestServer.with(connections: 2) { server async throws in
            let victim = try await server.backend()
            try await TestServer.with(connections: 1) { operators async throws in
                let kill = "SELECT pg_terminate_backend($1, 5000) AS v"
                #expect(try await operators.value(kill, [.int4(victim)]) == true)
            }
            #expect(try await server.backend() != victim)
        }
    }

    @Test func aSessionThatAnOperatorEndsInAStatementIsAnErrorThatMayBeRetried() async throws {
        try await TestServer.with(connections: 2) { server async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await server.query("SELECT pg_terminate_backend(pg_backend_pid())")
            }
            #expect(error?.sqlState == "57P01")
            #expect(error?.isConnectionDead == true)
            #expect(error?.outcome == .notDone && error?.isRetriable == true)
            #expect(try await server.query("SELECT 1").count == 1)
        }
    }

    @Test func aSessionThatEndsAtACommitMayHaveCommitted() async throws {
        try await TestServer.with(connections: 2) { server async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await server.query("DO $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); END $$")
            }
            #expect(error?.isConnectionDead == true)
            #expect(error?.outcome == .unknown && error?.isRetriable == false)
        }
    }

    @Test func theMinimumIsThereAfterTheStartAndTheRestGoesWhenIdle() async throws {
        try await TestServer.with(
            connections: 3,
            configure: {
                $0.minimumConnections = 1
                $0.idleTimeout = .milliseconds(20)
            }
        ) { server async throws in
            await server.pool.start()
            while await server.pool.statistics.idle < 1 { try Task.checkCancellation() }
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { _ = try? await server.query("SELECT pg_sleep(0.01)") } }
            }
            while await server.pool.statistics != .init(idle: 1, lent: 0, connecting: 0, waiting: 0) {
                try Task.checkCancellation()
            }
        }
    }

    @Test func aConnectionIsReplacedWhenItsLifeIsOver() async throws {
        let configure: (inout PostgresPool.Limits) -> Void = { $0.maximumLifetime = .milliseconds(20) }
        try await TestServer.with(connections: 1, configure: configure) { server async throws in
            let first = try await server.backend()
            while try await server.backend() == first { try Task.checkCancellation() }
        }
    }

    @Test func theEndWaitsForWhatIsLent() async throws {
        try await TestServer.with(connections: 2) { server async throws in
            let (started, begin) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                try await server.pool.withConnection { connection in
                    begin.finish()
                    return try await connection.query(PostgresStatement("SELECT pg_sleep(0.05)")).count
                }
            }
            for await _ in started {}
            await server.pool.shutdown()
            #expect(await server.pool.statistics.lent == 0)
            #expect(try await task.value == 1, "it was waited for")
            let error = await #expect(throws: PostgresError.self) { try await server.query("SELECT 1") }
            #expect(error?.code == .closed)
        }
    }

    @Test func theEndDoesNotWaitForever() async throws {
        try await TestServer.with(connections: 2) { server async throws in
            let (started, begin) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                try await server.pool.withConnection { connection in
                    begin.finish()
                    return try await connection.query(PostgresStatement("SELECT pg_sleep(60)")).count
                }
            }
            for await _ in started {}
            await server.pool.shutdown(within: .milliseconds(50))
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .connectionLost || error?.code == .closed)
        }
    }
}
