import Foundation
import GRPCCore
import GrimoireAPI
import Postgres
import ServiceKit
import StableMapping
import SwiftProtobuf
import Synchronization
import Testing

@testable import ProcessStore

/// What becomes of mappings when processes are made and changed.
@Suite struct MappingWritingTests {
    static let refund = """
        def refund(amount):
            limit = look_up("limit")
            if amount > limit:
                ask_for_approval(amount)
            fee = amount * 2
            return amount - fee

        """

    static let refundKeys: Set = [
        "refund::limit", "refund::look_up(\"limit\")", "refund::if amount > limit",
        "refund::ask_for_approval(amount)", "refund::fee", "refund::return amount - fee",
    ]

    @Test func aCreateDerivesFactsAndReportsThem() async throws {
        try await Fixture.with { fixture in
            let created = try await fixture.created(code: Self.refund) {
                $0.stableMapping = ["fee": "fact-fee"]
            }
            let report = created.mappingReport
            let read = try await fixture.get(created.processID)
            let mapping = read.stableMapping
            #expect(Set(mapping.keys) == Self.refundKeys.subtracting(["refund::fee"]).union(["fee"]))
            #expect(mapping["fee"] == "fact-fee")
            #expect(report.given.map(\.key) == ["fee"] && report.warnings.isEmpty && !report.truncated)
            #expect(report.derived.map(\.key) == mapping.keys.filter { $0 != "fee" }.sorted())
            #expect(
                report.derived.allSatisfy {
                    mapping[$0.key] == $0.factID && UUID(uuidString: $0.factID) != nil
                }
            )
            #expect(report.counts.entries == 6 && report.counts.derived == 5 && report.counts.given == 1)
            #expect(read.deriveMapping && read.compatibility == .none)
        }
    }

    @Test func anUpdateCarriesMovesRetiresAndRestores() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: Self.refund)
            let first = try await fixture.get(process).stableMapping
            // Moved: the condition has another constant. Retired: the fee. New: nothing.
            let changed = Self.refund.replacing("fee = amount * 2\n", with: "pass\n")
                .replacing("amount - fee", with: "amount").replacing(
                    "amount > limit",
                    with: "amount >= limit"
                )
            let second = try await fixture.update(process, code: changed)
            let report = second.mappingReport
            #expect(
                report.moved.contains {
                    $0.oldKey == "refund::if amount > limit" && $0.key == "refund::if amount >= limit"
                        && $0.factID == first[$0.oldKey]
                }
            )
            #expect(report.retired.map(\.key) == ["refund::fee"], "\(report)")
            #expect(report.counts.carried >= 3 && report.derived.isEmpty)
            let mapping = try await fixture.get(process).stableMapping
            #expect(mapping["refund::limit"] == first["refund::limit"] && mapping["refund::fee"] == nil)
            // Back as it was: the fee has the ID that it had.
            let third = try await fixture.update(process, code: Self.refund)
            #expect(third.mappingReport.restored.map(\.key) == ["refund::fee"], "\(third.mappingReport)")
            #expect(try await fixture.get(process).stableMapping == first)
        }
    }

    @Test func whatIsGivenWinsAndReplacingDropsWhatIsNotGivenAgain() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: "a = 1\nb = 2\n") {
                $0.stableMapping = ["a": "f1", "later": "f2"]
            }
            let derived = try #require(try await fixture.get(process).stableMapping["b"])
            let overlaid = try await fixture.update(process, code: "a = 1\nb = 2\n") {
                $0.stableMapping = ["b": "f3"]
            }
            #expect(overlaid.versionNumber == 2 && overlaid.mappingReport.retired.map(\.factID) == [derived])
            #expect(overlaid.mappingReport.unmatched.map(\.key) == ["later"])
            #expect(
                try await fixture.get(process).stableMapping == ["a": "f1", "b": "f3", "later": "f2"]
            )
            // An entry that fitted nothing fits now.
            try await fixture.update(process, code: "a = 1\nb = 2\nlater = 3\n")
            #expect(try await fixture.get(process).stableMapping["later"] == "f2")
            let replaced = try await fixture.update(process, code: "a = 1\nb = 2\n") {
                $0.stableMapping = ["a": "f1"]
                $0.replaceMapping = true
            }
            let mapping = try await fixture.get(process).stableMapping
            #expect(Set(mapping.keys) == ["a", "b"] && mapping["a"] == "f1")
            // Without what was given to it, it has again what it had before that.
            #expect(mapping["b"] == derived && replaced.mappingReport.restored.map(\.key) == ["b"])
        }
    }

    @Test func derivationIsOffWhereAProcessSaysSoUntilItSaysOtherwise() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: "a = 1\nb = 2\n") {
                $0.stableMapping = ["a": "f1"]
                $0.deriveMapping = false
            }
            #expect(try await fixture.get(process).stableMapping == ["a": "f1"])
            try await fixture.update(process, code: "a = 1\nb = 2\nc = 3\n")
            let second = try await fixture.get(process)
            #expect(second.stableMapping == ["a": "f1"] && !second.deriveMapping)
            let on = try await fixture.update(process, code: "a = 1\nb = 2\nc = 3\n") {
                $0.deriveMapping = true
            }
            #expect(on.versionNumber == 3 && on.mappingReport.derived.map(\.key) == ["b", "c"])
            // Off again: what was derived stays, and no version is made, but the process is another.
            let off = try await fixture.update(process, code: "a = 1\nb = 2\nc = 3\n", key: "off") {
                $0.deriveMapping = false
            }
            #expect(off.unchanged && off.versionNumber == 3)
            let read = try await fixture.get(process)
            #expect(!read.deriveMapping && read.stableMapping.count == 3 && read.latestVersion == 3)
            #expect(
                try await fixture.update(process, code: "a = 1\nb = 2\nc = 3\n", key: "off") {
                    $0.deriveMapping = false
                } == off
            )
            let audit = try await fixture.asApplication(.init("SELECT count(*) AS count FROM audit_log"))
            #expect(try audit.first?.decode("count", as: Int64.self) == 4)
        }
    }

    @Test func aCompatibleProcessRefusesToLoseFactsAndListsThem() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: Self.refund) { $0.compatibility = .backward }
            let before = try await fixture.get(process)
            #expect(before.compatibility == .backward)
            // Renamed and moved is compatible.
            try await fixture.update(process, code: Self.refund.replacing("fee", with: "charge"))
            let refused = { (change: @escaping (inout Grimoire_V1_UpdateProcessRequest) -> Void) async in
                do {
                    try await fixture.update(process, code: "x = 1\n", change)
                    Issue.record("accepted")
                } catch let error as ServiceError {
                    guard case .failedPrecondition(let reason, let violations) = error.kind else {
                        Issue.record("\(error)")
                        return
                    }
                    #expect(reason == "MAPPING_INCOMPATIBLE" && error.rpcErrorCode == .failedPrecondition)
                    #expect(violations.count == 6, "\(violations)")
                    #expect(violations.contains { $0.subject == "stable_mapping[\"refund::charge\"]" })
                    #expect(violations.allSatisfy { $0.description.hasSuffix("is removed.") })
                    #expect(error.message.contains("5 more"))
                } catch {
                    Issue.record("\(error)")
                }
            }
            await refused { _ in }
            // What the update itself demands holds for it: in both directions.
            try await fixture.update(process, code: Self.refund) {
                $0.compatibility = MappingCompatibilityLevel.none
            }
            try await fixture.update(process, code: Self.refund.replacing("fee", with: "charge"))
            await refused { $0.compatibility = .backward }
            #expect(try await fixture.get(process).compatibility == .none)
            try await fixture.update(process, code: "x = 1\n")
            #expect(try await fixture.get(process).latestVersion == 5)
        }
    }

    @Test func keysThatAreNoneAreNamedOneByOne() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let wrong = ["x y": "f1", "def f(): pass": "f2", "good": "f3", "a[": "f4"]
            let check = { (error: any Error) in
                guard let error = error as? ServiceError, case .invalid(let violations) = error.kind else {
                    Issue.record("\(error)")
                    return
                }
                #expect(
                    Set(violations.map(\.field)) == [
                        #"stable_mapping["x y"]"#, #"stable_mapping["def f(): pass"]"#,
                        #"stable_mapping["a["]"#,
                    ]
                )
                #expect(
                    violations.allSatisfy { $0.reason == "INVALID_KEY" && $0.description.contains("column") }
                )
            }
            do {
                _ = try await fixture.create { $0.stableMapping = wrong }
                Issue.record("accepted")
            } catch { check(error) }
            do {
                try await fixture.update(process, code: "x = 1\n") { $0.stableMapping = wrong }
                Issue.record("accepted")
            } catch { check(error) }
        }
    }

    @Test func refusedKeysFitTheHeaderThatErrorsTravelIn() throws {
        let problems = Dictionary(
            uniqueKeysWithValues: (0..<1_000).map { ("\(String(repeating: "k", count: 200)) \($0)", "f") }
        )
        let change = MappingChange(program: .init("x = 1\n"), code: "x = 1\n", given: problems)
        let error = #expect(throws: ServiceError.self) {
            try change.outcome(of: UUID(), version: 1, after: nil, deriving: true)
        }
        let size = error?.rpcErrorMetadata.reduce(0) { total, pair in
            switch pair.value {
            case .string(let text): total + text.utf8.count
            case .binary(let bytes): total + bytes.count
            }
        }
        #expect(try #require(size) < 6_000)
        #expect(error?.message.contains("999 more") == true)
    }

    @Test func theDocumentedExampleIsAcceptedWithWarnings() async throws {
        try await Fixture.with { fixture in
            let mapping = ["user_id": "stable_fact_id_1", "session_token": "stable_fact_id_2"]
            let created = try await fixture.created { $0.stableMapping = mapping }
            let report = created.mappingReport
            #expect(report.unmatched.map(\.key) == ["session_token", "user_id"])
            #expect(report.warnings.map(\.kind) == ["MAPPING_FITS_NOTHING", "MAPPING_FITS_NOTHING"])
            #expect(report.warnings.map(\.key).sorted() == ["session_token", "user_id"])
            let read = try await fixture.get(created.processID).stableMapping
            #expect(mapping.allSatisfy { read[$0.key] == $0.value } && read.count == 3)
        }
    }

    @Test func theSameProgramAgainMakesNoVersion() async throws {
        let programs = [
            Self.refund,
            "send(a)\nsend(a)\nx = 1\nif x:\n    send(a)\n",
            "def f(a):\n    while a:\n        a = step(a)\n    return a\n\ndef g():\n    def f(a):\n        return a + 1\n    return f(2)\n",
            "for i in items():\n    total = total + i if check(i) else total\nassert total > 0\n",
        ]
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: programs[0]) {
                $0.stableMapping = ["refund::fee": "f1", "nothing": "f2", "limit": "f3", "fee": "f4"]
            }
            for code in programs + programs.reversed() {
                let made = try await fixture.update(process, code: code)
                let again = try await fixture.update(process, code: code) { $0.changelog = "again" }
                #expect(
                    again.unchanged && again.versionNumber == made.versionNumber,
                    "\(again.mappingReport)"
                )
                let counts = again.mappingReport.counts
                #expect(counts.carried + counts.unmatched == counts.entries, "\(again.mappingReport)")
            }
        }
    }

    @Test func aRepeatedCallGetsTheFirstReport() async throws {
        try await Fixture.with { fixture in
            let first = try await fixture.created(code: Self.refund, key: "k")
            #expect(try await fixture.created(code: Self.refund, key: "k") == first)
            #expect(first.mappingReport.derived.count == 6)
            let update = try await fixture.update(first.processID, code: "x = 1\n", key: "k")
            try await fixture.update(first.processID, code: "x = 2\n")
            #expect(try await fixture.update(first.processID, code: "x = 1\n", key: "k") == update)
            #expect(update.mappingReport.retired.count == 6)
        }
    }

    @Test func whatIsCommittedIsAnnouncedOnce() async throws {
        final class Recorder: ChangeAnnouncer {
            let news = Mutex<[String]>([])
            func announce(_ change: ProcessChange) { news.withLock { $0.append(change.message) } }
        }
        let recorder = Recorder()
        try await Fixture.with(announcer: recorder) { fixture in
            let process = try await fixture.create()
            let line = "\(fixture.organization.text) \(process)"
            func count() -> Int { recorder.news.withLock { $0.count { $0 == line } } }
            #expect(count() == 1)
            try await fixture.update(process, code: "x = 2\n")
            #expect(count() == 2)
            try await fixture.update(process, code: "x = 2\n")
            #expect(count() == 2)
            try await fixture.update(process, code: "x = 2\n") { $0.compatibility = .backward }
            #expect(count() == 3)
            _ = try? await fixture.update(process, code: "y()\n")
            #expect(count() == 3)
            _ = try await fixture.call {
                try await $0.deleteProcess(request: .with(process: process), context: $1)
            }
            #expect(count() == 4)
            for _ in 0..<2 {
                _ = try await fixture.call {
                    try await $0.restoreProcess(request: .with(process: process), context: $1)
                }
            }
            #expect(count() == 5 && recorder.news.withLock { $0.count } == 5)
        }
    }
}

/// Beside an optional, `.none` would be the absence of a value.
typealias MappingCompatibilityLevel = Grimoire_V1_MappingCompatibility.Level
