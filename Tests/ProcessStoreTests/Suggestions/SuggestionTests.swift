import Foundation
import GrimoireAPI
import Postgres
import ServiceKit
import SwiftProtobuf
import Testing

@testable import ProcessStore

/// Suggestions as they are recorded, listed and rated.
@Suite struct SuggestionTests {
    @Test func whatIsRecordedComesBackAsItWasWithWhoAndWhen() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let id = try await fixture.record(process) {
                $0.category = "error_handling"
                $0.patch = "--- a\n+++ b\n"
                $0.baseContentHash = String(repeating: "0f", count: 32)
                $0.model = "m"
                $0.promptVersion = "chat/3"
                $0.callID = "call 1"
                $0.promptTokens = 5_000_000_000
                $0.completionTokens = 7
                $0.costUsd = 0.0125
                $0.cached = true
                $0.error = "It broke off: \u{1F600}\\u0000 \" and so on."
                $0.durationMs = 1_234
            }
            let found = try await fixture.suggestions(process)
            let one = try #require(found.suggestions.first)
            #expect(found.suggestions.count == 1 && found.nextPageToken.isEmpty)
            var expected = Fixture.suggestion(process)
            expected.suggestionID = id
            expected.category = "error_handling"
            expected.patch = "--- a\n+++ b\n"
            expected.baseContentHash = String(repeating: "0f", count: 32)
            expected.model = "m"
            expected.promptVersion = "chat/3"
            expected.callID = "call 1"
            expected.promptTokens = 5_000_000_000
            expected.completionTokens = 7
            expected.costUsd = 0.0125
            expected.cached = true
            expected.error = "It broke off: \u{1F600}\\u0000 \" and so on."
            expected.durationMs = 1_234
            expected.userID = fixture.user.text
            expected.createdAt = one.createdAt
            expected.sessionID =
                SessionID.stored("s", user: fixture.user, organization: fixture.organization).text
            #expect(one == expected)
            #expect(abs(one.createdAt.date.timeIntervalSinceNow) < 600)
            // A report is of no session.
            try await fixture.record(process, session: "") {
                $0.kind = "plan"
                $0.suggestionType = ""
            }
            #expect(try await fixture.suggestions(process).suggestions.first?.sessionID == "")
        }
    }

    @Test func aKnownSuggestionIsLeftAsItIsAndAnnouncedOnce() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let id = try await fixture.record(process) { $0.answer = "first" }
            let before = try await fixture.suggestions(process)
            try await fixture.record(process, user: UUID()) {
                $0.suggestionID = id
                $0.answer = "second"
            }
            #expect(try await fixture.suggestions(process) == before)
            // Also where several come at once.
            let other = UUID().text
            try await withThrowingTaskGroup(of: String.self) { group in
                for number in 1...8 {
                    group.addTask {
                        try await fixture.record(process) {
                            $0.suggestionID = other
                            $0.answer = "\(number)"
                        }
                    }
                }
                for try await recorded in group { #expect(recorded == other) }
            }
            #expect(try await fixture.suggestions(process).suggestions.count == 2)
            let events = try await fixture.asOwner(
                """
                SELECT kind || ' ' || process_id || ' ' || version_number || ' ' || user_id || ' ' || suggestion_id AS event,
                       session_id IS NOT NULL AS in_session
                FROM outbox WHERE kind = 'ThreadUpdated' ORDER BY created_at
                """
            )[0]
            #expect(
                try events.rows.map { try $0.decode("event", as: String.self) }
                    == [id, other].map {
                        "ThreadUpdated \(process) 1 \(fixture.user.text) \($0)"
                    }
            )
            #expect(try events.rows.allSatisfy { try $0.decode("in_session") })
            let audit = try await fixture.asOwner(
                "SELECT outcome FROM audit_log WHERE method = 'RecordSuggestion' AND version_number = 1"
            )[0]
            #expect(audit.count == 2)
            // The same ID in another organization is another suggestion.
            let elsewhere = UUID()
            let foreign = try await fixture.created(organization: elsewhere).processID
            try await fixture.record(foreign, organization: elsewhere) { $0.suggestionID = id }
            #expect(try await fixture.suggestions(foreign, organization: elsewhere).suggestions.count == 1)
            #expect(try await fixture.suggestions(process).suggestions.count == 2)
        }
    }

    @Test func ofSeveralThatComeTogetherEachIsKeptOrRefusedByItself() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let known = try await fixture.record(process)
            let twice = UUID().text
            let foreign = try await fixture.created(organization: UUID()).processID
            func outcomes() async throws -> [String] {
                var all = (0..<8).map { _ in Fixture.suggestion(process) }
                for (place, id) in [UUID().text, known, twice, twice].enumerated() {
                    all[place].suggestionID = id
                }
                all[4].versionNumber = 2
                all[5].kind = "nothing"
                all[6].processID = foreign
                all[7].answer = String(repeating: "x", count: 20_000)
                let request = Grimoire_V1_RecordSuggestionsRequest.with { $0.suggestions = all }
                let answer = try await fixture.records {
                    try await $0.recordSuggestions(request: request, context: $1)
                }
                return zip(all, answer.results).map { given, result in
                    result.failure.message.isEmpty
                        ? result.recorded.suggestionID == given.suggestionID.lowercased() ? "kept" : "another"
                        : "\(result.failure.code)"
                }
            }
            let usual = try await outcomes()
            #expect(usual == ["kept", "kept", "kept", "kept", "3", "3", "5", "kept"])
            #expect(try await fixture.suggestions(process).suggestions.count == 4)
            // What the database itself refuses takes none of the others with it.
            try await fixture.asOwner(
                "ALTER TABLE process_suggestion_index ADD CONSTRAINT small CHECK (bytes < 10000) NOT VALID"
            )
            let damaged = try await outcomes()
            #expect(damaged == ["kept", "kept", "kept", "kept", "3", "3", "5", "13"])
            #expect(try await fixture.suggestions(process).suggestions.count == 5)
            for count in [0, 65] {
                await #expect(throws: ServiceError.self) {
                    try await fixture.records {
                        try await $0.recordSuggestions(
                            request: .with {
                                $0.suggestions = Array(repeating: Fixture.suggestion(process), count: count)
                            },
                            context: $1
                        )
                    }
                }
            }
        }
    }

    @Test func aProcessThatIsAbsentForeignOrDeletedAndAVersionToComeAreRefused() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let id = try await fixture.record(process)
            func isNotFound(_ body: () async throws -> Void) async -> Bool {
                do {
                    try await body()
                    return false
                } catch let error as ServiceError {
                    if case .notFound = error.kind { return true }
                    return false
                } catch { return false }
            }
            let stranger = UUID()
            for (process, organization) in [(UUID().text, nil), (process, stranger)] as [(String, UUID?)] {
                #expect(await isNotFound { try await fixture.record(process, organization: organization) })
                #expect(
                    await isNotFound {
                        _ = try await fixture.suggestions(process, organization: organization)
                    }
                )
            }
            #expect(await isNotFound { try await fixture.rate(id, 5, organization: stranger) })
            #expect(await isNotFound { try await fixture.rate(UUID().text, 5) })
            do {
                try await fixture.record(process) { $0.versionNumber = 2 }
                Issue.record("a version that is to come was taken")
            } catch let error as ServiceError {
                #expect(
                    error.message.contains("suggestion.version_number") && error.message.contains("has 1")
                )
            }
            #expect(try await fixture.suggestions(process).suggestions.count == 1)
            _ = try await fixture.call {
                try await $0.deleteProcess(request: .with { $0.processID = process }, context: $1)
            }
            #expect(await isNotFound { try await fixture.record(process) })
            #expect(await isNotFound { _ = try await fixture.suggestions(process) })
            #expect(await isNotFound { _ = try await fixture.context(process) })
            #expect(await isNotFound { try await fixture.rate(id, 5) })
        }
    }

    @Test func everyViolationIsTold() async throws {
        try await Fixture.with { fixture in
            let long = String(repeating: "x", count: 300)
            do {
                try await fixture.record("x", session: "") {
                    $0.suggestionID = ""
                    $0.versionNumber = 0
                    $0.suggestionType = "idea"
                    $0.category = "other"
                    $0.message = String(repeating: "m", count: 65_537)
                    $0.patch = "a\0b"
                    $0.baseContentHash = "ABC"
                    $0.model = long
                    $0.promptVersion = long
                    $0.callID = long
                    $0.promptTokens = -1
                    $0.completionTokens = -1
                    $0.costUsd = .nan
                    $0.error = String(repeating: "e", count: 1_001)
                    $0.durationMs = -1
                    $0.userID = "me"
                    $0.createdAt = .init()
                    $0.rating = 5
                    $0.ratings = 1
                }
                Issue.record("it was recorded")
            } catch let error as ServiceError {
                guard case .invalid(let violations) = error.kind else { throw error }
                let fields = [
                    "suggestion_id", "process_id", "version_number", "session_id", "suggestion_type",
                    "category",
                    "message", "patch", "base_content_hash", "model", "prompt_version", "call_id",
                    "prompt_tokens",
                    "completion_tokens", "cost_usd", "error", "duration_ms", "user_id", "created_at",
                    "rating",
                    "ratings",
                ]
                #expect(Set(violations.map(\.field)) == Set(fields.map { "suggestion.\($0)" }))
            }
            let process = try await fixture.create()
            await #expect(throws: ServiceError.self) {
                try await fixture.record(process) { $0.kind = "plan" }
            }
            await #expect(throws: ServiceError.self) {
                try await fixture.record(process) { $0.kind = "poem" }
            }
            let id = try await fixture.record(process)
            for rating in [0, 6, -1] as [Int32] {
                await #expect(throws: ServiceError.self) { try await fixture.rate(id, rating) }
            }
        }
    }

    @Test func aListGoesOnFromPageToPageAndItsTokenHoldsForItAlone() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            var recorded: [String] = []
            for number in 1...5 {
                recorded.append(try await fixture.record(process) { $0.answer = "\(number)" })
            }
            var seen: [String] = []
            var token = ""
            repeat {
                let page = try await fixture.suggestions(process) {
                    $0.pageSize = 2
                    $0.pageToken = token
                }
                seen += page.suggestions.map(\.suggestionID)
                token = page.nextPageToken
            } while !token.isEmpty && seen.count < 10
            #expect(seen == recorded.reversed())
            let first = try await fixture.suggestions(process) { $0.pageSize = 2 }.nextPageToken
            let other = try await fixture.create()
            for (process, change) in [
                (other, { _ in }), (process, { $0.minimumRating = 1 }), (process, { $0.sessionID = "s" }),
            ] as [(String, (inout Grimoire_V1_ListSuggestionsRequest) -> Void)] {
                await #expect(throws: ServiceError.self) {
                    try await fixture.suggestions(process) {
                        $0.pageToken = first
                        change(&$0)
                    }
                }
            }
        }
    }

    @Test func aPageEndsWhereItsTextsWouldBecomeTooLarge() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let answer = String(repeating: "a", count: 1_000_000)
            for _ in 1...3 { try await fixture.record(process) { $0.answer = answer } }
            let page = try await fixture.suggestions(process)
            #expect(page.suggestions.count == 2 && !page.nextPageToken.isEmpty)
            let rest = try await fixture.suggestions(process) { $0.pageToken = page.nextPageToken }
            #expect(rest.suggestions.count == 1 && rest.nextPageToken.isEmpty)
            // One that is too large for a page alone is a page.
            try await fixture.record(process) {
                $0.answer = answer
                $0.patch = answer + answer
            }
            #expect(try await fixture.suggestions(process).suggestions.map(\.patch.utf8.count) == [2_000_000])
        }
    }

    @Test func aSessionIsItsUsersOwnWhateverItIsCalled() async throws {
        try await Fixture.with { fixture in
            let (process, other) = (try await fixture.create(), try await fixture.create())
            let colleague = UUID()
            let named = UUID()
            let mine = try await fixture.record(process)
            let theirs = try await fixture.record(process, user: colleague)
            let elsewhere = try await fixture.record(other)
            let byID = try await fixture.record(process, session: named.uuidString)
            func ids(_ process: String, _ session: String, _ user: UUID? = nil) async throws -> [String] {
                try await fixture.suggestions(process, user: user) { $0.sessionID = session }
                    .suggestions.map(\.suggestionID)
            }
            #expect(try await ids(process, "s") == [mine])
            #expect(try await ids(process, "s", colleague) == [theirs])
            #expect(try await ids(other, "s") == [elsewhere])
            #expect(try await ids(process, named.text) == [byID])
            #expect(try await ids(process, named.text, colleague).isEmpty)
            // The ID under which it is stored leads to it too, its owner alone.
            let stored = try await fixture.suggestions(process).suggestions.first { $0.suggestionID == mine }
            let session = try #require(stored?.sessionID)
            #expect(try await ids(process, session) == [mine])
            #expect(try await ids(process, session, colleague).isEmpty)
            // RFC 9562's version 5 and its variant.
            #expect(Array(session)[14] == "5" && "89ab".contains(Array(session)[19]))
        }
    }

    @Test func theLastRatingOfEachUserCountsAndTheirMeanIsShown() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let id = try await fixture.record(process)
            let unrated = try await fixture.record(process)
            let users = (1...6).map { _ in UUID() }
            // All at once: the mean is made of all of them.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, user) in users.enumerated() {
                    group.addTask { try await fixture.rate(id, Int32(index % 5) + 1, user: user) }
                }
                try await group.waitForAll()
            }
            func shown() async throws -> (Double, Int32) {
                let found = try await fixture.suggestions(process).suggestions.first { $0.suggestionID == id }
                let one = try #require(found)
                return (one.rating, one.ratings)
            }
            var (mean, count) = try await shown()
            #expect(abs(mean - 16.0 / 6) < 1e-9 && count == 6)
            let answer = try await fixture.rate(id, 5, user: users[0])
            #expect(answer.suggestionID == id && answer.rating == 5 && answer.hasRatedAt)
            (mean, count) = try await shown()
            #expect(abs(mean - 20.0 / 6) < 1e-9 && count == 6)
            let feedback = try await fixture.asOwner(
                "SELECT user_feedback FROM process_suggestions WHERE id = '\(id)'"
            )[0].first
            #expect(try feedback?.decode("user_feedback", as: Int32.self) == 3)
            let audit = try await fixture.asOwner(
                "SELECT 1 FROM audit_log WHERE method = 'RateSuggestion' AND process_id = '\(process)'"
            )[0]
            #expect(audit.count == 7)
            // By rating: those without one are none of them.
            for (minimum, expected) in [(0, [unrated, id]), (1, [id]), (3, [id]), (4, [])]
                as [(Int32, [String])]
            {
                let found = try await fixture.suggestions(process) { $0.minimumRating = minimum }
                #expect(found.suggestions.map(\.suggestionID) == expected, "\(minimum)")
            }
        }
    }
}
