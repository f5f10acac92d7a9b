import FoundationEssentials
import GrimoireAPI
import ServiceKit
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import SuggestionServing

@Suite("Sessions that a message begins")
struct BegunSessionTests {
    private let clock = TestClock()

    private static let hello: ScriptedUpstream.Script = { client, _ in
        client.beginStream()
        client.text("Hello ")
        client.text("there.")
        client.endStream()
        return true
    }

    /// A desk that hears of changes, its clock the test's.
    private func withHearingDesk(_ body: (TestDesk) async throws -> Void) async throws {
        let known = KnownProcesses(now: clock.now)
        known.beginHearing()
        clock.advance(by: 1)
        try await withDesk(known: known, script: Self.hello, body)
    }

    private func asked(_ desk: TestDesk) -> Int {
        desk.storage.state.withLock { $0.contextRequests.count { $0.brief } }
    }

    @Test("Every piece says how the session is called, and the next message goes on in it")
    func named() async throws {
        try await withDesk(script: Self.hello) { desk in
            let pieces = try await desk.ask("My first message", session: "")
            let names = Set(pieces.map { $0.metadata["session_id"] ?? "" })
            let name = try #require(names.first)
            #expect(names.count == 1 && UUID(uuidString: name) != nil)
            let next = try await desk.ask("And the second", session: name)
            #expect(next.map(\.sequence) == pieces.map { $0.sequence + Int64(pieces.count) })
            #expect(next.allSatisfy { $0.metadata["session_id"] == nil })
            let body = try #require(desk.upstream.requests.last?.body)
            #expect(body.contains("My first message") && body.contains("And the second"))
            #expect(await desk.storage.recorded(count: 2).allSatisfy { $0.sessionID == name })
            let other = try await desk.ask("My first message", session: "")
            #expect(other.allSatisfy { $0.metadata["session_id"] != name } && other.first?.sequence == 1)
        }
    }

    @Test("A known answer about a process that was asked for a moment ago is given without asking anyone")
    func atOnce() async throws {
        try await withHearingDesk { desk in
            _ = try await desk.ask("Why?", session: "")
            #expect(asked(desk) == 1)
            let pieces = try await desk.ask("why", session: "")
            #expect(pieces.map(\.text) == ["Hello there."] && pieces.last?.metadata["cached"] == "true")
            #expect(asked(desk) == 1 && desk.upstream.requests.count == 1)
            let name = try #require(pieces.last?.metadata["session_id"])
            let recorded = await desk.storage.recorded(count: 2)
            #expect(recorded.last?.sessionID == name && recorded.last?.cached == true)
            // It goes on like any other.
            let next = try await desk.ask("And then?", session: name)
            #expect(next.first?.sequence == 2)
            #expect(desk.upstream.requests.last?.body.contains("why") == true)
        }
    }

    @Test(
        "What may have changed is asked for: after a change, after a while, in a named session, with no_cache, and what is not known"
    )
    func doubtful() async throws {
        try await withHearingDesk { desk in
            _ = try await desk.ask("Why?", session: "")
            _ = try await desk.ask("Why?", session: "named")
            #expect(asked(desk) == 2)
            _ = try await desk.ask("Why?", session: "", context: ["no_cache": "true"])
            #expect(asked(desk) == 3)
            _ = try await desk.ask("Why not?", session: "")
            #expect(asked(desk) == 4)
            clock.advance(by: 800_000_000)
            _ = try await desk.ask("Why?", session: "")
            #expect(asked(desk) == 5)
            let change = ProcessChange(
                organization: desk.caller.organizationID,
                process: desk.storage.processID
            )
            clock.advance(by: 1)
            desk.desk.pipeline.processes.doubt(change)
            desk.storage.state.withLock {
                $0.process.spyCode = "def refund(order):\n    refuse(order)\n"
                $0.process.versionNumber = 4
                $0.process.contentHash = "def"
            }
            let pieces = try await desk.ask("Why?", session: "")
            #expect(asked(desk) == 6 && pieces.last?.metadata["cached"] == "false")
            #expect(desk.upstream.requests.last?.body.contains("refuse(order)") == true)
        }
    }

    @Test("Another organization is never given it")
    func stranger() async throws {
        try await withHearingDesk { desk in
            _ = try await desk.ask("Why?", session: "")
            let stranger = Caller(userID: .random(), organizationID: .random(), roles: [.editor])
            let pieces = try await desk.ask("Why?", session: "", caller: stranger)
            #expect(pieces.last?.metadata["cached"] == "false" && asked(desk) == 2)
        }
    }
}
