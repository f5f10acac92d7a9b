import Foundation
import GRPCCore
import GrimoireAPI
import Postgres
import ServiceKit
import SwiftProtobuf
import Testing

@testable import ProcessStore

/// What holds over the whole history of a process, whoever writes at the same time.
@Suite struct MappingHistoryTests {
    /// Every edit leaves out other lines and adds one of its own, so that facts go and come back.
    private static func program(_ edit: Int) -> String {
        let lines = (0..<12).filter { ($0 * 7 + edit) % 5 != 0 }.map { "value_\($0) = fetch(\($0))\n" }
        let own =
            edit % 3 == 0
            ? "if value_\(edit % 12):\n    notify(\(edit))\n" : "result_\(edit) = fetch(\(edit), 1)\n"
        return lines.joined() + own
    }

    @Test func thirtyWritersAtOnceNeverGiveAnIDToTwoExpressionsNorARetiredOneToAnother() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: Self.program(0))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 1...30 {
                    group.addTask { try await fixture.update(process, code: Self.program(writer)) }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.get(process).latestVersion == 31)
            var before: [String: String] = [:]
            var retired: [String: String] = [:]
            var returned = 0
            for version in Int32(1)...31 {
                let mapping = try await fixture.get(process, version: version).stableMapping
                #expect(Set(mapping.values).count == mapping.count, "version \(version)")
                let now = Dictionary(uniqueKeysWithValues: mapping.map { ($0.value, $0.key) })
                for (id, key) in now where before[id] == nil {
                    guard let last = retired[id] else { continue }
                    returned += 1
                    #expect(key == last, "version \(version): \(id) was that of \(last)")
                }
                for (id, key) in before where now[id] == nil { retired[id] = key }
                before = now
            }
            #expect(returned > 0)
            #expect(try await fixture.verify(process).valid)
            // The table of facts says what the mappings say.
            let rows = try await fixture.asApplication(
                .init("SELECT fact_id, key, removed_in_version FROM process_facts")
            )
            var live: [String: String] = [:]
            var gone: Set<String> = []
            for row in rows.rows {
                let id: String = try row.decode("fact_id")
                if try row.decodeOptional("removed_in_version", as: Int32.self) == nil {
                    live[id] = try row.decode("key")
                } else {
                    gone.insert(id)
                }
            }
            #expect(live == before)
            #expect(gone == Set(retired.keys).subtracting(before.keys))
        }
    }

    @Test func whatBecameOfFactsIsToldFromStoredStates() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: MappingWritingTests.refund) {
                $0.stableMapping = ["refund::fee": "f1", "nothing": "f2"]
            }
            let renamed = MappingWritingTests.refund.replacing("limit", with: "maximum")
            try await fixture.update(process, code: renamed) {
                $0.stableMapping = ["refund::return amount - fee": "f3"]
                $0.replaceMapping = false
            }
            try await fixture.update(process, code: renamed.replacing("    fee = amount * 2\n", with: "")) {
                $0.replaceMapping = true
            }
            let evolution = { (from: Int32, to: Int32) in
                try await fixture.source {
                    try await $0.getMappingEvolution(
                        request: .with {
                            $0.processID = process
                            $0.fromVersion = from
                            $0.toVersion = to
                        },
                        context: $1
                    )
                }
            }
            let first = try await evolution(1, 2)
            #expect(first.fromVersion == 1 && first.toVersion == 2)
            #expect(first.moved.map(\.key).contains("refund::maximum"))
            #expect(first.retargeted.map(\.factID) == ["f3"], "\(first)")
            #expect(first.kept.map(\.key).contains("refund::fee") && first.removed.isEmpty)
            let all = try await evolution(1, 0)
            #expect(all.toVersion == 3 && all.removed.map(\.factID).contains("f1"))
            #expect(all.dropped.map(\.key) == ["nothing"], "\(all)")
            #expect(try await evolution(1, 3) == all)
            let none = try await evolution(3, 0)
            let latest = try await fixture.get(process).stableMapping
            #expect(none.toVersion == 3 && none.kept.count == latest.count)
            for (from, to) in [(0, 1), (2, 2), (2, 1), (1, -1)] as [(Int32, Int32)] {
                let error = await #expect(throws: ServiceError.self) { try await evolution(from, to) }
                #expect(error?.rpcErrorCode == .invalidArgument, "\(from) \(to)")
            }
            for (from, to) in [(1, 4), (4, 0), (4, 5)] as [(Int32, Int32)] {
                let error = await #expect(throws: ServiceError.self) { try await evolution(from, to) }
                #expect(error?.rpcErrorCode == .notFound, "\(from) \(to)")
            }
            let foreign = await #expect(throws: ServiceError.self) {
                try await fixture.source(organization: UUID()) {
                    try await $0.getMappingEvolution(
                        request: .with {
                            $0.processID = process
                            $0.fromVersion = 1
                        },
                        context: $1
                    )
                }
            }
            #expect(foreign?.rpcErrorCode == .notFound)
        }
    }

    @Test func aMappingIsKnownByItsHashAndNotSentTwice() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: "a = 1\n") { $0.stableMapping = ["a": "1"] }
            let read = { (version: Int32, known: String) in
                try await fixture.call {
                    try await $0.getProcessMapping(
                        request: .with {
                            $0.processID = process
                            $0.versionNumber = version
                            $0.ifContentHash = known
                        },
                        context: $1
                    )
                }
            }
            let first = try await read(0, "")
            // SHA-256 over "grimoire.mapping.1\n", 1 entry, "a" and "1", each behind its length in eight bytes.
            #expect(first.contentHash == Self.hashOfOneEntry)
            #expect(!first.notModified && first.stableMapping == ["a": "1"])
            let known = try await read(0, first.contentHash)
            #expect(
                known.notModified && known.stableMapping.isEmpty && known.contentHash == first.contentHash
            )
            #expect(known.versionNumber == 1)
            // Another version with the same entries has the same hash; from the cache, too.
            try await fixture.update(process, code: "a = 2\n")
            _ = try await fixture.get(process, version: 2)
            #expect(try await read(2, first.contentHash).notModified)
            #expect(try await read(0, "other").stableMapping == ["a": "1"])
            try await fixture.update(process, code: "a = 2\n") { $0.stableMapping = ["a": "2"] }
            let changed = try await read(0, first.contentHash)
            #expect(!changed.notModified && changed.contentHash != first.contentHash)
        }
    }

    private static let hashOfOneEntry = "60b86d188e937003d81e867a9a13305b122b548c494e4597d0c708300aed0ee3"
}
