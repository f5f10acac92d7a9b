import Foundation
import Postgres
import ServiceKit
import Testing

@testable import ProcessStore

@Suite struct AuditTests {
    private func rows(_ fixture: Fixture) async throws -> [String] {
        let result = try await fixture.asOwner(
            """
            SELECT concat_ws(' ', method, outcome, user_id = '\(fixture.user)', version_number, trace_id) AS row
            FROM audit_log WHERE organization_id = '\(fixture.organization)' ORDER BY created_at
            """
        )[0]
        return try result.rows.map { try $0.decode("row") }
    }

    private func record(
        _ fixture: Fixture,
        _ method: String,
        _ outcome: String,
        process: UUID? = nil,
        version: Int? = nil,
        at seconds: Double = 0
    ) -> AuditRecord {
        AuditRecord(
            time: Date(timeIntervalSince1970: 1_700_000_000 + seconds),
            userID: fixture.user,
            organizationID: fixture.organization,
            method: method,
            outcome: outcome,
            processID: process,
            versionNumber: version,
            traceID: "4bf92f3577b34da6a3ce929d0e0e4736",
            duration: .zero
        )
    }

    @Test func recordsBecomeRowsOfTheirOrganizationOnceEach() async throws {
        try await Fixture.with { fixture in
            let sink = DatabaseAuditSink(store: fixture.store)
            let read = record(fixture, "GetProcess", "OK", process: UUID(), version: 3)
            let refused = record(fixture, "CreateProcess", "PERMISSION_DENIED", at: 1)
            try await sink.store([read, refused])
            // As after a failure in an unknown state: the first two are there.
            try await sink.store([read, refused, record(fixture, "ListProcesses", "OK", at: 2)])
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            #expect(
                try await rows(fixture) == [
                    "GetProcess OK t 3 \(trace)", "CreateProcess PERMISSION_DENIED t \(trace)",
                    "ListProcesses OK t \(trace)",
                ]
            )
        }
    }

    @Test func aRecordOfNobodyIsKeptBesideThoseOfOrganizations() async throws {
        try await Fixture.with { fixture in
            let unknown = AuditRecord(
                time: .now,
                userID: nil,
                organizationID: nil,
                method: "GetProcess",
                outcome: "UNAUTHENTICATED",
                processID: nil,
                versionNumber: nil,
                traceID: "\(fixture.organization)",
                duration: .zero
            )
            let sink = DatabaseAuditSink(store: fixture.store)
            try await sink.store([unknown, record(fixture, "GetProcess", "OK"), unknown])
            let count = try await fixture.asOwner(
                "SELECT count(*) AS count FROM audit_log WHERE user_id IS NULL AND trace_id = '\(fixture.organization)'"
            )[0]
            #expect(try count.first?.decode("count", as: Int64.self) == 1)
            #expect(try await rows(fixture).count == 1)
        }
    }

    @Test func whatCannotBeWrittenFailsAsAWhole() async throws {
        try await Fixture.with { fixture in
            let sink = DatabaseAuditSink(store: fixture.store)
            try await fixture.asOwner("ALTER TABLE audit_log RENAME TO elsewhere")
            await #expect(throws: ServiceError.self) {
                try await sink.store([record(fixture, "GetProcess", "OK")])
            }
            try await fixture.asOwner("ALTER TABLE elsewhere RENAME TO audit_log")
            #expect(try await rows(fixture) == [])
        }
    }
}
