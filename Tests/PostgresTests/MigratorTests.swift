import EventLoop
import Foundation
import Testing

@testable import Postgres

@Suite struct MigratorTests {
    private func withDatabase(_ body: (PostgresConfiguration, OffloadExecutor, String) async throws -> Void)
        async throws
    {
        let name = "test_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        var parts = try #require(URLComponents(string: try TestServer.url()))
        try await TestServer.with { server async throws in
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
            try await TestServer.with(url: url) { server async throws in
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
            try await TestServer.with(url: url) { server async throws in
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
