import Foundation
import GrimoireAPI
import Postgres
import ServiceKit
import SwiftProtobuf
import Testing

@testable import ProcessStore

@Suite struct ExecutionTests {
    /// A run of so many milliseconds, an hour ago.
    static func run(
        _ milliseconds: Int64,
        version: Int32 = 1,
        outcome: String = "succeeded",
        _ change: (inout Grimoire_V1_ProcessExecution) -> Void = { _ in }
    ) -> Grimoire_V1_ProcessExecution {
        var run = Grimoire_V1_ProcessExecution()
        run.executionID = UUID().text
        run.versionNumber = version
        run.startedAt = Google_Protobuf_Timestamp(date: Date(timeIntervalSinceNow: -3_600))
        run.duration = .init(microseconds: milliseconds * 1_000)
        run.outcome = outcome
        change(&run)
        return run
    }

    private func record(
        _ fixture: Fixture,
        _ process: String,
        _ runs: [Grimoire_V1_ProcessExecution],
        organization: UUID? = nil
    ) async throws -> Grimoire_V1_RecordExecutionsResponse {
        try await fixture.call(organization: organization) {
            try await $0.recordExecutions(
                request: .with {
                    $0.processID = process
                    $0.executions = runs
                },
                context: $1
            )
        }
    }

    private func summarize(
        _ fixture: Fixture,
        _ process: String,
        _ change: (inout Grimoire_V1_SummarizeExecutionsRequest) -> Void = { _ in }
    ) async throws -> Grimoire_V1_SummarizeExecutionsResponse {
        var request = Grimoire_V1_SummarizeExecutionsRequest()
        request.processID = process
        change(&request)
        let complete = request
        return try await fixture.call { try await $0.summarizeExecutions(request: complete, context: $1) }
    }

    @Test func hundredsOfRunsAreStoredOnceHoweverOftenTheyAreReported() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let runs = (1...500).map { Self.run(Int64($0)) }
            let first = try await record(fixture, process, runs + [runs[0]])
            #expect(first.recorded == 500 && first.known == 1)
            // The same run with another time is the same run.
            let again = try await record(
                fixture,
                process,
                [Self.run(1), Self.run(9) { $0.executionID = runs[3].executionID }]
            )
            #expect(again.recorded == 1 && again.known == 1)
            // Several callers with runs in common.
            let counts = try await withThrowingTaskGroup(of: Int32.self, returning: Int32.self) { group in
                let fresh = (1...100).map { Self.run(Int64($0)) }
                for _ in 0..<8 {
                    group.addTask { try await record(fixture, process, fresh.shuffled()).recorded }
                }
                return try await group.reduce(0, +)
            }
            #expect(counts == 100)
            #expect(try await summarize(fixture, process).total.runs == 601)
        }
    }

    /// IDs are the reporters' choice, and of one organization.
    @Test func anotherOrganizationsRunOfTheSameIDIsAnotherRun() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let elsewhere = UUID()
            let foreign = try await fixture.created(organization: elsewhere).processID
            let runs = [Self.run(1), Self.run(2)]
            #expect(try await record(fixture, process, runs).recorded == 2)
            #expect(try await record(fixture, foreign, runs, organization: elsewhere).recorded == 2)
            #expect(try await record(fixture, foreign, runs, organization: elsewhere).known == 2)
        }
    }

    @Test func whatARunHasOvercomeIsNoFailureAndAnActionNamedTwiceIsOneOfItsRun() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let runs = ["succeeded", "failed", "timed_out"].map { outcome in
                Self.run(1, outcome: outcome) {
                    $0.errorType = outcome
                    $0.actions = [3, Int32.max].map { calls in
                        .with {
                            $0.name = "pay"
                            $0.calls = calls
                            $0.failures = 1
                            $0.duration = .init(microseconds: 5)
                        }
                    }
                }
            }
            _ = try await record(fixture, process, runs)
            let summary = try await summarize(fixture, process)
            #expect(Set(summary.errors.map(\.errorType)) == ["failed", "timed_out"])
            let pay = try #require(summary.slowestActions.first)
            #expect(summary.slowestActions.count == 1 && pay.runs == 3 && pay.failures == 6)
            #expect(pay.calls == 3 * Int64(Int32.max))
        }
    }

    @Test func aPeriodMayHaveAsManyIntervalsAsAreToldAndNoneIsLeftOut() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let begin: Int64 = 1_700_000_000 / 3_600 * 3_600
            _ = try await record(
                fixture,
                process,
                (1...1_000).map { hour in Self.run(1) { $0.startedAt = .init(seconds: begin + hour * 3_600) }
                }
            )
            func intervals(_ from: Int64, _ to: Int64) async throws -> Int {
                try await summarize(fixture, process) {
                    $0.interval = "hour"
                    $0.fromTime = .init(seconds: begin + from)
                    $0.toTime = .init(seconds: begin + to)
                }.intervals.count
            }
            #expect(try await intervals(3_600, 1_001 * 3_600) == 1_000)
            #expect(try await intervals(1_800, 1_000 * 3_600) == 999)
            // Of the first and of the last hour a part.
            await #expect(throws: ServiceError.self) { try await intervals(1_800, 1_000 * 3_600 + 1) }
        }
    }

    @Test func aPeriodBeginsInYear1AtTheEarliest() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let summary = try await summarize(fixture, process) {
                $0.toTime = .init(seconds: Instant.earliest.microseconds / 1_000_000 + 60)
            }
            #expect(summary.fromTime.seconds == Instant.earliest.microseconds / 1_000_000)
            let error = await #expect(throws: ServiceError.self) {
                try await summarize(fixture, process) {
                    $0.toTime = .init(seconds: Instant.earliest.microseconds / 1_000_000)
                }
            }
            #expect(error?.message.hasPrefix("to ") == true)
        }
    }

    @Test func summariesSayHowRunsWentByVersionLineAndAction() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            try await fixture.update(process, code: "x = 2\n")
            var runs = (1...100).map { Self.run(Int64($0)) }
            runs += (1...10).map { number in
                Self.run(1_000, version: 2, outcome: "failed") {
                    $0.errorType = "ValueError"
                    $0.errorLine = 7
                    $0.errorMessage = "number \(number)"
                    $0.actions = [
                        .with {
                            $0.name = "send_email"
                            $0.calls = 4
                            $0.failures = 1
                            $0.duration = .init(microseconds: 400_000)
                        },
                        .with {
                            $0.name = "look_up"
                            $0.calls = 1
                            $0.duration = .init(microseconds: 900_000)
                        },
                    ]
                }
            }
            runs.append(Self.run(5, version: 2, outcome: "timed_out"))
            _ = try await record(fixture, process, runs)
            let summary = try await summarize(fixture, process) { $0.interval = "day" }
            #expect(summary.total.runs == 111 && summary.total.succeeded == 100 && summary.total.failed == 10)
            #expect(summary.total.timedOut == 1)
            #expect(abs(summary.total.successRate - 100.0 / 111) < 1e-9)
            #expect(summary.versions.map(\.versionNumber) == [2, 1])
            #expect(
                summary.versions[1].p50.nanos == 50_000_000 && summary.versions[1].p95.nanos == 95_000_000
            )
            #expect(summary.versions[0].p95.seconds == 1)
            #expect(summary.intervals.count == 1 && summary.intervals[0].runs == 111)
            #expect(summary.intervals[0].intervalStart.seconds % 86_400 == 0)
            #expect(summary.errors.count == 1)
            #expect(
                summary.errors[0].line == 7 && summary.errors[0].count == 10
                    && summary.errors[0].versionNumber == 2
            )
            #expect(summary.slowestActions.map(\.name) == ["look_up", "send_email"])
            #expect(summary.failingActions.map(\.name) == ["send_email"])
            let email = summary.failingActions[0]
            #expect(
                email.calls == 40 && email.failures == 10 && email.failureRate == 0.25 && email.runs == 10
            )
            #expect(email.meanDuration.nanos == 100_000_000)
            let second = try await summarize(fixture, process) { $0.versionNumber = 2 }
            #expect(second.total.runs == 11 && second.versions.count == 1)
            let empty = try await summarize(fixture, process) {
                $0.toTime = Google_Protobuf_Timestamp(date: Date(timeIntervalSinceNow: -86_400))
            }
            #expect(empty.total.runs == 0 && empty.versions.isEmpty && empty.errors.isEmpty)
        }
    }

    @Test func runsThatCannotBeAreRefusedWithTheirField() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            for (field, run) in [
                ("executions[0].execution_id", Self.run(1) { $0.executionID = "7" }),
                ("executions[0].version_number", Self.run(1, version: 0)),
                ("executions[0].version_number", Self.run(1, version: 2)),
                ("executions[0].started_at", Self.run(1) { $0.clearStartedAt() }),
                ("executions[0].started_at", Self.run(1) { $0.startedAt.seconds += 400_000 }),
                ("executions[0].duration", Self.run(-1)),
                ("executions[0].outcome", Self.run(1, outcome: "fine")),
                ("executions[0].error_type", Self.run(1, outcome: "failed")),
                ("executions[0].actions[0].calls", Self.run(1) { $0.actions = [.with { $0.name = "a" }] }),
            ] {
                do {
                    _ = try await record(fixture, process, [run])
                    Issue.record("\(field) was accepted")
                } catch let error as ServiceError {
                    guard case .invalid(let violations) = error.kind else {
                        Issue.record("\(error)")
                        continue
                    }
                    #expect(violations.map(\.field) == [field])
                }
            }
            await #expect(throws: ServiceError.self) { try await record(fixture, process, []) }
            await #expect(throws: ServiceError.self) {
                try await record(fixture, process, (0...1_000).map { _ in Self.run(1) })
            }
            await #expect(throws: ServiceError.self) {
                try await summarize(fixture, process) { $0.interval = "minute" }
            }
            #expect(try await summarize(fixture, process).total.runs == 0)
        }
    }
}
