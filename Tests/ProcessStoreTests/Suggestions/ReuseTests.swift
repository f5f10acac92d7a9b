import Foundation
import GrimoireAPI
import Postgres
import ServiceKit
import SuggestionContent
import SwiftProtobuf
import Testing

@testable import ProcessStore

/// Which processes have the same functions, actions and facts.
@Suite struct ReuseTests {
    /// A function that is large enough to be compared.
    private static func function(_ name: String, limit: Int = 100, action: String = "approve") -> String {
        """
        def \(name)(amount, owner):
            total = amount * 2 + 1
            if total > \(limit):
                \(action)(owner, total)
            return total - amount

        """
    }

    private static func fingerprint(_ code: String) -> ProgramFingerprint { ProgramFingerprint(of: code) }

    private func find(
        _ fixture: Fixture,
        besides process: String,
        organization: UUID? = nil,
        _ change: (inout Grimoire_V1_FindReuseRequest) -> Void
    ) async throws -> [Grimoire_V1_ReuseMatch] {
        var request = Grimoire_V1_FindReuseRequest()
        request.processID = process
        change(&request)
        let complete = request
        return try await fixture.records(organization: organization) {
            try await $0.findReuse(request: complete, context: $1)
        }.matches
    }

    /// Other processes that have a function, as `process function version`.
    private func users(
        _ fixture: Fixture,
        of code: String,
        besides process: String
    ) async throws -> [String] {
        let hashes = Self.fingerprint(code).functions.map(\.hash.hexadecimal)
        try #require(!hashes.isEmpty)
        return try await find(fixture, besides: process) { $0.functionHashes = hashes }
            .flatMap { $0.uses.map { "\($0.processID) \($0.name) \($0.versionNumber)" } }
    }

    @Test func functionsOfOneFormAreFoundUnderTheirNameInTheLatestVersion() async throws {
        try await Fixture.with { fixture in
            let asker = try await fixture.create(name: "Asker")
            let code = Self.function("double")
            let one = try await fixture.create(name: "One", code: code)
            #expect(try await users(fixture, of: code, besides: asker) == ["\(one) double 1"])
            #expect(try await users(fixture, of: code, besides: one).isEmpty)
            // Renamed: the same form under another name. Nothing of it has changed where only other parts do.
            try await fixture.update(one, code: Self.function("twice"))
            #expect(try await users(fixture, of: code, besides: asker) == ["\(one) twice 2"])
            try await fixture.update(one, code: Self.function("twice")) { $0.description_p = "new" }
            #expect(try await users(fixture, of: code, besides: asker) == ["\(one) twice 3"])
            // Written in another way.
            try await fixture.update(one, code: "# Comment\n" + Self.function("twice"))
            #expect(try await users(fixture, of: code, besides: asker) == ["\(one) twice 4"])
            // Another form.
            let changed = Self.function("twice", limit: 7)
            try await fixture.update(one, code: changed)
            #expect(try await users(fixture, of: code, besides: asker).isEmpty)
            #expect(try await users(fixture, of: changed, besides: asker) == ["\(one) twice 5"])
            // None at all, and again.
            try await fixture.update(one, code: "x = 1\n")
            #expect(try await users(fixture, of: changed, besides: asker).isEmpty)
            try await fixture.update(one, code: changed)
            // Deleted and restored.
            _ = try await fixture.call {
                try await $0.deleteProcess(request: .with { $0.processID = one }, context: $1)
            }
            #expect(try await users(fixture, of: changed, besides: asker).isEmpty)
            _ = try await fixture.call {
                try await $0.restoreProcess(request: .with { $0.processID = one }, context: $1)
            }
            #expect(try await users(fixture, of: changed, besides: asker) == ["\(one) twice 7"])
            let rows = try await fixture.asOwner(
                "SELECT (SELECT count(*) FROM process_functions) + (SELECT count(*) FROM process_actions) AS count"
            )[0]
            #expect(try rows.first?.decode("count", as: Int64.self) == 2)
        }
    }

    @Test func actionsAndFactsAreFoundAndThoseThatMostHaveComeFirst() async throws {
        try await Fixture.with { fixture in
            let asker = try await fixture.create(name: "Asker", code: "notify(1)\n")
            var ids: [String] = []
            for number in 1...3 {
                let code = "x = \(number)\nnotify(x)\n" + (number == 3 ? "crm.lookup(x)\n" : "")
                ids.append(
                    try await fixture.create(name: "P\(number)", code: code) {
                        $0.stableMapping = ["x": "shared"]
                    }
                )
            }
            try await fixture.update(ids[0], code: "x = 9\nnotify(x)\n")
            let elsewhere = UUID()
            _ = try await fixture.created(code: "notify(1)\n", organization: elsewhere)
            let matches = try await find(fixture, besides: asker) {
                $0.actions = ["crm.lookup", "notify", "notify", "unknown"]
                $0.factIds = ["shared", "unknown"]
                $0.functionHashes = [String(repeating: "0", count: 64)]
            }
            #expect(
                matches.map { "\($0.kind) \($0.value) \($0.processes)" } == [
                    "action notify 3", "fact shared 3", "action crm.lookup 1",
                ]
            )
            // Those updated last first.
            #expect(matches[0].uses.map(\.processID) == [ids[0], ids[2], ids[1]])
            #expect(matches[0].uses.map(\.processName) == ["P1", "P3", "P2"])
            #expect(matches[0].uses.map(\.versionNumber) == [2, 1, 1])
            #expect(matches[1].uses.map(\.name) == ["x", "x", "x"])
        }
    }

    @Test func whatIsAskedForHasLimitsAndAForm() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create()
            let many = (0...200).map { "a\($0)" }
            for change in [
                { $0.functionHashes = ["x"] }, { $0.functionHashes = [String(repeating: "A", count: 64)] },
                { $0.actions = many }, { $0.actions = [""] },
                { $0.actions = [String(repeating: "a", count: 256)] },
                { $0.factIds = many }, { $0.factIds = ["a\0"] },
            ] as [(inout Grimoire_V1_FindReuseRequest) -> Void] {
                await #expect(throws: ServiceError.self) { try await find(fixture, besides: process, change) }
            }
            await #expect(throws: ServiceError.self) {
                try await find(fixture, besides: UUID().text) { _ in }
            }
            #expect(try await find(fixture, besides: process) { $0.actions = Array(many.dropLast()) }.isEmpty)
        }
    }

    @Test func namesThatNoIndexTakesAreLeftOutOrCutShort() async throws {
        try await Fixture.with { fixture in
            let long = String(repeating: "n", count: 5_000)
            let asker = try await fixture.create()
            let code = Self.function(long, action: long)
            let process = try await fixture.create(code: code)
            let found = try await users(fixture, of: code, besides: asker)
            #expect(found == ["\(process) \(long.prefix(255)) 1"])
        }
    }

    @Test func processesFromBeforeAreFoundFromTheirNextVersionOn() async throws {
        try await Fixture.with { fixture in
            let asker = try await fixture.create()
            let code = Self.function("double")
            let process = try await fixture.create(code: code)
            // As if written by the service of migration 4.
            try await fixture.asOwner(
                "ALTER TABLE process_versions DISABLE TRIGGER USER",
                "UPDATE process_versions SET fingerprint = NULL",
                "DELETE FROM process_functions",
                "DELETE FROM process_actions"
            )
            // That service is another one: what this one has in memory is of a version with a fingerprint.
            let id = try #require(UUID(uuidString: process))
            await fixture.store.forget(id, organization: fixture.organization)
            #expect(try await users(fixture, of: code, besides: asker).isEmpty)
            try await fixture.update(process, code: code) { $0.description_p = "new" }
            #expect(try await users(fixture, of: code, besides: asker) == ["\(process) double 2"])
        }
    }

    // MARK: Values

    @Test func aFingerprintComesBackFromItsBytesAndWrongBytesAreNone() {
        let fingerprint = FingerprintCoding.stored(
            Self.fingerprint(
                Self.function("a") + Self.function("b", limit: 3) + "crm.lookup(1)\nünïcode(2)\n"
            )
        )
        #expect(fingerprint.functions.count == 2 && fingerprint.actions.count == 3)
        let bytes = FingerprintCoding.bytes(fingerprint)
        #expect(FingerprintCoding.fingerprint(bytes) == fingerprint)
        let empty = ProgramFingerprint(functions: [], actions: [])
        #expect(FingerprintCoding.fingerprint(FingerprintCoding.bytes(empty)) == empty)
        for count in 0..<bytes.count {
            #expect(FingerprintCoding.fingerprint(Array(bytes.prefix(count))) == nil)
        }
        #expect(FingerprintCoding.fingerprint(bytes + [0]) == nil)
        #expect(FingerprintCoding.fingerprint([2] + bytes.dropFirst()) == nil)
    }

    @Test func onlyWhatChangedIsWritten() {
        let old = Self.fingerprint(Self.function("a") + Self.function("b", limit: 3))
        let new = Self.fingerprint(Self.function("renamed") + Self.function("c", limit: 4, action: "send"))
        let delta = ReuseDelta(from: old, to: new)
        #expect(Set(delta.functions.map(\.name)) == ["renamed", "c"])
        #expect(delta.lostFunctions == [old.functions[1].hash.hexadecimal])
        #expect(delta.actions == ["send"] && delta.lostActions.isEmpty)
        var parameters: [PostgresParameter] = []
        #expect(ReuseDelta(from: old, to: old).parts(&parameters).isEmpty && parameters.isEmpty)
        #expect(ReuseDelta(from: nil, to: old).functions.count == 2)
    }
}
