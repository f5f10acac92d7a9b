import Foundation
import GrimoireAPI
import Postgres
import ServiceKit
import SwiftProtobuf
import Testing

@testable import ProcessStore

/// What a prompt is made of.
@Suite struct ContextTests {
    @Test func itIsWhatTheOtherMethodsSay() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: "x = 1\n") { $0.description_p = "first" }
            try await fixture.update(process, code: "x = 2\nsend(x)\n") { $0.description_p = "second" }
            let run = Grimoire_V1_ProcessExecution.with {
                $0.executionID = UUID().uuidString
                $0.versionNumber = 2
                $0.startedAt = .init(date: Date(timeIntervalSinceNow: -60))
                $0.duration = .with { $0.seconds = 3 }
                $0.outcome = "failed"
                $0.errorType = "ValueError"
                $0.errorLine = 2
                $0.actions = [
                    .with {
                        $0.name = "send"; $0.calls = 1; $0.failures = 1
                    }
                ]
            }
            _ = try await fixture.call {
                try await $0.recordExecutions(
                    request: .with {
                        $0.processID = process
                        $0.executions = [run]
                    },
                    context: $1
                )
            }
            let context = try await fixture.context(process)
            let read = try await fixture.get(process)
            #expect(context.process == read)
            #expect(context.executions.total.runs == 1 && context.executions.errors.map(\.line) == [2])
            #expect(context.executions.failingActions.map(\.name) == ["send"])
            #expect(context.lastChange.fromVersion == 1 && context.lastChange.toVersion == 2)
            let diff = try await fixture.call {
                try await $0.diffVersions(request: .with { $0.processID = process }, context: $1)
            }
            #expect(context.lastChange == diff)
            #expect(context.rated.isEmpty && context.session.isEmpty)
            // An older version, which has none before it; and a period without runs.
            let first = try await fixture.context(process) {
                $0.versionNumber = 1
                $0.fromTime = .init(date: Date(timeIntervalSinceNow: -7_200))
                $0.toTime = .init(date: Date(timeIntervalSinceNow: -3_600))
            }
            #expect(first.process.spyCode == "x = 1\n" && first.process.latestVersion == 2)
            #expect(!first.hasLastChange && first.executions.total.runs == 0)
            await #expect(throws: ServiceError.self) {
                try await fixture.context(process) { $0.versionNumber = 3 }
            }
            for change in [
                { $0.ratedSuggestions = 21 }, { $0.ratedSuggestions = -1 }, { $0.versionNumber = -1 },
                { $0.sessionID = String(repeating: "s", count: 256) }, { $0.knownContentHash = "another" },
                { $0.fromTime = .init(date: Date(timeIntervalSinceNow: 60)) },
            ] as [(inout Grimoire_V1_GetSuggestionContextRequest) -> Void] {
                await #expect(throws: ServiceError.self) { try await fixture.context(process, change) }
            }
        }
    }

    @Test func aBriefOneHasProcessAndSessionOnly() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: "x = 1\n")
            try await fixture.update(process, code: "x = 2\n")
            let id = try await fixture.record(process) { $0.answer = "told" }
            try await fixture.rate(id, 5)
            for version in [0, 1, 2] as [Int32] {
                let whole = try await fixture.context(process) {
                    $0.versionNumber = version
                    $0.sessionID = "s"
                    $0.ratedSuggestions = 5
                }
                let brief = try await fixture.context(process) {
                    $0.versionNumber = version
                    $0.sessionID = "s"
                    $0.ratedSuggestions = 5
                    $0.brief = true
                }
                #expect(whole.session.map(\.answer) == ["told"] && whole.rated.count == 1)
                let expected = Grimoire_V1_GetSuggestionContextResponse.with {
                    $0.process = whole.process
                    $0.process.versionHistory = []
                    $0.session = whole.session
                }
                #expect(brief == expected)
            }
            let alone = try await fixture.context(process) { $0.brief = true }
            #expect(alone.process.spyCode == "x = 2\n" && alone.session.isEmpty)
            await #expect(throws: ServiceError.self) {
                try await fixture.context(process) {
                    $0.versionNumber = 3
                    $0.brief = true
                }
            }
            await #expect(throws: ServiceError.self) {
                try await fixture.context(UUID().uuidString) { $0.brief = true }
            }
        }
    }

    @Test func ofAVersionThatTheCallerHasABriefOneHasTheNumberOnly() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: "x = 1\n")
            let first = try await fixture.context(process) { $0.brief = true }.process
            func brief(_ version: Int32 = 0, knowing hash: String) async throws
                -> Grimoire_V1_GetProcessResponse
            {
                let context = try await fixture.context(process) {
                    $0.versionNumber = version
                    $0.brief = true
                    $0.knownContentHash = hash
                    $0.sessionID = "s"
                }
                #expect(context.session.map(\.answer) == ["told"])
                return context.process
            }
            try await fixture.record(process) { $0.answer = "told" }
            #expect(
                try await brief(knowing: first.contentHash)
                    == .with {
                        $0.processID = process
                        $0.versionNumber = 1
                        $0.contentHash = first.contentHash
                    }
            )
            #expect(try await brief(knowing: String(repeating: "0", count: 64)) == first)
            // A new version, which its caller does not have, and the old one, which it has.
            try await fixture.update(process, code: "x = 2\n")
            let second = try await brief(knowing: first.contentHash)
            #expect(second.spyCode == "x = 2\n" && second.versionNumber == 2)
            try await #expect(brief(1, knowing: first.contentHash).spyCode.isEmpty)
            // The same content again is another version.
            try await fixture.update(process, code: "x = 1\n")
            let third = try await brief(knowing: first.contentHash)
            #expect(third.spyCode.isEmpty && third.versionNumber == 3)
            await #expect(throws: ServiceError.self) { try await brief(4, knowing: first.contentHash) }
            // Who tells the number too is told so much where that is the version, and as much as anybody where it is not.
            func brief(_ version: Int32 = 0, having number: Int32, session: String = "s") async throws
                -> Grimoire_V1_GetProcessResponse
            {
                let context = try await fixture.context(process) {
                    $0.versionNumber = version
                    $0.brief = true
                    $0.knownContentHash = third.contentHash
                    $0.knownVersionNumber = number
                    $0.sessionID = session
                }
                #expect(context.session.map(\.answer) == (session == "s" ? ["told"] : []))
                return context.process
            }
            for (version, number) in [(0, 3), (3, 3), (0, 1), (3, 1), (3, 4)] as [(Int32, Int32)] {
                try await #expect(brief(version, having: number) == third)
                try await #expect(brief(version, having: number, session: "") == third)
            }
            try await #expect(brief(1, having: 1).versionNumber == 1)
            try await #expect(brief(2, having: 1).spyCode == "x = 2\n")
            for version in [4, 5] as [Int32] {
                await #expect(throws: ServiceError.self) { try await brief(version, having: version) }
            }
            await #expect(throws: ServiceError.self) { try await brief(4, having: 4, session: "") }
            await #expect(throws: ServiceError.self) { try await brief(having: -1) }
            // What the version says is not looked at.
            try await fixture.asOwner("REVOKE SELECT ON process_versions FROM grimoire_app")
            try await #expect(brief(having: 3) == third)
            await #expect(throws: ServiceError.self) { try await brief(having: 2) }
            try await fixture.asOwner("GRANT SELECT ON process_versions TO grimoire_app")
            _ = try await fixture.call {
                try await $0.deleteProcess(request: .with { $0.processID = process }, context: $1)
            }
            await #expect(throws: ServiceError.self) { try await brief(knowing: first.contentHash) }
            await #expect(throws: ServiceError.self) { try await brief(having: 3) }
            await #expect(throws: ServiceError.self) { try await brief(having: 3, session: "") }
        }
    }

    @Test func theBestRatedOfTheOrganizationComeWithThisProcesssFirst() async throws {
        try await Fixture.with { fixture in
            let (process, other, deleted) = (
                try await fixture.create(), try await fixture.create(), try await fixture.create()
            )
            let elsewhere = UUID()
            let foreign = try await fixture.created(organization: elsewhere).processID
            var ids: [String: String] = [:]
            for (name, process, rating) in [
                ("own 2", process, 2), ("own 4", process, 4), ("other 5", other, 5), ("other 3", other, 3),
                ("deleted 5", deleted, 5),
            ] as [(String, String, Int32)] {
                let id = try await fixture.record(process) { $0.answer = name }
                try await fixture.rate(id, rating)
                ids[id] = name
            }
            try await fixture.record(process) { $0.answer = "unrated" }
            let hidden = try await fixture.record(foreign, organization: elsewhere)
            try await fixture.rate(hidden, 5, organization: elsewhere)
            _ = try await fixture.call {
                try await $0.deleteProcess(request: .with { $0.processID = deleted }, context: $1)
            }
            func rated(_ count: Int32) async throws -> [String] {
                try await fixture.context(process) { $0.ratedSuggestions = count }.rated.map(\.answer)
            }
            #expect(try await rated(20) == ["own 4", "own 2", "other 5", "other 3"])
            #expect(try await rated(3) == ["own 4", "own 2", "other 5"])
            #expect(try await rated(1) == ["own 4"])
            #expect(try await rated(0).isEmpty)
        }
    }

    @Test func aSessionComesWithItsLastExchangesFromTheOldestOn() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            for number in 1...52 { try await fixture.record(process) { $0.answer = "\(number)" } }
            try await fixture.record(process, user: UUID()) { $0.answer = "somebody else's" }
            try await fixture.record(process, session: "t") { $0.answer = "another session's" }
            let context = try await fixture.context(process) { $0.sessionID = "s" }
            #expect(context.session.map(\.answer) == (3...52).map { "\($0)" })
            // As many of the last as there is room for.
            let large = String(repeating: "a", count: 600_000)
            try await fixture.record(process, session: "large") { $0.answer = large }
            try await fixture.record(process, session: "large") { $0.answer = large }
            let cut = try await fixture.context(process) { $0.sessionID = "large" }
            #expect(cut.session.count == 1)
        }
    }
}
