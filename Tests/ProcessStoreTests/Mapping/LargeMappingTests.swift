import Foundation
import GrimoireAPI
import Postgres
import ServiceKit
import SwiftProtobuf
import Testing

@testable import ProcessStore

/// Mappings as large as they may be.
@Suite struct LargeMappingTests {
    @Test func tenThousandGivenEntriesAreKeptAndReportedWithinBounds() async throws {
        try await Fixture.with { fixture in
            let entries = Dictionary(
                uniqueKeysWithValues: (0..<10_000).map { ("f\($0)::value", "fact-\($0)") }
            )
            let created = try await fixture.created { $0.stableMapping = entries }
            let report = created.mappingReport
            #expect(report.counts.unmatched == 10_000 && report.counts.entries == 10_001)
            #expect(report.unmatched.count == MappingReportForm.listEntries && report.truncated)
            #expect(try report.serializedData().count < 2 * MappingReportForm.listBytes)
            let read = try await fixture.get(created.processID).stableMapping
            #expect(read.count == 10_001 && entries.allSatisfy { read[$0.key] == $0.value })
            let again = try await fixture.update(created.processID, code: "x = 1\n") {
                $0.stableMapping = entries
            }
            #expect(again.unchanged)
            let changed = try await fixture.update(created.processID, code: "x = 1\n") {
                $0.stableMapping = ["f7::value": "other"]
            }
            #expect(!changed.unchanged && changed.mappingReport.retired.map(\.factID) == ["fact-7"])
            let rows = try await fixture.asApplication(
                .init("SELECT count(*) AS count FROM process_facts WHERE removed_in_version IS NULL")
            )
            #expect(try rows.first?.decode("count", as: Int64.self) == 10_001)
        }
    }

    @Test func fiftyThousandEntriesAreTheMostAndAreServedWhole() async throws {
        try await Fixture.with { fixture in
            let entries = Dictionary(uniqueKeysWithValues: (0..<50_000).map { ("k\($0)", "fact-\($0)") })
            let process = try await fixture.create { $0.stableMapping = entries }
            let read = try await fixture.call {
                try await $0.getProcessMapping(request: .with(process: process), context: $1)
            }
            #expect(read.stableMapping == entries)
            let error = await #expect(throws: ServiceError.self) {
                try await fixture.update(process, code: "x = 1\n") { $0.stableMapping = ["one_more": "f"] }
            }
            guard case .invalid(let violations)? = error?.kind else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(violations.map(\.field) == ["stable_mapping"] && violations[0].reason == "TOO_MANY")
        }
    }

    @Test func oneIDOnManyExpressionsIsAShortWarning() async throws {
        try await Fixture.with { fixture in
            let entries = Dictionary(uniqueKeysWithValues: (0..<2_000).map { ("k\($0)", "same") })
            let report = try await fixture.created { $0.stableMapping = entries }.mappingReport
            // Those that fit nothing come first; the message about the ID names some of them.
            #expect(report.truncated && report.warnings.count == MappingReportForm.listEntries)
            #expect(
                report.warnings.allSatisfy { $0.message.count <= MappingReportForm.sentenceCharacters + 1 }
            )
        }
    }
}
