import Foundation
import GrimoireAPI
import Postgres
import ServiceKit
import SwiftProtobuf
import Testing

@testable import ProcessStore

/// What the database itself promises, whatever a program does.
@Suite struct SchemaTests {
    private static let exempt: Set<String> = ["schema_migrations"]

    private func names(_ result: PostgresResult) throws -> [String] {
        try result.rows.map { try $0.decode("name") }
    }

    /// A file that nobody has named in the manifest is passed over with a warning.
    @Test func everyMigrationOfTheFolderIsMade() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Sources/ProcessStore/Migrations").standardized
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        #expect(files.count == Migrations.all.count)
        for (place, (file, migration)) in zip(files, Migrations.all).enumerated() {
            let number = String(format: "%04d", migration.number)
            #expect(migration.number == place + 1)
            #expect(file.lastPathComponent == "\(number)_\(migration.name).sql")
            #expect(migration.sql == (try String(contentsOf: file, encoding: .utf8)))
        }
    }

    @Test func everyTableIsOfOneOrganizationAndShowsNoOtherOne() async throws {
        try await Fixture.with { fixture in
            let tables = try await fixture.asOwner(
                """
                SELECT c.relname::text AS name, c.relrowsecurity AS secured, c.relispartition AS partition,
                       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id')
                           AS owned,
                       (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid
                           AND pg_get_expr(coalesce(p.polqual, p.polwithcheck), c.oid) LIKE '%grimoire_organization()%')
                           AS policies,
                       has_table_privilege('grimoire_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE') AS reachable
                FROM pg_class c
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                """
            )[0]
            var seen = 0
            for table in tables.rows {
                let name: String = try table.decode("name")
                #expect(try table.decode("secured", as: Bool.self), "\(name) has no row-level security")
                if Self.exempt.contains(name) {
                    #expect(
                        try !table.decode("reachable", as: Bool.self),
                        "\(name) is open to the application"
                    )
                } else if try table.decode("partition", as: Bool.self) {
                    // Only its parent is reached, whose policy holds then.
                    #expect(
                        try !table.decode("reachable", as: Bool.self),
                        "\(name) is reachable by its own name"
                    )
                } else {
                    seen += 1
                    #expect(try table.decode("owned", as: Bool.self), "\(name) has no organization_id")
                    #expect(try table.decode("policies", as: Int64.self) > 0, "\(name) has no policy")
                }
            }
            #expect(seen >= 10)
        }
    }

    @Test func theApplicationRoleCannotChangeWhatStaysNorSeeOthers() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            try await fixture.update(process, code: "x = 2\n")
            let stranger = UUID()
            for table in ["process_versions", "process_version_index", "audit_log"] {
                for statement in [
                    "UPDATE \(table) SET organization_id = NULL", "DELETE FROM \(table)", "TRUNCATE \(table)",
                ] {
                    await #expect(throws: PostgresError.self, "\(statement)") {
                        try await fixture.asApplication(PostgresStatement(statement))
                    }
                    await #expect(throws: PostgresError.self, "\(statement)") {
                        try await fixture.asOwner(statement)
                    }
                }
            }
            await #expect(throws: PostgresError.self) {
                try await fixture.asApplication(
                    PostgresStatement("UPDATE processes SET organization_id = '\(stranger)'")
                )
            }
            for table in [
                "processes", "process_versions", "process_version_index", "process_suggestions",
                "process_executions", "process_execution_index", "idempotency_keys", "audit_log",
                "process_facts", "process_suggestion_index", "process_suggestion_ratings",
                "process_functions",
                "process_actions",
            ] {
                let query = PostgresStatement("SELECT count(*) AS count FROM \(table)")
                let foreign = try await fixture.asApplication(query, organization: stranger)
                #expect(try foreign.first?.decode("count", as: Int64.self) == 0, "\(table)")
            }
            let updated = try await fixture.asApplication(
                PostgresStatement("UPDATE processes SET name = 'mine'"),
                organization: stranger
            )
            #expect(updated.affectedRows == 0)
            // Nor can it write for others.
            await #expect(throws: PostgresError.self) {
                try await fixture.asApplication(
                    PostgresStatement(
                        "INSERT INTO audit_log (organization_id, method, outcome) VALUES ('\(stranger)', 'm', 'OK')"
                    )
                )
            }
            // Facts are told apart for good by what the key of the table has.
            for column in ["organization_id", "fact_id", "process_id", "process_created_at"] {
                await #expect(throws: PostgresError.self, "\(column)") {
                    try await fixture.asApplication(
                        PostgresStatement("UPDATE process_facts SET \(column) = \(column)")
                    )
                }
            }
            for statement in [
                "DELETE FROM process_facts", "DELETE FROM process_suggestions",
                "UPDATE process_suggestions SET ai_response = '{}'",
                "UPDATE process_suggestion_index SET user_id = user_id",
                "DELETE FROM process_suggestion_index",
                "DELETE FROM process_suggestion_ratings", "UPDATE process_functions SET hash = hash",
                "UPDATE process_actions SET action = action",
            ] {
                await #expect(throws: PostgresError.self, "\(statement)") {
                    try await fixture.asApplication(PostgresStatement(statement))
                }
            }
            #expect(try await fixture.get(process).name == "P")
        }
    }

    @Test func partitionsAreMadeAheadAndLeftAlone() async throws {
        try await Fixture.with { fixture in
            let count = """
                SELECT c.relname::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE c.relkind = 'r' ORDER BY 1
                """
            let before = try names(try await fixture.asOwner(count)[0])
            for table in ["process_versions", "process_suggestions", "process_executions", "audit_log"] {
                // This month, a year ahead, and the one for everything else.
                #expect(before.count { $0.hasPrefix(table + "_") } == 14, "\(table)")
            }
            try await fixture.store.upkeep()
            #expect(try names(try await fixture.asOwner(count)[0]) == before)
            // A partition that is missing is made by a running service, which owns no table.
            let last = try #require(before.last { $0.hasPrefix("audit_log_2") })
            try await fixture.asOwner("DROP TABLE \(last)")
            try await fixture.store.upkeep()
            #expect(try names(try await fixture.asOwner(count)[0]) == before)
        }
    }

    @Test func aRoleThatSeesEverythingIsNoRoleToServeWith() async throws {
        try await Fixture.with { fixture in
            try await fixture.store.upkeep()
            let owner = ProcessStore(
                configuration: try PostgresConfiguration(url: fixture.ownerURL),
                loops: fixture.loops,
                offload: fixture.offload,
                workshop: fixture.workshop,
                limits: .init(),
                cacheBytes: 0,
                keys: fixture.keys
            )
            await #expect(throws: ConfigurationError.self) { try await owner.upkeep() }
            await owner.shutdown()
        }
    }

    @Test func versionsFromBeforeTheHashesAreReadAndSaySo() async throws {
        try await Fixture.with { fixture in
            let (process, version) = (UUID(), UUID())
            try await fixture.asOwner(
                """
                INSERT INTO processes (id, name, description, latest_version, created_by, organization_id)
                VALUES ('\(process)', 'Old', '', 1, '\(fixture.user)', '\(fixture.organization)')
                """,
                "ALTER TABLE process_versions DROP CONSTRAINT process_versions_are_signed",
                "ALTER TABLE process_versions DROP CONSTRAINT process_versions_have_mapping_state",
                """
                INSERT INTO process_versions
                    (id, process_id, version_number, spy_code, stable_mapping, created_by, changelog, name, description,
                     organization_id, created_at)
                VALUES ('\(version)', '\(process)', 1, 'class Old: pass', '{}', '\(fixture.user)', '', 'Old', '',
                    '\(fixture.organization)', '2026-01-01T00:00:00Z')
                """,
                """
                INSERT INTO process_version_index
                    (process_id, version_number, version_id, created_at, created_by, changelog, name, organization_id)
                VALUES ('\(process)', 1, '\(version)', '2026-01-01T00:00:00Z', '\(fixture.user)', '', 'Old',
                    '\(fixture.organization)')
                """
            )
            let id = process.text
            let old = try await fixture.get(id)
            // SPy has no classes; what is stored is read all the same.
            #expect(old.spyCode == "class Old: pass" && old.contentHash.isEmpty && !old.hasProcessDocument)
            #expect(try await fixture.verify(id).findings.map(\.kind) == ["UNSIGNED"])
            try await fixture.update(id, code: "x = 1\n")
            #expect(try await fixture.verify(id, wholeChain: false).valid)
            #expect(
                try await fixture.verify(id).findings.map { "\($0.versionNumber) \($0.kind)" } == [
                    "1 UNSIGNED"
                ]
            )
        }
    }
}
