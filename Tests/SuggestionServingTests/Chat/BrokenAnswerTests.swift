import GRPCCore
import GrimoireAPI
import LiteLLM
import ServiceKit
import Synchronization
import TestSupport
import Testing

@testable import SuggestionServing

@Suite("Answers that break off, and clients that leave")
struct BrokenAnswerTests {
    @Test(
        "A model that dies in mid-stream: the text so far stays, and the last piece says what happened and when to retry"
    )
    func cutOff() async throws {
        let script: ScriptedUpstream.Script = { client, _ in
            client.beginStream()
            client.text("Half of ")
            client.text("it")
            return false
        }
        try await withDesk(script: script) { desk in
            let pieces = try await desk.ask("Why?")
            #expect(pieces.map(\.text).joined() == "Half of it")
            #expect(pieces.last?.isFinal == true && pieces.last?.metadata["error"] == "BROKEN_STREAM")
            #expect(Int(pieces.last?.metadata["retry_after_ms"] ?? "") ?? 0 > 0)
            let recorded = try #require(await desk.storage.recorded(count: 1).first)
            #expect(recorded.answer == "Half of it" && recorded.error == "BROKEN_STREAM")
            // And it is not given again.
            let again = try await desk.ask("Why?", session: "other")
            #expect(again.last?.metadata["cached"] == "false")
        }
    }

    @Test(
        "Before the first piece, a failure is told as what it is",
        arguments: [
            (
                429, #"{"error":{"message":"slow down","type":"rate_limit_error"}}"#, "RESOURCE_EXHAUSTED",
                "RATE_LIMITED"
            ),
            (500, #"{"error":{"message":"oops","type":"server_error"}}"#, "UNAVAILABLE", "UPSTREAM_FAILED"),
            (
                401, #"{"error":{"message":"key","type":"auth_error"}}"#, "UNAVAILABLE",
                "AUTHENTICATION_FAILED"
            ),
            (
                400, #"{"error":{"message":"x","type":"budget_exceeded"}}"#, "FAILED_PRECONDITION",
                "BUDGET_EXCEEDED"
            ),
        ]
    )
    func refused(status: Int, body: String, code: String, word: String) async throws {
        try await withDesk(
            script: { client, _ in
                client.answer(status, body, headers: status == 429 ? ["retry-after: 7"] : [])
                return true
            }
        ) { desk in
            let failure = await failure { try await desk.ask("Why?") }
            #expect(failure?.code.name == code)
            if status == 429 { #expect(failure?.retryAfter == .seconds(7)) }
            // In its own words.
            for word in ["slow down", "oops", "key"] { #expect(failure?.message.contains(word) == false) }
            let recorded = try #require(await desk.storage.recorded(count: 1).first)
            #expect(recorded.error == word && recorded.answer.isEmpty)
        }
    }

    @Test("After a failure the session takes the next message")
    func next() async throws {
        let count = Mutex(0)
        let script: ScriptedUpstream.Script = { client, _ in
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            if isFirst {
                client.answer(500, "{}")
            } else {
                client.beginStream()
                client.text("Now")
                client.endStream()
            }
            return true
        }
        try await withDesk(script: script) { desk in
            _ = await failure { try await desk.ask("Why?") }
            let pieces = try await desk.ask("Why?")
            #expect(pieces.map(\.text).joined() == "Now" && pieces.first?.sequence == 1)
        }
    }

    @Test("When the client goes, the model's connection is closed at once, and what it said is recorded")
    func leaving() async throws {
        let gone = Gate()
        let script: ScriptedUpstream.Script = { client, _ in
            client.beginStream()
            client.text("Half of it. ")
            client.text("And then ")
            client.waitForEnd()
            gone.open()
            return false
        }
        try await withDesk(script: script) { desk in
            let first = Gate()
            let order = try desk.order("Why?")
            let chat = Task {
                try await desk.desk.serve(order) { _ in first.open() }
            }
            await first.wait()
            chat.cancel()
            await gone.wait()
            await #expect(throws: CancellationError.self) { try await chat.value }
            let recorded = try #require(await desk.storage.recorded(count: 1).first)
            #expect(recorded.error == "CANCELLED" && recorded.answer.hasPrefix("Half of it."))
        }
    }

    @Test("One who comes back gets what it has missed, and what became of the answer")
    func resume() async throws {
        let script: ScriptedUpstream.Script = { client, _ in
            client.beginStream()
            for word in ["one ", "two ", "three "] { client.text(word) }
            client.waitForEnd()
            return false
        }
        try await withDesk(script: script) { desk in
            let third = Gate()
            let order = try desk.order("Why?")
            let chat = Task {
                try await desk.desk.serve(order) { if $0.sequence == 3 { third.open() } }
            }
            await third.wait()
            chat.cancel()
            _ = await chat.result
            let missed = try await desk.resume(after: 1)
            #expect(missed.map(\.sequence) == [2, 3, 4])
            #expect(missed.map(\.text).joined() == "two three ")
            #expect(missed.last?.isFinal == true && missed.last?.metadata["error"] == "CANCELLED")
            try await #expect(desk.resume(after: 4).isEmpty)
            let failure = await failure { try await desk.resume(after: 5) }
            #expect(failure?.code == .failedPrecondition)
        }
    }

    @Test("One who comes back while the answer is under way hears the rest of it")
    func follow() async throws {
        let gate = DispatchGate()
        let script: ScriptedUpstream.Script = { client, _ in
            client.beginStream()
            client.text("one ")
            client.text("two ")
            gate.wait()
            client.text("three")
            client.endStream()
            return true
        }
        try await withDesk(script: script) { desk in
            let second = Gate()
            let order = try desk.order("Why?")
            async let answer: Void = desk.desk.serve(order) { if $0.sequence == 2 { second.open() } }
            await second.wait()
            let heard = Mutex<[ChatPiece]>([])
            let first = Gate()
            let back = try desk.order("", context: ["resume_after": "1"])
            async let rest: Void = desk.desk.serve(back) { piece in
                heard.withLock { $0.append(piece) }
                first.open()
            }
            await first.wait()
            gate.open()
            try await answer
            try await rest
            #expect(heard.withLock { $0 }.map(\.text).joined() == "two three")
            #expect(heard.withLock { $0 }.last?.isFinal == true)
        }
    }

    @Test("A second message to a session that is answering is refused, and its answer goes on")
    func busy() async throws {
        let gate = DispatchGate()
        let script: ScriptedUpstream.Script = { client, _ in
            client.beginStream()
            client.text("one ")
            gate.wait()
            client.endStream()
            return true
        }
        try await withDesk(script: script) { desk in
            let first = Gate()
            let order = try desk.order("Why?")
            async let answer: Void = desk.desk.serve(order) { _ in first.open() }
            await first.wait()
            let failure = await failure { try await desk.ask("And?") }
            #expect(failure?.code == .aborted)
            gate.open()
            try await answer
        }
    }

    @Test("While the client takes nothing, the model is not read further than buffers go")
    func slowReader() async throws {
        let sent = Mutex(0)
        let stalled = Gate()
        let script: ScriptedUpstream.Script = { client, _ in
            client.beginStream()
            let word = String(repeating: "x", count: 10_000)
            for _ in 0..<10_000 {
                // Nothing is taken for a while: the client does not read.
                if !client.isWritable { stalled.open() }
                client.text(word)
                sent.withLock { $0 += 1 }
            }
            return false
        }
        try await withDesk(script: script) { desk in
            let order = try desk.order("Why?")
            let never = Gate()
            let chat = Task { try await desk.desk.serve(order) { _ in await never.wait() } }
            await stalled.wait()
            #expect(sent.withLock { $0 } < 5_000)
            chat.cancel()
            _ = await chat.result
        }
    }
}
