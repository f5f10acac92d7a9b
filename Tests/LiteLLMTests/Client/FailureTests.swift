import Curl
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import LiteLLM

/// Failures before the first chunk: their kinds, and what is tried again.
@Suite(.timeLimit(.minutes(2))) struct FailureTests {
    private static let answer = #"{"choices":[{"message":{"content":"hi"}}]}"#

    private func ask(_ client: LiteLLMClient, isStream: Bool) async -> LiteLLMError? {
        await failure { () async throws(LiteLLMError) in
            if isStream {
                _ = try await client.stream(question())
            } else {
                _ = try await client.complete(question())
            }
        }
    }

    @Test(arguments: [
        (
            401, #"{"error":{"message":"x","type":"auth_error","code":"401"}}"#,
            LiteLLMError.Code.authenticationFailed
        ),
        (
            400, #"{"error":{"message":"No connected db.","type":"no_db_connection","code":"400"}}"#,
            .authenticationFailed
        ),
        (404, #"{"error":{"message":"x","code":"404"}}"#, .unknownModel),
        (
            400, #"{"error":{"message":"Budget has been exceeded!","type":"budget_exceeded","code":"400"}}"#,
            .budgetExceeded
        ),
        (429, #"{"error":{"message":"x","type":"budget_exceeded","code":"429"}}"#, .budgetExceeded),
        (400, #"{"error":{"message":"litellm.ContextWindowExceededError"}}"#, .contextWindowExceeded),
        (400, #"{"error":{"message":"litellm.ContentPolicyViolationError"}}"#, .contentPolicyViolated),
    ]) func whatTimeDoesNotMendIsToldAtOnce(status: Int, body: String, code: LiteLLMError.Code) async throws {
        let upstream = try ScriptedUpstream { client, _ in
            client.answer(status, body, headers: ["x-litellm-call-id: c-2", "retry-after: 1"])
            return true
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) {
            $0.retries.attempts = 3
        } _: { client in
            for isStream in [true, false] {
                let error = await ask(client, isStream: isStream)
                #expect(error?.code == code && error?.status == status && error?.report?.callID == "c-2")
            }
        }
        #expect(upstream.requests.count == 2)
    }

    @Test(arguments: [500, 502, 503, 408, 429]) func whatTimeMayMendIsTriedAgain(status: Int) async throws {
        let failures = Mutex(2)
        let upstream = try ScriptedUpstream { client, _ in
            let fails = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            if fails { client.answer(status, "{}") } else { client.answer(200, Self.answer) }
            return true
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) {
            $0.retries.attempts = 3
        } _: { client in
            let answer = try await client.complete(question())
            #expect(answer.text == "hi" && answer.report.attempts == 3)
        }
    }

    @Test func retryAfterIsToldAndHonoured() async throws {
        let upstream = try ScriptedUpstream { client, request in
            let name = request.body.contains("provider") ? "llm_provider-retry-after" : "retry-after"
            client.answer(429, "{}", headers: ["\(name): 7"])
            return true
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) {
            $0.retries.attempts = 3
            $0.retries.longestRetryAfter = .seconds(6)
        } _: { client in
            for text in ["key", "provider"] {
                let error = await failure { () async throws(LiteLLMError) in
                    try await client.stream(question(text))
                }
                #expect(error?.code == .rateLimited && error?.retryAfter == .seconds(7))
            }
        }
        #expect(upstream.requests.count == 2, "7 seconds are more than it would wait")
    }

    @Test func aStreamThatBreaksBeforeItsFirstChunkIsTriedAgain() async throws {
        let count = Mutex(0)
        let upstream = try ScriptedUpstream { client, _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            switch number {
            case 1: return false
            case 2:
                client.beginStream()
                client.piece(": wait\n\n")
                return false
            case 3:
                client.beginStream()
                client.piece(#"data: {"error":{"message":"x","code":"503"}}"# + "\n\n")
                return false
            default:
                client.beginStream()
                client.text("a")
                client.endStream()
                return true
            }
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) {
            $0.retries.attempts = 4
        } _: { client in
            let stream = try await client.stream(question())
            let (chunks, failure) = await read(stream)
            #expect(chunks.map(\.text).joined() == "a" && failure == nil && stream.report.attempts == 4)
        }
    }

    @Test func anUpstreamThatSaysNothingTimesOutBeforeTheFirstChunk() async throws {
        let upstream = try ScriptedUpstream { client, request in
            if request.body.contains("begin") {
                client.beginStream()
                // Bytes, and no chunk.
                while client.piece(": ping\n\n") { usleep(5_000) }
            }
            client.waitForEnd()
            return false
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) {
            $0.firstChunkTimeout = .milliseconds(60)
            $0.answerTimeout = .milliseconds(60)
        } _: { client in
            for text in ["nothing", "begin"] {
                let error = await failure { () async throws(LiteLLMError) in
                    try await client.stream(question(text))
                }
                #expect(error?.code == .timedOutBeforeFirstChunk && error?.partialText == nil)
            }
            #expect(await ask(client, isStream: false)?.code == .timedOutBeforeFirstChunk)
        }
    }

    @Test(arguments: [
        "garbage\r\n\r\n", "HTTP/9.9 abc\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{1}\u{2}\u{3}",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>",
    ]) func whatIsNoAnswerIsSaidToBeNone(text: String) async throws {
        let upstream = try ScriptedUpstream { client, _ in
            client.send(text)
            return false
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) { client in
            for isStream in [true, false] {
                let error = await ask(client, isStream: isStream)
                #expect(
                    [.malformedAnswer, .brokenStream].contains(error?.code),
                    "\(String(describing: error))"
                )
            }
        }
    }

    @Test func answersAndHeadersWithoutEndAreGivenUp() async throws {
        let upstream = try ScriptedUpstream { client, request in
            if request.body.contains("header") {
                client.send("HTTP/1.1 200 OK\r\n")
                while client.send("x-\(String(repeating: "a", count: 1_000)): b\r\n") {}
            } else if request.body.contains("error") {
                client.send("HTTP/1.1 503 X\r\n\r\n")
                while client.send(String(repeating: "a", count: 1_000)) {}
            } else {
                client.send("HTTP/1.1 200 OK\r\n\r\n")
                while client.send(String(repeating: "a", count: 1_000)) {}
            }
            return false
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) {
            $0.answerBytes = 1 << 20
        } _: { client in
            for (text, code) in [
                ("body", LiteLLMError.Code.answerTooLarge), ("header", .answerTooLarge),
                ("error", .overloaded),
            ] {
                let error = await failure { () async throws(LiteLLMError) in
                    try await client.complete(question(text))
                }
                #expect(error?.code == code, "\(text)")
            }
        }
    }

    @Test func anUpstreamThatIsNotThereIsUnreachable() async throws {
        let upstream = try ScriptedUpstream { _, _ in false }
        upstream.stop()
        try await withClient(upstream.url) { client in
            #expect(await ask(client, isStream: true)?.code == .unreachable)
        }
        try await withClient("http://name.invalid:4000") { client in
            #expect(await ask(client, isStream: true)?.code == .unreachable)
        }
    }

    @Test func anUpstreamThatDoesNotTakeConnectionsIsUnreachable() async throws {
        let full = try FullListener()
        defer { full.close() }
        try await withClient("http://127.0.0.1:\(full.port)") {
            $0.connection.connectTimeout = .milliseconds(50)
        } _: { client in
            #expect(await ask(client, isStream: true)?.code == .unreachable)
        }
    }

    @Test func callsOfAModelThatFailsAreRefusedForAWhileAndThoseOfOthersNot() async throws {
        let upstream = try ScriptedUpstream { client, request in
            if request.body.contains("bad") {
                client.answer(500, "{}")
            } else {
                client.answer(200, Self.answer)
            }
            return true
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) {
            $0.breaker.firstPause = .seconds(600)
            $0.breaker.longestPause = .seconds(600)
        } _: { client in
            for _ in 0..<5 {
                let error = await failure { () async throws(LiteLLMError) in
                    try await client.complete(question(model: "bad"))
                }
                #expect(error?.code == .upstreamFailed)
            }
            let refused = await failure { () async throws(LiteLLMError) in
                try await client.complete(question(model: "bad"))
            }
            #expect(refused?.code == .circuitOpen && refused.map { $0.retryAfter! > .seconds(200) } == true)
            _ = try await client.complete(question(model: "good"))
        }
        #expect(upstream.requests.count == 6)
    }

    @Test func moreCallsThanAllowedAreRefusedAtOnce() async throws {
        let upstream = try ScriptedUpstream { client, _ in
            client.beginStream()
            client.text("a")
            client.waitForEnd()
            return false
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) {
            $0.connection.exchangeLimit = 2
        } _: { client in
            let streams = [try await client.stream(question()), try await client.stream(question())]
            #expect(await ask(client, isStream: true)?.code == .tooManyCalls)
            withExtendedLifetime(streams) {}
        }
    }
}
