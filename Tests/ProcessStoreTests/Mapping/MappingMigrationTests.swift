import Foundation
import GrimoireAPI
import Postgres
import ServiceKit
import SwiftProtobuf
import Testing

@testable import ProcessStore

/// What becomes of processes from before there were states of mappings.
@Suite struct MappingMigrationTests {
    /// A version as the service of migration 2 wrote it.
    private func insert(
        _ fixture: Fixture,
        _ process: UUID,
        _ version: Int,
        code: String,
        mapping: String
    ) async throws {
        let id = UUID()
        let values =
            "'\(fixture.user)', '', 'Old', '\(fixture.organization)', '2026-01-0\(version)T00:00:00Z'"
        try await fixture.asOwner(
            """
            INSERT INTO process_versions
                (id, process_id, version_number, spy_code, stable_mapping, created_by, changelog, name, organization_id,
                 created_at, description, content_hash, chain_hash, signature, signing_key_id)
            VALUES ('\(id)', '\(process)', \(version), E'\(code)', '\(mapping)', \(values), '',
                sha256('x'), sha256('x'), sha256('x') || sha256('x'), 'k')
            """,
            """
            INSERT INTO process_version_index
                (version_id, process_id, version_number, created_by, changelog, name, organization_id, created_at)
            VALUES ('\(id)', '\(process)', \(version), \(values))
            """
        )
    }

    @Test func oldVersionsKeepTheirEntriesAsGivenAndTheirFactsAreFound() async throws {
        try await Fixture.with(migrations: Array(Migrations.all.prefix(2))) { fixture in
            let process = UUID()
            try await fixture.asOwner(
                """
                INSERT INTO processes (id, name, description, latest_version, created_by, organization_id)
                VALUES ('\(process)', 'Old', '', 3, '\(fixture.user)', '\(fixture.organization)')
                """
            )
            try await insert(
                fixture,
                process,
                1,
                code: #"a = 1\nb = 2\n"#,
                mapping: #"{"a": "f1", "b": "f2", "c": "f4"}"#
            )
            try await insert(fixture, process, 2, code: #"a = 1\n"#, mapping: #"{"a": "f1", "no key": "f3"}"#)
            try await insert(
                fixture,
                process,
                3,
                code: #"z = 1\nb = 2\n"#,
                mapping: #"{"z": "f1", "b": "f2", "no key": "f3"}"#
            )
            #expect(try await fixture.migrate() == Array(3...Migrations.all.count))

            let rows = try await fixture.asApplication(
                .init(
                    """
                    SELECT fact_id || ' ' || key || ' ' || since_version || ' ' || coalesce(removed_in_version, 0) AS line
                    FROM process_facts ORDER BY fact_id
                    """
                )
            )
            let lines = try rows.rows.map { try $0.decode("line", as: String.self) }
            #expect(lines == ["f1 z 1 0", "f2 b 1 0", "f3 no key 2 0", "f4 c 1 2"])

            // Read as ever, and compared: what clients gave to other expressions is retargeted.
            let read = try await fixture.get(process.text, version: 2)
            #expect(read.stableMapping == ["a": "f1", "no key": "f3"] && read.deriveMapping)
            let evolution = try await fixture.source {
                try await $0.getMappingEvolution(
                    request: .with {
                        $0.processID = process.text
                        $0.fromVersion = 1
                    },
                    context: $1
                )
            }
            #expect(evolution.retargeted.map { "\($0.oldKey) \($0.key) \($0.factID)" } == ["a z f1"])
            #expect(evolution.kept.map(\.factID) == ["f2"] && evolution.added.map(\.factID) == ["f3"])
            #expect(evolution.dropped.map(\.factID) == ["f4"])

            // A first update: entries follow their facts, also under keys that nobody may give any more.
            let update = try await fixture.update(process.text, code: "q = 1\nb = 2\nsend(q)\n")
            #expect(update.versionNumber == 4)
            let mapping = try await fixture.get(process.text).stableMapping
            #expect(
                mapping["b"] == "f2" && mapping["no key"] == "f3" && mapping["send(q)"] != nil,
                "\(mapping)"
            )
            let again = try await fixture.update(process.text, code: "q = 1\nb = 2\nsend(q)\n")
            #expect(again.unchanged && again.versionNumber == 4)
            let since = try await fixture.asApplication(
                .init("SELECT since_version FROM process_facts WHERE fact_id = 'f2'")
            )
            #expect(try since.first?.decode("since_version", as: Int32.self) == 1)
        }
    }

    @Test func newVersionsCannotBeWithoutAState() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            await #expect(throws: PostgresError.self) {
                try await insert(
                    fixture,
                    try #require(UUID(uuidString: process)),
                    2,
                    code: "x",
                    mapping: "{}"
                )
            }
        }
    }
}
