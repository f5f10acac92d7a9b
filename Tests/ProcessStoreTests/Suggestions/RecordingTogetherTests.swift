import Foundation
import GrimoireAPI
import Postgres
import ServiceKit
import SwiftProtobuf
import Testing

@testable import ProcessStore

/// Suggestions that come in one call, and are kept in one statement.
@Suite struct RecordingTogetherTests {
    @Test func theyAreListedInTheOrderInWhichTheyWereGivenEachWithItsAuditAndItsEvent() async throws {
        try await Fixture.with { fixture in
            let processes = [try await fixture.create(), try await fixture.create()]
            let given = (0..<RequestLimits.recordedTogether).map { place in
                Grimoire_V1_Suggestion.with {
                    $0 = Fixture.suggestion(processes[place % 2], session: "session \(place % 3)")
                    $0.answer = "\(place)"
                    guard place % 4 == 0 else { return }
                    $0.kind = "plan"
                    $0.sessionID = ""
                }
            }
            let results = try await fixture.record(given)
            let times = try results.map { try #require($0.recorded.createdAt.instant) }
            #expect(times.count == given.count && zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
            #expect(try #require(times.last) <= .now)
            for (number, process) in processes.enumerated() {
                let listed = try await fixture.suggestions(process) { $0.pageSize = 100 }.suggestions
                let places = given.indices.filter { $0 % 2 == number }.reversed()
                #expect(listed.map(\.answer) == places.map { "\($0)" })
                #expect(listed.map(\.createdAt) == places.map { results[$0].recorded.createdAt })
                #expect(listed.map(\.kind) == places.map { given[$0].kind })
                #expect(listed.map { $0.sessionID.isEmpty } == places.map { $0 % 4 == 0 })
            }
            for (table, condition) in [
                (
                    "audit_log",
                    "method = 'RecordSuggestion' AND outcome = 'OK' AND user_id = '\(fixture.user)'"
                ),
                ("outbox", "kind = 'ThreadUpdated' AND user_id = '\(fixture.user)'"),
            ] {
                let rows = try await fixture.asOwner(
                    """
                    SELECT process_id::text AS process, count(*) AS number FROM \(table)
                    WHERE organization_id = '\(fixture.organization)' AND version_number = 1 AND \(condition)
                    GROUP BY 1 ORDER BY 1
                    """
                )[0]
                #expect(try rows.rows.map { try $0.decode("process", as: String.self) } == processes.sorted())
                #expect(
                    try rows.rows.allSatisfy { try $0.decode("number", as: Int64.self) == given.count / 2 }
                )
            }
            let sessions = try await fixture.asOwner(
                "SELECT count(DISTINCT session_id) AS number FROM outbox WHERE kind = 'ThreadUpdated'"
            )[0].first
            #expect(try sessions?.decode("number", as: Int64.self) == 3)
        }
    }

    @Test func ofThoseWithOneIDTheFirstThatMayBeKeptIsAndTheOthersAreKnown() async throws {
        try await Fixture.with { fixture in
            let (process, other) = (try await fixture.create(), try await fixture.create())
            let deleted = try await fixture.create()
            let before = try await fixture.record(deleted)
            _ = try await fixture.call {
                try await $0.deleteProcess(request: .with { $0.processID = deleted }, context: $1)
            }
            let (first, second) = (UUID().text, UUID().text)
            let given = [
                (first, process, 2), (first, deleted, 1), (second, other, 1), (first, process, 1),
                (first, other, 1),
                (second, process, 9), (first, deleted, 1), (before, process, 1), (before, process, 2),
            ].enumerated().map { place, parts in
                Grimoire_V1_Suggestion.with {
                    $0 = Fixture.suggestion(parts.1)
                    $0.suggestionID = parts.0
                    $0.versionNumber = Int32(parts.2)
                    $0.answer = "\(place)"
                }
            }
            let results = try await fixture.record(given)
            #expect(results.map(\.failure.code) == [3, 5, 0, 0, 0, 0, 5, 0, 0])
            #expect(results[0].failure.message.contains("has 1"))
            let times = try results.map { try #require($0.recorded.createdAt.instant) }
            #expect(times[4] == times[3] && times[5] == times[2] && times[8] == times[7])
            #expect(times[7] < times[2] && times[2] < times[3])
            #expect(try await fixture.suggestions(process).suggestions.map(\.answer) == ["3"])
            #expect(try await fixture.suggestions(other).suggestions.map(\.answer) == ["2"])
            let audit = try await fixture.asOwner("SELECT FROM audit_log WHERE method = 'RecordSuggestion'")[
                0
            ]
            #expect(audit.count == 3)
        }
    }

    @Test func callsWithTheSameInOppositeOrderWaitForOneAnotherAndDoNotBlockOneAnother() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            for _ in 0..<8 {
                let given = (0..<RequestLimits.recordedTogether).map { _ in Fixture.suggestion(process) }
                try await withThrowingTaskGroup(of: [Grimoire_V1_RecordingResult].self) { group in
                    for order in [given, given.reversed(), given, given.reversed()] {
                        group.addTask { try await fixture.record(order) }
                    }
                    for try await results in group {
                        #expect(results.allSatisfy { $0.failure.message.isEmpty })
                    }
                }
            }
            let rows = try await fixture.asOwner("SELECT FROM process_suggestion_index")[0]
            #expect(rows.count == 8 * RequestLimits.recordedTogether)
        }
    }

    @Test func oneThatAnotherCallIsAboutToRecordIsWaitedForAndThenKnown() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let (id, place) = (UUID(), try #require(UUID(text: process)))
            // The other call records it, says so by a lock, and ends when somebody waits for it.
            let rival = [
                Queries.organization(fixture.organization),
                Queries.record([.example(of: place, id: id)], author: fixture.author),
                PostgresStatement("SELECT pg_advisory_xact_lock(1)"),
                PostgresStatement(
                    """
                    DO $$ BEGIN
                        WHILE NOT EXISTS (
                            SELECT FROM pg_locks WHERE transactionid = pg_current_xact_id()::xid AND NOT granted
                        ) LOOP
                            PERFORM pg_sleep(0.001);
                        END LOOP;
                    END $$
                    """
                ),
            ]
            async let ended = fixture.asApplication(rival)
            let lock = """
                SELECT FROM pg_locks JOIN pg_database ON oid = database
                WHERE locktype = 'advisory' AND datname = current_database()
                """
            while try await fixture.asOwner(lock)[0].count == 0 {
                try await Task.sleep(for: .milliseconds(1))
            }
            let recorded = try await fixture.record(process) {
                $0.suggestionID = id.text
                $0.answer = "second"
            }
            _ = try await ended
            #expect(recorded == id.text)
            #expect(try await fixture.suggestions(process).suggestions.map(\.answer) == ["Nothing."])
            let events = try await fixture.asOwner("SELECT FROM outbox WHERE kind = 'ThreadUpdated'")[0]
            #expect(events.count == 1)
        }
    }

    /// PostgreSQL weighs a plan for any values against those for the values of each call, after five of these.
    @Test func theStatementIsPlannedOnceInASessionHoweverFewThereAre() async throws {
        try await Fixture.with { fixture in
            let process = try #require(UUID(text: try await fixture.create()))
            let calls = (1...12).flatMap { call in
                [
                    Queries.organization(fixture.organization),
                    Queries.record(
                        (0..<(call == 12 ? RequestLimits.recordedTogether : 1)).map { _ in
                            .example(of: process)
                        },
                        author: fixture.author
                    ),
                ]
            }
            let plans = PostgresStatement(
                """
                SELECT generic_plans, custom_plans FROM pg_prepared_statements
                WHERE statement LIKE 'WITH%INSERT INTO process_suggestions%'
                """
            )
            let row = try await fixture.asApplication(calls + [plans]).first
            #expect(try row?.decode("generic_plans", as: Int64.self) == 7)
            #expect(try row?.decode("custom_plans", as: Int64.self) == 5)
        }
    }
}
