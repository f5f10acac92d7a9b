import EventLoop
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Postgres

/// A PostgreSQL of its own, which a test may crash and start again.
private final class PrivatePostgres {
    let url: String
    private let folder: URL
    private let programs: String
    private let port: UInt16
    private var process: ServerProcess?

    init() throws {
        let root = "/usr/lib/postgresql"
        let versions = try FileManager.default.contentsOfDirectory(atPath: root).sorted {
            $0.compare($1, options: .numeric) == .orderedAscending
        }
        programs = "\(root)/\(try #require(versions.last))/bin"
        folder = try ServerProcess.makeFolder("postgres")
        let listener = try LocalListener()
        port = listener.port
        listener.close()
        url = "postgresql://tester@127.0.0.1:\(port)/postgres"
        let arguments = ["--pgdata", "data", "--username", "tester", "--auth", "trust", "--no-sync"]
        try ServerProcess.run("\(programs)/initdb", arguments, in: folder)
    }

    func start() throws {
        let settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "logging_collector=off"]
        process = try ServerProcess(
            "\(programs)/postgres",
            ["-D", "data", "-p", "\(port)"] + settings.flatMap { ["-c", $0] },
            in: folder,
            listensWhenItSays: "ready to accept connections"
        )
    }

    /// As a power failure would: no goodbye to anyone.
    func crash() { process?.end(SIGKILL) }

    func remove() {
        process?.end(SIGQUIT)
        try? FileManager.default.removeItem(at: folder)
    }
}

@Suite(.timeLimit(.minutes(3))) struct LostServerTests {
    /// Callers keep calling while the server crashes and comes back: each gets an answer or a typed error in time, what was
    /// acknowledged is there, and the pool recovers by itself.
    @Test func aServerThatCrashesAndComesBackLosesNothingAcknowledged() async throws {
        let postgres = try PrivatePostgres()
        defer { postgres.remove() }
        try postgres.start()
        try await TestServer.with(connections: 4, url: postgres.url) { server async throws in
            _ = try await server.query("CREATE TABLE t (a integer PRIMARY KEY)")
            let acknowledged = try await withThrowingTaskGroup(of: Set<Int32>.self) { group in
                for writer: Int32 in 0..<8 {
                    group.addTask { try await Self.write(server, from: writer * 1_000_000) }
                }
                for _ in 0..<2 {
                    try await server.waitUntilWriting()
                    postgres.crash()
                    let error = await #expect(throws: PostgresError.self) {
                        while true { _ = try await server.query("SELECT 1", timeout: .seconds(5)) }
                    }
                    #expect(error?.isConnectionDead == true)
                    try postgres.start()
                }
                try await server.waitUntilWriting()
                group.cancelAll()
                return try await group.reduce(into: Set<Int32>()) { $0.formUnion($1) }
            }
            let rows = try await server.query("SELECT a FROM t").rows.map {
                try $0.decode("a", as: Int32.self)
            }
            #expect(acknowledged.subtracting(rows).isEmpty)
            #expect(acknowledged.count > 100)
        }
    }

    private static func write(_ server: TestServer, from first: Int32) async throws -> Set<Int32> {
        var acknowledged = Set<Int32>()
        var number = first
        while !Task.isCancelled {
            number += 1
            do {
                _ = try await server.query(
                    "INSERT INTO t VALUES ($1)",
                    [.int4(number)],
                    timeout: .seconds(10)
                )
                acknowledged.insert(number)
            } catch let error as PostgresError {
                let isExpected = error.isConnectionDead || error.code == .cancelled || error.code == .closed
                #expect(isExpected, "\(error)")
            }
        }
        return acknowledged
    }
}

extension TestServer {
    /// Returns when the table has grown, the server being away for a while or not; the test's time limit ends it.
    fileprivate func waitUntilWriting() async throws {
        var before: Int64?
        while true {
            try Task.checkCancellation()
            guard let count: Int64 = try? await value("SELECT count(*) AS v FROM t") else { continue }
            if let before, count > before + 50 { return }
            before = before ?? count
        }
    }
}
