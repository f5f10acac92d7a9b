import Foundation
import GRPCCore
import GrimoireAPI
import Postgres
import ServiceKit
import SwiftProtobuf
import Testing

@testable import ProcessStore

@Suite struct ReadingTests {
    private func list(
        _ fixture: Fixture,
        _ change: (inout Grimoire_V1_ListProcessesRequest) -> Void = { _ in }
    ) async throws -> Grimoire_V1_ListProcessesResponse {
        var request = Grimoire_V1_ListProcessesRequest()
        change(&request)
        let complete = request
        return try await fixture.call { try await $0.listProcesses(request: complete, context: $1) }
    }

    @Test func listsComeInEveryOrderPageByPage() async throws {
        try await Fixture.with { fixture in
            var ids: [String: String] = [:]
            for name in ["b/1", "a", "c", "B", "a"] { ids[try await fixture.create(name: name)] = name }
            for (order, expected) in [
                ("", ["a", "B", "c", "a", "b/1"]), ("updated_at desc", ["a", "B", "c", "a", "b/1"]),
                ("created_at", ["b/1", "a", "c", "B", "a"]), ("name", ["B", "a", "a", "b/1", "c"]),
                ("name desc", ["c", "b/1", "a", "a", "B"]),
            ] {
                var (seen, token) = ([String](), "")
                repeat {
                    let place = token
                    let page = try await list(fixture) {
                        $0.orderBy = order
                        $0.pageSize = 2
                        $0.pageToken = place
                    }
                    seen += page.processes.map(\.name)
                    token = page.nextPageToken
                } while !token.isEmpty
                #expect(seen == expected, "\(order)")
            }
            await #expect(throws: ServiceError.self) { try await list(fixture) { $0.orderBy = "color" } }
            let token = try await list(fixture) { $0.pageSize = 1 }.nextPageToken
            for change in [token + "A", String(token.dropLast())] {
                await #expect(throws: ServiceError.self) { try await list(fixture) { $0.pageToken = change } }
            }
            await #expect(throws: ServiceError.self) {
                try await list(fixture) {
                    $0.pageToken = token
                    $0.orderBy = "name"
                }
            }
        }
    }

    @Test func wordsAreFoundInNameDescriptionDocumentAndCodeOfTheLatestVersion() async throws {
        try await Fixture.with { fixture in
            let refund = try await fixture.create(name: "Refunding goods", code: "ask_for_approval()\n") {
                $0.description_p = "Customers want money back."
                $0.processDocument = .with { $0.text = "A manager must sign above 100 euros." }
            }
            _ = try await fixture.create(name: "Onboarding", code: "x = 1\n") {
                $0.processDocument = .with { $0.text = "A laptop is ordered." }
            }
            func found(_ words: String) async throws -> [String] {
                try await list(fixture) { $0.query = words }.processes.map(\.name)
            }
            for words in [
                "refunds", "customer", "managers sign", "approval", "\"must sign\"", "laptops or euros",
            ] {
                #expect(try await found(words).contains("Refunding goods"), "\(words)")
            }
            #expect(try await found("manager -euro") == [])
            #expect(try await found("nothing") == [])
            #expect(try await found("the ' & | !") == [])
            try await fixture.update(refund, code: "x = 1\n") {
                $0.processDocument = .with { $0.text = "New." }
            }
            #expect(try await found("manager") == [])
            #expect(try await found("approval") == [])
        }
    }

    /// PostgreSQL's parser took the square of their number for these: longer than a statement may.
    @Test(arguments: ["a/", "a.", "a_", "<a", "1."])
    func wordsWithSignsAndWithoutBlanksAreFoundAndTakeNoLongerThanOthers(words: String) async throws {
        try await Fixture.with { fixture in
            let many = String(repeating: words, count: 32_768)
            _ = try await fixture.create(name: "Signs", code: "# " + many.prefix(60_000) + " last\n") {
                $0.description_p = "home/finished.payment_ledger ~/folder " + many.prefix(9_000)
                $0.processDocument = .with { $0.text = String(many.prefix(65_536)) }
            }
            for query in [
                "finished", "home/finished.payment_ledger", "\"finished payment\"", "~/folder", "last",
            ] {
                #expect(
                    try await list(fixture) { $0.query = query }.processes.map(\.name) == ["Signs"],
                    "\(query)"
                )
            }
            #expect(try await list(fixture) { $0.query = "payment_finished" }.processes.isEmpty)
        }
    }

    @Test func aDifferenceIsToldByHunksAndEntries() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: "a = 1\nb = 2\n") {
                $0.stableMapping = ["a": "f1", "b": "f2"]
            }
            try await fixture.update(process, code: "a = 1\nb = 3\n") {
                $0.name = "Q"
                $0.stableMapping = ["b": "f3"]
            }
            func diff(_ change: @escaping (inout Grimoire_V1_DiffVersionsRequest) -> Void) async throws
                -> Grimoire_V1_DiffVersionsResponse
            {
                var request = Grimoire_V1_DiffVersionsRequest()
                request.processID = process
                change(&request)
                let complete = request
                return try await fixture.call { try await $0.diffVersions(request: complete, context: $1) }
            }
            let latest = try await diff { _ in }
            #expect(latest.fromVersion == 1 && latest.toVersion == 2 && !latest.truncated)
            #expect(latest.values.map { "\($0.kind) \($0.key)" } == ["changed name"])
            #expect(
                latest.mapping.map { "\($0.kind) \($0.key) \($0.oldValue) \($0.newValue)" } == [
                    "changed b f2 f3"
                ]
            )
            #expect(latest.code.count == 1)
            #expect(
                latest.code[0].lines.map { "\($0.kind) \($0.text)" } == [
                    "context a = 1", "removed b = 2", "added b = 3",
                ]
            )
            let none = try await diff {
                $0.fromVersion = 2
                $0.toVersion = 2
            }
            #expect(none.code.isEmpty && none.mapping.isEmpty && none.values.isEmpty)
            await #expect(throws: ServiceError.self) { try await diff { $0.fromVersion = 0 } }
            await #expect(throws: ServiceError.self) { try await diff { $0.toVersion = 3 } }
        }
    }

    @Test func theBasicViewHasNeitherCodeNorHistory() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create { $0.stableMapping = ["x": "f"] }
            let basic = try await fixture.get(process, view: .basic)
            let full = try await fixture.get(process)
            #expect(basic.spyCode.isEmpty && basic.versionHistory.isEmpty && basic.stableMapping.isEmpty)
            #expect(basic.name == full.name && basic.contentHash == full.contentHash)
            #expect(basic.latestVersion == 1 && !full.contentHash.isEmpty)
        }
    }

    @Test func whatAnotherInstanceDeletesIsGoneFromTheCacheInTime() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let other = ProcessStore(
                configuration: fixture.application,
                loops: fixture.loops,
                offload: fixture.offload,
                workshop: fixture.workshop,
                limits: .init(),
                cacheBytes: 1 << 20,
                keys: fixture.keys
            )
            let id = try #require(UUID(uuidString: process))
            _ = try await fixture.get(process, version: 1)
            #expect(try await fixture.get(process, version: 1).versionNumber == 1)
            _ = try await other.delete(id, author: fixture.author)
            let begun = ContinuousClock.now
            while (try? await fixture.get(process, version: 1)) != nil {
                #expect(begun.duration(to: .now) < .seconds(5))
                try await Task.sleep(for: .milliseconds(50))
            }
            // What is written here is known at once.
            _ = try await fixture.store.restore(id, author: fixture.author)
            _ = try await fixture.get(process, version: 1)
            try await fixture.update(process, code: "x = 2\n")
            #expect(try await fixture.get(process, version: 1).latestVersion == 2)
            await other.shutdown()
        }
    }

    /// One call of each method on a process of somebody else.
    private static let foreignCalls:
        [String: @Sendable (ProcessManagerService, String, ServerContext) async throws -> Void] = [
            "GetProcess": { _ = try await $0.getProcess(request: .with(process: $1), context: $2) },
            "UpdateProcess": {
                var request = Grimoire_V1_UpdateProcessRequest.with(process: $1)
                request.spyCode = "x = 5\n"
                _ = try await $0.updateProcess(request: request, context: $2)
            },
            "DeleteProcess": { _ = try await $0.deleteProcess(request: .with(process: $1), context: $2) },
            "RestoreProcess": { _ = try await $0.restoreProcess(request: .with(process: $1), context: $2) },
            "ListProcessVersions": {
                _ = try await $0.listProcessVersions(request: .with(process: $1), context: $2)
            },
            "GetProcessSpy": { _ = try await $0.getProcessSpy(request: .with(process: $1), context: $2) },
            "GetProcessMapping": {
                _ = try await $0.getProcessMapping(request: .with(process: $1), context: $2)
            },
            "DiffVersions": { _ = try await $0.diffVersions(request: .with(process: $1), context: $2) },
            "VerifyVersion": { _ = try await $0.verifyVersion(request: .with(process: $1), context: $2) },
            "RecordExecutions": {
                var request = Grimoire_V1_RecordExecutionsRequest.with(process: $1)
                request.executions = [ExecutionTests.run(1)]
                _ = try await $0.recordExecutions(request: request, context: $2)
            },
            "SummarizeExecutions": {
                _ = try await $0.summarizeExecutions(request: .with(process: $1), context: $2)
            },
        ]

    @Test func forEveryMethodAForeignProcessLooksAbsent() async throws {
        let methods = Set(Grimoire_V1_ProcessManager.Method.descriptors.map(\.method))
        // These are not about one process,
        let others: Set = ["CreateProcess", "ListProcesses", "ValidateProcess"]
        // and these grimoire-suggestions answers.
        let elsewhere = Set(Grimoire_V1_ProcessSuggestions.Method.descriptors.map(\.method))
        #expect(methods.subtracting(elsewhere) == Set(Self.foreignCalls.keys).union(others))
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            // Known to the cache, which must not tell either.
            _ = try await fixture.get(process, version: 1)
            let stranger = UUID()
            for (method, call) in Self.foreignCalls {
                var messages: [String] = []
                for id in [process, UUID().text] {
                    do {
                        try await fixture.call(organization: stranger) { try await call($0, id, $1) }
                        Issue.record("\(method) answered a stranger")
                    } catch let error as ServiceError {
                        #expect(error.rpcErrorCode == .notFound, "\(method): \(error)")
                        messages.append(error.message.replacing(id, with: "ID"))
                    }
                }
                #expect(Set(messages).count == 1, "\(method): \(messages)")
            }
            let seen = try await fixture.call(organization: stranger) {
                try await $0.listProcesses(request: .init(), context: $1).processes
            }
            #expect(seen.isEmpty)
            #expect(try await fixture.get(process).latestVersion == 1)
        }
    }
}

/// Requests that name a process.
protocol OfProcess: Message {
    var processID: String { get set }
}

extension OfProcess {
    static func with(process: String) -> Self {
        var request = Self()
        request.processID = process
        return request
    }
}

extension Grimoire_V1_GetProcessRequest: OfProcess {}
extension Grimoire_V1_UpdateProcessRequest: OfProcess {}
extension Grimoire_V1_DeleteProcessRequest: OfProcess {}
extension Grimoire_V1_RestoreProcessRequest: OfProcess {}
extension Grimoire_V1_ListProcessVersionsRequest: OfProcess {}
extension Grimoire_V1_GetProcessSpyRequest: OfProcess {}
extension Grimoire_V1_GetProcessMappingRequest: OfProcess {}
extension Grimoire_V1_DiffVersionsRequest: OfProcess {}
extension Grimoire_V1_VerifyVersionRequest: OfProcess {}
extension Grimoire_V1_RecordExecutionsRequest: OfProcess {}
extension Grimoire_V1_SummarizeExecutionsRequest: OfProcess {}
