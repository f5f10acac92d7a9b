import EventLoop
import FoundationEssentials
import GRPCCore
import GrimoireAPI
import ServiceKit
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import SuggestionServing

@Suite("Processes that are known")
struct KnownProcessTests {
    private static let hello: ScriptedUpstream.Script = { client, _ in
        client.beginStream()
        client.text("Hello.")
        client.endStream()
        return true
    }

    @Test("What is known of a process is asked for by its content hash only, and its context once")
    func known() async throws {
        try await withDesk(script: Self.hello) { desk in
            for session in ["a", "b", "c"] {
                _ = try await desk.ask("Why \(session)?", session: session)
            }
            let requests = desk.storage.state.withLock { $0.contextRequests }
            let brief = requests.filter(\.brief)
            #expect(brief.map(\.knownContentHash) == ["", "abc", "abc"])
            #expect(brief.map(\.knownVersionNumber) == [0, 3, 3])
            #expect(brief.map(\.sessionID) == ["a", "b", "c"])
            #expect(requests.count { !$0.brief } == 1)
            #expect(desk.upstream.requests.allSatisfy { $0.body.contains("pay(order)") })
        }
    }

    @Test("A new version is what the very next question is about, and an old answer is not given to it")
    func newVersion() async throws {
        try await withDesk(script: Self.hello) { desk in
            _ = try await desk.ask("Why?", session: "a")
            desk.storage.state.withLock {
                $0.process.spyCode = "def refund(order):\n    refuse(order)\n"
                $0.process.versionNumber = 4
                $0.process.contentHash = "def"
            }
            let last = try #require(try await desk.ask("Why?", session: "b").last)
            #expect(last.metadata["cached"] == "false")
            let body = try #require(desk.upstream.requests.last?.body)
            #expect(body.contains("refuse(order)") && !body.contains("pay(order)"))
            let recorded = await desk.storage.recorded(count: 2)
            #expect(recorded.map(\.versionNumber).sorted() == [3, 4])
            #expect(Set(recorded.map(\.baseContentHash)) == ["abc", "def"])
        }
    }

    @Test("The same content as another version has the answers of the first, under its own number")
    func sameContent() async throws {
        try await withDesk(script: Self.hello) { desk in
            _ = try await desk.ask("Why?", session: "a")
            desk.storage.state.withLock { $0.process.versionNumber = 5 }
            let last = try #require(try await desk.ask("Why?", session: "b").last)
            #expect(last.metadata["cached"] == "true")
            let recorded = await desk.storage.recorded(count: 2)
            #expect(recorded.map(\.versionNumber).sorted() == [3, 5])
        }
    }

    @Test("What was rated is in the context of the very next question of the same organization")
    func rated() async throws {
        try await withDesk(script: Self.hello) { desk in
            _ = try await desk.ask("Why?", session: "a")
            _ = try await desk.ask("Why not?", session: "b")
            #expect(desk.storage.state.withLock { $0.contextRequests.count { !$0.brief } } == 1)
            await desk.desk.pipeline.contexts.forget(desk.caller.organizationID)
            _ = try await desk.ask("What else?", session: "c")
            #expect(desk.storage.state.withLock { $0.contextRequests.count { !$0.brief } } == 2)
            // Another organization's contexts are its own.
            let stranger = Caller(userID: .random(), organizationID: .random(), roles: [.editor])
            _ = try await desk.ask("What else?", session: "c", caller: stranger)
            let requests = desk.storage.state.withLock { $0.contextRequests }
            #expect(requests.count { !$0.brief } == 3 && requests.last { $0.brief }?.knownContentHash == "")
        }
    }

    @Test("An exchange that is not recorded yet goes along with the next message all the same, once")
    func unsettled() async throws {
        try await withDesk(script: Self.hello) { desk in
            desk.storage.state.withLock {
                $0.recordFailures = [RPCError(code: .unavailable, message: "away")]
            }
            _ = try await desk.ask("My first message")
            _ = try await desk.ask("And the second")
            let body = try #require(desk.upstream.requests.last?.body)
            #expect(body.components(separatedBy: "My first message").count == 2)
            #expect(body.contains("And the second"))
            // In the order in which they were said.
            let recorded = await desk.storage.recorded(count: 2)
            #expect(recorded.map(\.message) == ["My first message", "And the second"])
        }
    }
}
