import EventLoop
import Foundation
import Testing

@testable import Postgres

/// A loop, offload threads and a pool over the server that scripts/test started.
struct TestServer {
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
        isBehindTransactionPooler: Bool = false,
        configure: (inout PostgresPool.Limits) -> Void = { _ in },
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let loop = try EventLoop()
        try loop.start()
        let offload = OffloadExecutor(width: 2)
        var configuration = try PostgresConfiguration(url: try url ?? Self.url())
        configuration.isBehindTransactionPooler = isBehindTransactionPooler
        // What a statement that is stopped leaves behind, not how soon, is what tests are about: on a machine that is busy
        // a request to stop can take more than the usual second, and the connection would be given up.
        configuration.cancelGrace = .seconds(20)
        var limits = PostgresPool.Limits()
        limits.connections = connections
        limits.waitTimeout = .seconds(30)
        configure(&limits)
        let pool = PostgresPool(configuration: configuration, loop: loop, offload: offload, limits: limits)
        var failure: (any Error)?
        do {
            try await body(
                TestServer(loop: loop, offload: offload, configuration: configuration, pool: pool)
            )
        } catch {
            failure = error
        }
        await pool.shutdown()
        await offload.shutdown()
        await loop.shutdown()
        if let failure { throw failure }
    }

    func query(
        _ sql: String,
        _ parameters: [PostgresParameter] = [],
        timeout: Duration = .seconds(30)
    ) async throws -> PostgresResult {
        try await pool.query(PostgresStatement(sql, parameters), timeout: timeout)
    }

    /// The one value of a statement with one row and a column `v`.
    func value<Value: PostgresDecodable>(
        _ sql: String,
        _ parameters: [PostgresParameter] = [],
        as type: Value.Type = Value.self
    ) async throws -> Value {
        try #require(try await query(sql, parameters).first).decode("v")
    }

    func backend() async throws -> Int32 { try await value("SELECT pg_backend_pid() AS v") }

    /// Asks again and again until the value is the expected one; the test's time limit ends it.
    func waitUntil(_ sql: String, is expected: Int64) async throws {
        while try await value(sql, as: Int64.self) != expected { try Task.checkCancellation() }
    }

    /// A table of its own for a test, gone afterwards.
    func withTable(_ columns: String, _ body: (String) async throws -> Void) async throws {
        let name = "t_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        _ = try await query("CREATE TABLE \(name) (\(columns))")
        var failure: (any Error)?
        do { try await body(name) } catch { failure = error }
        _ = try await query("DROP TABLE \(name)")
        if let failure { throw failure }
    }
}

/// What a test throws on purpose.
struct Deliberate: Error {}
