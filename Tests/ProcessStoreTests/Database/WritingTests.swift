import Foundation
import GrimoireAPI
import Postgres
import ServiceKit
import SwiftProtobuf
import Testing

@testable import ProcessStore

@Suite struct WritingTests {
    @Test func oneKeySentFiftyTimesAtOnceMakesOneVersion() async throws {
        try await Fixture.with { fixture in
            let created = try await withThrowingTaskGroup(of: String.self, returning: Set<String>.self) {
                group in
                for _ in 0..<50 { group.addTask { try await fixture.create(key: "create-1") } }
                return try await group.reduce(into: []) { $0.insert($1) }
            }
            #expect(created.count == 1)
            let process = try #require(created.first)
            let answers = try await withThrowingTaskGroup(
                of: Grimoire_V1_UpdateProcessResponse.self,
                returning: [Grimoire_V1_UpdateProcessResponse].self
            ) { group in
                for _ in 0..<50 {
                    group.addTask { try await fixture.update(process, code: "x = 2\n", key: "update-1") }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 50 && answers.allSatisfy { $0 == answers[0] })
            #expect(answers[0].versionNumber == 2 && !answers[0].unchanged)
            let read = try await fixture.get(process)
            #expect(read.latestVersion == 2 && read.versionHistory.count == 2)
            #expect(try await fixture.verify(process).valid)
        }
    }

    @Test func aKeyIsGoodForOneRequestOfOneUserAndMethod() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(key: "k")
            await #expect(throws: (any Error).self) { try await fixture.create(name: "Q", key: "k") }
            do {
                _ = try await fixture.create(name: "Q", key: "k")
            } catch let error as ServiceError {
                guard case .conflict(let reason, _) = error.kind else {
                    Issue.record("\(error)")
                    return
                }
                #expect(reason == "IDEMPOTENCY_KEY_REUSED")
            }
            // Another method, and then the same request again after other versions: the first answer.
            let first = try await fixture.update(process, code: "x = 2\n", key: "k")
            try await fixture.update(process, code: "x = 3\n")
            #expect(try await fixture.update(process, code: "x = 2\n", key: "k") == first)
            #expect(try await fixture.get(process).latestVersion == 3)
            // An update that changed nothing is remembered too.
            #expect(try await fixture.update(process, code: "x = 3\n", key: "same").unchanged)
            try await fixture.update(process, code: "x = 4\n")
            #expect(try await fixture.update(process, code: "x = 3\n", key: "same").unchanged)
            // After a day a key is free.
            try await fixture.asOwner(
                "ALTER TABLE idempotency_keys NO FORCE ROW LEVEL SECURITY",
                "UPDATE idempotency_keys SET created_at = created_at - interval '25 hours'"
            )
            #expect(try await fixture.create(name: "Q", key: "k") != process)
        }
    }

    @Test func writersOfOneProcessLeaveEveryNumberOnceAndAChainThatVerifies() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let numbers = try await withThrowingTaskGroup(of: Int32.self, returning: [Int32].self) { group in
                for writer in 0..<200 {
                    group.addTask {
                        try await fixture.update(process, code: "x = \(writer + 10)\n").versionNumber
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(numbers.sorted() == Array(2...201))
            let chain = try await fixture.verify(process)
            #expect(chain.valid && chain.versionsChecked == 201, "\(chain.findings)")
        }
    }

    @Test func ofWritersThatExpectOneVersionOneWins() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let wins = try await withThrowingTaskGroup(of: Bool.self, returning: Int.self) { group in
                for writer in 0..<20 {
                    group.addTask {
                        do {
                            try await fixture.update(process, code: "x = \(writer + 10)\n") {
                                $0.expectedVersion = 1
                            }
                            return true
                        } catch let error as ServiceError {
                            guard case .conflict(reason: "VERSION_CONFLICT", _) = error.kind else {
                                throw error
                            }
                            return false
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(wins == 1)
        }
    }

    @Test func whatChangesNothingMakesNoVersionAndOtherBytesDo() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(name: "Caf\u{E9}")
            let same = try await fixture.update(process, code: "x = 1\n") { $0.changelog = "nothing" }
            #expect(same.unchanged && same.versionNumber == 1)
            let other = try await fixture.update(process, code: "x = 1\n") { $0.name = "Cafe\u{301}" }
            #expect(!other.unchanged && other.versionNumber == 2)
        }
    }

    @Test func aDocumentIsDerivedUntilSomebodyWritesOne() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: "def pay(a):\n    send(a)\n")
            let first = try await fixture.get(process)
            #expect(first.processDocument.derived)
            #expect(
                first.processDocument.text.contains("`pay(a)`")
                    && first.processDocument.text.contains("`send`")
            )
            try await fixture.update(process, code: "def refund(a):\n    send(a)\n")
            #expect(try await fixture.get(process).processDocument.text.contains("`refund(a)`"))
            try await fixture.update(process, code: "def refund(a):\n    send(a)\n") {
                $0.processDocument = .with { $0.text = "Written." }
            }
            try await fixture.update(process, code: "x = 1\n")
            let written = try await fixture.get(process).processDocument
            #expect(written.text == "Written." && !written.derived)
            try await fixture.update(process, code: "x = 1\n") { $0.processDocument.derived = true }
            #expect(try await fixture.get(process).processDocument.derived)
            #expect(try await fixture.get(process, version: 1).processDocument == first.processDocument)
        }
    }

    @Test func aDeletedProcessComesBackAsItWasAndEachStepIsAudited() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let before = try await fixture.get(process, version: 1)
            _ = try await fixture.call {
                try await $0.deleteProcess(request: .with { $0.processID = process }, context: $1)
            }
            await #expect(throws: ServiceError.self) { try await fixture.get(process) }
            await #expect(throws: ServiceError.self) { try await fixture.get(process, version: 1) }
            let restore = { () async throws -> Grimoire_V1_RestoreProcessResponse in
                try await fixture.call {
                    try await $0.restoreProcess(request: .with { $0.processID = process }, context: $1)
                }
            }
            let restored = try await restore()
            #expect(restored.wasDeleted && restored.versionNumber == 1)
            #expect(try await !restore().wasDeleted)
            #expect(try await fixture.get(process, version: 1) == before)
            let audit = try await fixture.asApplication(
                .init("SELECT method FROM audit_log ORDER BY created_at")
            )
            #expect(
                try audit.rows.map { try $0.decode("method", as: String.self) }
                    == ["CreateProcess", "DeleteProcess", "RestoreProcess"]
            )
            let events = try await fixture.asOwner("SELECT kind FROM outbox ORDER BY created_at")[0]
            #expect(
                try events.rows.map { try $0.decode("kind", as: String.self) }
                    == ["ProcessCreated", "ProcessDeleted", "ProcessRestored"]
            )
        }
    }

    @Test func whatTheOwnerChangesBehindTheServiceIsFound() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            try await fixture.update(process, code: "x = 2\n")
            try await fixture.update(process, code: "x = 3\n")
            let valid = try await fixture.verify(process)
            #expect(valid.valid && valid.versionsChecked == 3 && valid.signingKeyID == "test")
            #expect(valid.contentHash == (try await fixture.get(process).contentHash))
            try await fixture.asOwner(
                "ALTER TABLE process_versions DISABLE TRIGGER process_versions_are_immutable",
                "UPDATE process_versions SET spy_code = 'x = 9' WHERE version_number = 2"
            )
            let changed = try await fixture.verify(process)
            #expect(!changed.valid)
            #expect(changed.findings.map { "\($0.versionNumber) \($0.kind)" } == ["2 CONTENT"])
            #expect(try await fixture.verify(process, version: 3, wholeChain: false).valid)
            #expect(try await !fixture.verify(process, version: 2, wholeChain: false).valid)
        }
    }
}
