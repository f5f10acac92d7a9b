import GRPCCore
import GrimoireAPI
import LiteLLM
import ServiceKit
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import SuggestionServing

@Suite("Answering messages")
struct ChatPipelineTests {
    private static let hello: ScriptedUpstream.Script = { client, _ in
        client.beginStream(headers: ["x-litellm-call-id: call-7"])
        client.text("Hello ")
        client.text("there.")
        client.endStream()
        return true
    }

    @Test("Pieces come as the model gives them, numbered, and the last one says where the answer is from")
    func answer() async throws {
        try await withDesk(script: Self.hello) { desk in
            let pieces = try await desk.ask("What does it do?")
            #expect(pieces.map(\.sequence) == Array(1...Int64(pieces.count)))
            #expect(pieces.map(\.text).joined() == "Hello there.")
            #expect(pieces.dropLast().allSatisfy { !$0.isFinal && $0.metadata.isEmpty })
            let last = try #require(pieces.last)
            #expect(last.isFinal)
            #expect(last.metadata["model"] == "m" && last.metadata["call_id"] == "call-7")
            #expect(last.metadata["prompt_tokens"] == "3" && last.metadata["completion_tokens"] == "2")
            #expect(last.metadata["cached"] == "false")
            #expect(last.metadata["local_demonstration_model"] == "false")
        }
    }

    @Test("The exchange is recorded with its provenance, under the ID that the client can rate")
    func record() async throws {
        try await withDesk(script: Self.hello) { desk in
            let last = try #require(try await desk.ask("Improve it").last)
            let recorded = try #require(await desk.storage.recorded(count: 1).first)
            #expect(recorded.suggestionID == last.metadata["suggestion_id"])
            #expect(recorded.answer == "Hello there." && recorded.message == "Improve it")
            #expect(recorded.kind == "chat" && recorded.sessionID == "s" && recorded.versionNumber == 3)
            #expect(recorded.model == "m" && recorded.callID == "call-7" && recorded.promptTokens == 3)
            #expect(recorded.promptVersion.contains("chat-system.v1@") && recorded.error.isEmpty)
            #expect(recorded.baseContentHash == "abc" && !recorded.cached)
        }
    }

    @Test("Recording is tried again, and does not keep the answer back")
    func recordingFails() async throws {
        try await withDesk(script: Self.hello) { desk in
            desk.storage.state.withLock {
                $0.recordFailures = [RPCError(code: .unavailable, message: "away")]
            }
            let last = try #require(try await desk.ask("Improve it").last)
            let recorded = await desk.storage.recorded(count: 1)
            #expect(recorded.map(\.suggestionID) == [last.metadata["suggestion_id"]])
        }
    }

    @Test(
        "Process storage is asked with the caller's own token; the model with the caller's ID, and not the token"
    )
    func credentials() async throws {
        try await withDesk(script: Self.hello) { desk in
            _ = try await desk.ask("Why?")
            // Once for what decides whether the answer is known, and once for the prompt.
            #expect(desk.storage.state.withLock { $0.tokens } == ["Bearer test", "Bearer test"])
            let request = try #require(desk.upstream.requests.first)
            #expect(request.headers["authorization"] == "Bearer sk-test")
            #expect(request.headers["x-litellm-end-user-id"] == desk.caller.userID.text)
        }
    }

    @Test("What is secret leaves neither towards the model nor towards the client")
    func filters() async throws {
        let script: ScriptedUpstream.Script = { client, _ in
            client.beginStream()
            client.text("Use AKIAIOSF")
            client.text("ODNN7EXAMPLE for that.")
            client.endStream()
            return true
        }
        try await withDesk(script: script) { desk in
            desk.storage.state.withLock { $0.process.spyCode = "key = \"AKIAQQQQWWWWEEEERRRR\"\n" }
            let pieces = try await desk.ask("Mail me at ada@example.org")
            let text = pieces.map(\.text).joined()
            // The first one is the code's.
            #expect(!text.contains("AKIA") && text.contains("[REDACTED:aws-key-2]"))
            #expect(pieces.last?.metadata["flagged"] != nil)
            let body = try #require(desk.upstream.requests.first?.body)
            #expect(!body.contains("AKIAQQQQ") && !body.contains("ada@example.org"))
            let recorded = try #require(await desk.storage.recorded(count: 1).first)
            #expect(!recorded.message.contains("ada@") && !recorded.answer.contains("AKIA"))
        }
    }

    @Test("An equal question gets the answer again in one piece, and that too is recorded")
    func cached() async throws {
        try await withDesk(script: Self.hello) { desk in
            _ = try await desk.ask("What does it do?", session: "first")
            let pieces = try await desk.ask("  what DOES it do", session: "second")
            #expect(pieces.map(\.text) == ["Hello there."])
            #expect(pieces.first?.metadata["cached"] == "true" && pieces.first?.isFinal == true)
            #expect(desk.upstream.requests.count == 1)
            let recorded = await desk.storage.recorded(count: 2)
            #expect(recorded.map(\.cached).sorted { !$0 && $1 } == [false, true])
            #expect(Set(recorded.map(\.suggestionID)).count == 2)
        }
    }

    @Test("Another organization never gets it, and no_cache asks the model in any case")
    func notCached() async throws {
        try await withDesk(script: Self.hello) { desk in
            _ = try await desk.ask("What does it do?", session: "a")
            let stranger = Caller(userID: .random(), organizationID: .random(), roles: [.editor])
            let other = try await desk.ask("What does it do?", session: "a", caller: stranger)
            #expect(other.last?.metadata["cached"] == "false")
            let fresh = try await desk.ask("What does it do?", session: "b", context: ["no_cache": "true"])
            #expect(fresh.last?.metadata["cached"] == "false")
            #expect(desk.upstream.requests.count == 3)
        }
    }

    @Test("Two who ask the same at once ask the model once")
    func singleFlight() async throws {
        let gate = DispatchGate()
        let script: ScriptedUpstream.Script = { client, _ in
            client.beginStream()
            client.text("Hello")
            gate.wait()
            client.endStream()
            return true
        }
        try await withDesk(script: script) { desk in
            async let first = desk.ask("What?", session: "a")
            async let second = desk.ask("What?", session: "b")
            while await desk.desk.pipeline.cache.waitingCount < 1 { await Task.yield() }
            gate.open()
            let cached = try await [first, second].map { $0.last?.metadata["cached"] ?? "" }
            #expect(Set(cached) == ["false", "true"])
            #expect(desk.upstream.requests.count == 1)
        }
    }

    @Test("The conversation before goes along, also with the very next message")
    func history() async throws {
        try await withDesk(script: Self.hello) { desk in
            _ = try await desk.ask("My first message")
            _ = try await desk.ask("And the second")
            let body = try #require(desk.upstream.requests.last?.body)
            #expect(body.contains("My first message") && body.contains("Hello there."))
            #expect(body.contains("And the second"))
        }
    }

    @Test("A process that is not there is told as process storage tells it, and the model is not asked")
    func absent() async throws {
        try await withDesk(script: Self.hello) { desk in
            desk.storage.state.withLock { $0.process.processID = UUIDs.other }
            let order = try ChatOrder(
                .with {
                    $0.processID = "00000000-0000-4000-8000-000000000009"
                    $0.sessionID = "s"
                    $0.message = "Why?"
                },
                caller: desk.caller,
                credentials: [:]
            )
            let failure = await failure { try await desk.desk.serve(order) { _ in } }
            #expect(failure?.code == .notFound)
            #expect(desk.upstream.requests.isEmpty)
        }
    }

    @Test("An organization over its limit is told when to come again, and another one is not kept waiting")
    func limits() async throws {
        var limits = AdmissionLimits()
        limits.organization = .init(callsPerMinute: 1, burst: 1, concurrent: 1, waiting: 0)
        limits.longestWait = .zero
        try await withDesk(limits: limits, script: Self.hello) { desk in
            _ = try await desk.ask("First")
            await desk.desk.pipeline.contexts.forget(desk.caller.organizationID)
            let failure = await failure { try await desk.ask("Second") }
            #expect(failure?.code == .resourceExhausted)
            // No prompt was made for it.
            #expect(desk.storage.state.withLock { $0.contextRequests.count { !$0.brief } } == 1)
            #expect((failure?.retryAfter ?? .zero) > .seconds(50))
            let other = Caller(userID: .random(), organizationID: .random(), roles: [.editor])
            try await #expect(desk.ask("Third", caller: other).last?.isFinal == true)
            #expect(await desk.storage.recorded(count: 2).count == 2)
        }
    }
}

private enum UUIDs {
    static let other = "00000000-0000-4000-8000-000000000001"
}
