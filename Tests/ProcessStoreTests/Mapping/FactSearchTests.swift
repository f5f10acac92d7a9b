import Foundation
import GRPCCore
import GrimoireAPI
import Postgres
import ServiceKit
import SwiftProtobuf
import Testing

@testable import ProcessStore

/// Which processes have a fact.
@Suite struct FactSearchTests {
    private func find(
        _ fixture: Fixture,
        _ factID: String,
        organization: UUID? = nil,
        _ change: (inout Grimoire_V1_FindProcessesByFactRequest) -> Void = { _ in }
    ) async throws -> Grimoire_V1_FindProcessesByFactResponse {
        var request = Grimoire_V1_FindProcessesByFactRequest()
        request.factID = factID
        change(&request)
        let complete = request
        return try await fixture.source(organization: organization) {
            try await $0.findProcessesByFact(request: complete, context: $1)
        }
    }

    @Test func aFactIsFoundWhereverItIsWithKeyAndVersions() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(name: "Old", code: "a = 1\nb = 2\n") {
                $0.stableMapping = ["a": "shared", "c": "waiting"]
            }
            try await fixture.update(process, code: "a = 1\nb = 3\nc = 4\n") { $0.name = "New" }
            let use = try #require(try await find(fixture, "shared").uses.first)
            #expect(use.processID == process && use.name == "New" && use.key == "a")
            #expect(use.sinceVersion == 1 && use.removedInVersion == 0 && use.latestVersion == 2)
            let read = try await fixture.get(process)
            #expect(use.updatedAt == read.updatedAt)
            // Derived ones too, and those that fitted nothing at first.
            let derived = try #require(try await fixture.get(process).stableMapping["b"])
            #expect(try await find(fixture, derived).uses.map(\.key) == ["b"])
            #expect(try await find(fixture, "waiting").uses.map(\.sinceVersion).count == 1)
            // Moved: another key, since the same version.
            try await fixture.update(process, code: "renamed = 1\nb = 3\nc = 4\nsend(renamed)\n")
            let moved = try await fixture.get(process).stableMapping.first { $0.value == "shared" }?.key
            if let moved {
                #expect(
                    try await find(fixture, "shared").uses.map { "\($0.key) \($0.sinceVersion)" } == [
                        "\(moved) 1"
                    ]
                )
            }
            // Removed, and back again.
            try await fixture.update(process, code: "b = 3\n")
            #expect(try await find(fixture, "shared").uses.isEmpty)
            let gone = try await find(fixture, "shared") { $0.includeRemoved = true }.uses
            #expect(gone.map(\.removedInVersion).allSatisfy { $0 > 1 } && gone.count == 1, "\(gone)")
            try await fixture.update(process, code: "b = 3\n") { $0.stableMapping = ["b": "shared"] }
            let back = try #require(try await find(fixture, "shared").uses.first)
            #expect(back.key == "b" && back.removedInVersion == 0 && back.sinceVersion == back.latestVersion)
            #expect(try await find(fixture, "nobody's").uses.isEmpty)
        }
    }

    @Test func foreignAndDeletedProcessesAreNotFound() async throws {
        try await Fixture.with { fixture in
            let stranger = UUID()
            let process = try await fixture.create { $0.stableMapping = ["x": "shared"] }
            let foreign = try await fixture.created(organization: stranger) {
                $0.stableMapping = ["x": "shared"]
            }
            #expect(try await find(fixture, "shared").uses.map(\.processID) == [process])
            #expect(
                try await find(fixture, "shared", organization: stranger).uses.map(\.processID)
                    == [foreign.processID]
            )
            #expect(
                try await find(fixture, "shared", organization: UUID()) { $0.includeRemoved = true }.uses
                    .isEmpty
            )
            _ = try await fixture.call {
                try await $0.deleteProcess(request: .with(process: process), context: $1)
            }
            #expect(try await find(fixture, "shared") { $0.includeRemoved = true }.uses.isEmpty)
            _ = try await fixture.call {
                try await $0.restoreProcess(request: .with(process: process), context: $1)
            }
            #expect(try await find(fixture, "shared").uses.map(\.processID) == [process])
        }
    }

    @Test func processesComePageByPageTheNewestFirst() async throws {
        try await Fixture.with { fixture in
            var made: [String] = []
            for _ in 0..<7 {
                made.append(try await fixture.create { $0.stableMapping = ["x": "shared"] })
            }
            for process in [made[1], made[4]] {
                try await fixture.update(process, code: "x = 1\n") { $0.stableMapping = ["x": "other"] }
            }
            for isAll in [false, true] {
                var (seen, token, pages) = ([String](), "", 0)
                repeat {
                    let place = token
                    let page = try await find(fixture, "shared") {
                        $0.pageSize = 2
                        $0.pageToken = place
                        $0.includeRemoved = isAll
                    }
                    seen += page.uses.map(\.processID)
                    token = page.nextPageToken
                    pages += 1
                } while !token.isEmpty
                let expected = isAll ? made : made.filter { $0 != made[1] && $0 != made[4] }
                #expect(seen == expected.reversed() && pages == (expected.count + 1) / 2)
            }
            let token = try await find(fixture, "shared") { $0.pageSize = 1 }.nextPageToken
            let others: [(String, Bool)] = [("other", false), ("shared", true)]
            for (fact, isAll) in others {
                await #expect(throws: ServiceError.self) {
                    try await find(fixture, fact) {
                        $0.pageToken = token
                        $0.includeRemoved = isAll
                    }
                }
            }
            for wrong in ["", String(repeating: "f", count: 256), "a\0"] {
                let error = await #expect(throws: ServiceError.self) { try await find(fixture, wrong) }
                #expect(error?.rpcErrorCode == .invalidArgument)
            }
        }
    }

    @Test func anIDOnTwoExpressionsIsOneUseUnderTheFirstKey() async throws {
        try await Fixture.with { fixture in
            let process = try await fixture.create(code: "a = 1\nb = 2\n") {
                $0.stableMapping = ["b": "shared", "a": "shared"]
            }
            #expect(try await find(fixture, "shared").uses.map(\.key) == ["a"])
            try await fixture.update(process, code: "b = 2\n")
            #expect(try await find(fixture, "shared").uses.map(\.key) == ["b"])
        }
    }
}
