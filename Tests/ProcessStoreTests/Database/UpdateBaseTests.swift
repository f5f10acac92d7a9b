import EventLoop
import Foundation
import GrimoireAPI
import Postgres
import ServiceKit
import SwiftProtobuf
import Testing

@testable import ProcessStore

/// What a loop keeps of the versions that it has written, and that it never believes it more than the database.
@Suite struct UpdateBaseTests {
    /// On one loop, whose memory it is.
    private static func with(
        cacheBytes: Int = 8 << 20,
        _ body: @Sendable (Fixture) async throws -> Void
    ) async throws {
        try await Fixture.with(cacheBytes: cacheBytes) { fixture in
            try await withTaskExecutorPreference(fixture.loops.loops[0].taskExecutor) {
                try await body(fixture)
            }
        }
    }

    /// From now on the service cannot read what a version says; it can write one.
    private static func hideVersions(_ fixture: Fixture) async throws {
        try await fixture.asOwner("REVOKE SELECT ON process_versions FROM grimoire_app")
    }

    /// Another replica on the same database.
    private static func withReplica(
        of fixture: Fixture,
        _ body: (ProcessStore) async throws -> Void
    ) async throws {
        let replica = ProcessStore(
            configuration: fixture.application,
            loops: fixture.loops,
            offload: fixture.offload,
            workshop: fixture.workshop,
            limits: .init(),
            cacheBytes: 8 << 20,
            keys: fixture.keys
        )
        do {
            try await body(replica)
        } catch {
            await replica.shutdown()
            throw error
        }
        await replica.shutdown()
    }

    private static func update(
        _ process: String,
        code: String,
        on replica: ProcessStore,
        _ fixture: Fixture,
        expecting version: Int32 = 0
    ) async throws -> Int32 {
        let request = Grimoire_V1_UpdateProcessRequest.with {
            $0.processID = process
            $0.spyCode = code
            $0.expectedVersion = version
        }
        return try await fixture.call { _, context in
            try await ProcessManagerService(store: replica).updateProcess(request: request, context: context)
        }.versionNumber
    }

    @Test func anUpdateAfterWhatWasWrittenHereReadsNothing() async throws {
        try await Self.with { fixture in
            let process = try await fixture.create()
            try await Self.hideVersions(fixture)
            for number in 2...5 {
                let answer = try await fixture.update(process, code: "x = \(number)\n", key: "key \(number)")
                #expect(answer.versionNumber == number)
            }
            try await fixture.asOwner("GRANT SELECT ON process_versions TO grimoire_app")
            let chain = try await fixture.verify(process)
            #expect(chain.valid && chain.versionsChecked == 5, "\(chain.findings)")
            #expect(try await fixture.get(process).spyCode == "x = 5\n")
        }
    }

    @Test func withoutMemoryEachUpdateReads() async throws {
        try await Self.with(cacheBytes: 0) { fixture in
            let process = try await fixture.create()
            #expect(try await fixture.update(process, code: "x = 2\n").versionNumber == 2)
            try await Self.hideVersions(fixture)
            await #expect(throws: ServiceError.self) { try await fixture.update(process, code: "x = 3\n") }
        }
    }

    @Test func replicasThatTakeTurnsBuildUponEachOther() async throws {
        try await Self.with { fixture in
            let process = try await fixture.create(code: "total = 1\nlimit = 500\n")
            let facts = try await fixture.get(process).stableMapping
            try await Self.withReplica(of: fixture) { replica in
                for number: Int32 in 2...9 {
                    let code = "total = \(number)\nlimit = 500\n"
                    let made =
                        number % 3 == 0
                        ? try await Self.update(process, code: code, on: replica, fixture)
                        : try await fixture.update(process, code: code).versionNumber
                    #expect(made == number)
                }
            }
            let chain = try await fixture.verify(process)
            #expect(chain.valid && chain.versionsChecked == 9, "\(chain.findings)")
            #expect(try await fixture.get(process).stableMapping["limit"] == facts["limit"])
        }
    }

    @Test func theExpectedVersionIsComparedWithTheDatabases() async throws {
        try await Self.with { fixture in
            let process = try await fixture.create()
            try await fixture.update(process, code: "x = 2\n")
            try await Self.withReplica(of: fixture) { replica in
                try await #expect(Self.update(process, code: "x = 3\n", on: replica, fixture) == 3)
            }
            // Here, version 2 is the last one that is known.
            do {
                try await fixture.update(process, code: "x = 4\n") { $0.expectedVersion = 2 }
                Issue.record("version 2 was not the current one")
            } catch let error as ServiceError {
                guard case .conflict(reason: "VERSION_CONFLICT", let values) = error.kind else { throw error }
                #expect(values["current_version"] == "3")
            }
            let answer = try await fixture.update(process, code: "x = 4\n") { $0.expectedVersion = 3 }
            #expect(answer.versionNumber == 4)
        }
    }

    @Test func whatIsSaidToBeUnchangedIsWhatTheDatabaseHas() async throws {
        try await Self.with { fixture in
            let process = try await fixture.create()
            try await fixture.update(process, code: "x = 2\n")
            try await Self.withReplica(of: fixture) { replica in
                try await #expect(Self.update(process, code: "x = 3\n", on: replica, fixture) == 3)
            }
            let answer = try await fixture.update(process, code: "x = 2\n")
            #expect(!answer.unchanged && answer.versionNumber == 4)
            let again = try await fixture.update(process, code: "x = 2\n")
            #expect(again.unchanged)
        }
    }

    @Test func aProcessThatAnotherReplicaDeletedIsNotFound() async throws {
        try await Self.with { fixture in
            let process = try await fixture.create()
            let id = try #require(UUID(uuidString: process))
            try await Self.withReplica(of: fixture) { replica in
                _ = try await replica.delete(id, author: fixture.author)
                await #expect(throws: ServiceError.self) {
                    try await fixture.update(process, code: "x = 2\n")
                }
                _ = try await replica.restore(id, author: fixture.author)
                #expect(try await fixture.update(process, code: "x = 2\n").versionNumber == 2)
            }
        }
    }

    @Test func anotherVersionOfTheSameNumberIsRead() async throws {
        try await Self.with { fixture in
            let process = try await fixture.create()
            try await fixture.update(process, code: "x = 2\n")
            // As in a database that was set back and has gone another way since.
            try await fixture.asOwner("UPDATE processes SET updated_at = updated_at - interval '1 second'")
            try await Self.hideVersions(fixture)
            await #expect(throws: ServiceError.self) { try await fixture.update(process, code: "x = 3\n") }
        }
    }

    @Test func aKeyUsedAfterWhatIsKeptGetsTheFirstAnswer() async throws {
        try await Self.with { fixture in
            let process = try await fixture.create()
            let first = try await fixture.update(process, code: "x = 2\n", key: "k")
            try await fixture.update(process, code: "x = 3\n")
            #expect(try await fixture.update(process, code: "x = 2\n", key: "k") == first)
            #expect(try await fixture.get(process).latestVersion == 3)
            do {
                try await fixture.update(process, code: "x = 4\n", key: "k")
                Issue.record("the key was used for another request")
            } catch let error as ServiceError {
                guard case .conflict(reason: "IDEMPOTENCY_KEY_REUSED", _) = error.kind else { throw error }
            }
            let chain = try await fixture.verify(process)
            #expect(chain.valid)
        }
    }

    @Test func wordsAreThoseOfTheLatestVersionHoweverLittleChanged() async throws {
        try await Self.with { fixture in
            let process = try await fixture.create(name: "Orders", code: "quicksilver = 1\n") {
                $0.description_p = "Who signs for orders of the approvals department"
                $0.processDocument = .with {
                    $0.format = "text/markdown"
                    $0.text = "# Orders\n\nEach order is approved by a manager, and orders of more by two."
                }
            }
            let differing = """
                SELECT count(*) AS differing FROM processes p
                JOIN process_version_index i ON i.process_id = p.id AND i.version_number = p.latest_version
                JOIN process_versions v ON v.id = i.version_id AND v.created_at = i.created_at
                WHERE p.search <> grimoire_search_vector(v.name, v.description, v.process_document, v.spy_code)
                """
            let steps: [(String, String?)] = [
                ("orders = 1\napproved = orders + 1\n", nil), ("mercury = orders_of('manager')\n", nil),
                ("mercury = 2\n", "Orders again"),
                ("x = \"" + String(repeating: "word ", count: 400) + "\"\n", nil),
                ("mercury = 3\n", nil),
            ]
            for (code, description) in steps {
                try await fixture.update(process, code: code) {
                    if let description { $0.description_p = description }
                }
                let row = try #require(try await fixture.asOwner(differing)[0].first)
                #expect(try row.decode("differing", as: Int64.self) == 0, "\(code)")
            }
            func found(_ word: String) async throws -> Int {
                try await fixture.call {
                    try await $0.listProcesses(request: .with { $0.query = word }, context: $1)
                }.processes.count
            }
            try await #expect(found("mercury") == 1)
            try await #expect(found("quicksilver") == 0)
        }
    }
}
