import Foundation
import GRPCCore
import GrimoireAPI
import ServiceKit
import SwiftProtobuf
import Testing

@testable import ProcessStore

/// What a validation says of the mapping, without storing anything.
@Suite struct MappingPreviewTests {
    private func validate(
        _ fixture: Fixture,
        _ code: String,
        organization: UUID? = nil,
        _ change: (inout Grimoire_V1_ValidateProcessRequest) -> Void = { _ in }
    ) async throws -> Grimoire_V1_ValidateProcessResponse {
        var request = Grimoire_V1_ValidateProcessRequest()
        request.spyCode = code
        change(&request)
        let complete = request
        return try await fixture.call(organization: organization) {
            try await $0.validateProcess(request: complete, context: $1)
        }
    }

    @Test func theEffectOnAProcessIsWhatAnUpdateThenDoes() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: MappingWritingTests.refund) {
                $0.compatibility = .backward
            }
            let code = MappingWritingTests.refund.replacing(
                "    fee = amount * 2\n",
                with: "    note(amount)\n"
            )
            let seen = try await validate(fixture, code) {
                $0.processID = process
                $0.stableMapping = ["nowhere": "f1"]
            }
            #expect(seen.valid && !seen.mappingViolationsTruncated)
            #expect(seen.mappingViolations.map { "\($0.kind) \($0.oldKey)" } == ["REMOVED refund::fee"])
            #expect(try await fixture.get(process).latestVersion == 1)
            let made = try await fixture.update(process, code: code) {
                $0.stableMapping = ["nowhere": "f1"]
                $0.compatibility = MappingCompatibilityLevel.none
            }
            #expect(made.mappingReport == seen.mappingReport)
            #expect(made.mappingReport.warnings.map(\.kind) == ["MAPPING_FITS_NOTHING"])
            // Neither a stranger nor a request with the wrong keys gets that far.
            let foreign = await #expect(throws: ServiceError.self) {
                try await validate(fixture, code, organization: UUID()) { $0.processID = process }
            }
            #expect(foreign?.rpcErrorCode == .notFound)
            let wrong = await #expect(throws: ServiceError.self) {
                try await validate(fixture, code) { $0.stableMapping = ["x y": "f"] }
            }
            #expect(wrong?.rpcErrorCode == .invalidArgument)
        }
    }

    @Test func ofANewProcessDerivedEntriesHaveNoID() async throws {
        try await Fixture.with { fixture in
            let report = try await validate(fixture, "a = 1\nb = 2\n") { $0.stableMapping = ["a": "f1"] }
                .mappingReport
            #expect(report.given.map(\.factID) == ["f1"])
            #expect(report.derived.map { "\($0.key)\($0.factID)" } == ["b"])
            #expect(try await !validate(fixture, "class A: pass\n").hasMappingReport)
        }
    }

    @Test func aDryRunTellsTheValueOfEachMappedFact() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: MappingWritingTests.refund) {
                $0.stableMapping = ["refund::if amount > limit": "needs-approval"]
            }
            let run = try await validate(fixture, MappingWritingTests.refund) {
                $0.processID = process
                $0.dryRun.entryPoint = "refund"
                $0.dryRun.arguments = "[7]"
                $0.dryRun.actionResults = ["look_up": "5"]
            }.dryRun
            #expect(run.succeeded && run.result == "-7", "\(run)")
            let values = Dictionary(uniqueKeysWithValues: run.facts.map { ($0.key, $0.values) })
            #expect(
                values == [
                    "refund::limit": ["5"], "refund::look_up(\"limit\")": ["5"],
                    "refund::if amount > limit": ["true"], "refund::ask_for_approval(amount)": ["null"],
                    "refund::fee": ["14"], "refund::return amount - fee": ["-7"],
                ],
                "\(values)"
            )
            let mapping = try await fixture.get(process).stableMapping
            #expect(run.facts.allSatisfy { mapping[$0.key] == $0.factID && $0.count == 1 })
            #expect(run.facts.map(\.key).first == "refund::limit")
            // An action as a condition is two facts in one place; what is not reached has no value.
            let twice = try await validate(fixture, "if check(1):\n    x = 1\n") {
                $0.dryRun.actionResults = ["check": "false"]
            }.dryRun
            #expect(
                twice.facts.map { "\($0.key) \($0.values) \($0.count)" } == [
                    "check(1) [\"false\"] 1", "if check(1) [\"false\"] 1", "x [] 0",
                ]
            )
        }
    }
}
