import TestSupport
import Testing

@testable import LiteLLM

/// What an upstream gets, and what is read of its answer's header.
@Suite(.timeLimit(.minutes(2))) struct RequestTests {
    private static let answer =
        #"{"model":"m-1","choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#

    @Test func aCallCarriesKeyAndContext() async throws {
        let upstream = try ScriptedUpstream { client, _ in
            client.answer(200, Self.answer)
            return true
        }
        defer { upstream.stop() }
        try await withClient(upstream.url + "/v1/") { client in
            var request = question()
            request.context.endUserID = "user-\u{e4}"
            request.context.tags = ["org:o", "chat"]
            request.context.traceID = "t-1"
            request.context.traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            request.context.streamTimeout = .milliseconds(2_500)
            request.context.timeout = .seconds(60)
            request.context.upstreamRetries = 0
            _ = try await client.complete(request)
        }
        let request = try #require(upstream.requests.first)
        #expect(request.line == "POST /v1/chat/completions HTTP/1.1")
        let expected = [
            "authorization": "Bearer sk-test", "content-type": "application/json",
            "x-litellm-end-user-id": "user-\u{e4}", "x-litellm-tags": "org:o,chat",
            "x-litellm-trace-id": "t-1",
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "x-litellm-stream-timeout": "2.500", "x-litellm-timeout": "60.000", "x-litellm-num-retries": "0",
        ]
        for (name, value) in expected { #expect(request.headers[name] == value) }
        #expect(request.headers["expect"] == nil)
    }

    @Test func theAnswersHeaderIsReported() async throws {
        let upstream = try ScriptedUpstream { client, _ in
            client.answer(
                200,
                Self.answer,
                headers: [
                    "x-litellm-call-id: c-1", "x-litellm-model-id: d-1", "X-LiteLLM-Model-Group: m",
                    "x-litellm-response-cost: 0.00015", "x-litellm-attempted-retries: 2",
                    "x-litellm-attempted-fallbacks: 1", "x-ratelimit-limit-requests: 100",
                    "x-ratelimit-remaining-requests: 99", "x-ratelimit-remaining-tokens: 5000",
                    "x-ratelimit-reset-tokens: 6ms", "x-litellm-cache-key: k",
                ]
            )
            return true
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) { client in
            let answer = try await client.complete(question())
            #expect(answer.text == "hi" && answer.finishReason == "stop" && answer.model == "m-1")
            #expect(answer.usage?.promptTokens == 3 && answer.usage?.completionTokens == 1)
            let report = answer.report
            #expect(report.callID == "c-1" && report.modelID == "d-1" && report.modelGroup == "m")
            #expect(report.cost == 0.00015 && report.attemptedRetries == 2 && report.attemptedFallbacks == 1)
            #expect(report.requests.limit == 100 && report.requests.remaining == 99)
            #expect(
                report.tokens.limit == nil && report.tokens.remaining == 5_000 && report.tokens.reset == "6ms"
            )
            #expect(report.isFromCache && report.attempts == 1)
        }
    }

    @Test func connectionsAreUsedAgain() async throws {
        let upstream = try ScriptedUpstream { client, request in
            if request.body.contains(#""stream":true"#) {
                client.beginStream()
                client.text("a")
                client.endStream()
            } else if request.body.contains("refuse") {
                client.answer(400, "{}")
            } else {
                client.answer(200, Self.answer)
            }
            return true
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) { client in
            for _ in 0..<5 {
                _ = try await client.complete(question())
                _ = await failure { () async throws(LiteLLMError) in
                    try await client.complete(question("refuse"))
                }
                let (chunks, failure) = await read(try await client.stream(question()))
                #expect(chunks.map(\.text).joined() == "a" && failure == nil)
                while await client.callCount > 0 { await Task.yield() }
            }
        }
        #expect(upstream.accepted == 1 && upstream.requests.count == 15)
    }

    @Test func largeRequestsGoOutWithoutWaitingAndThoseOverTheLimitNotAtAll() async throws {
        let upstream = try ScriptedUpstream { client, _ in
            client.answer(200, Self.answer)
            return true
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) {
            $0.requestBytes = 5 << 20
        } _: { client in
            let large = String(repeating: "x", count: 4 << 20)
            _ = try await client.complete(question(large))
            #expect(upstream.requests.last.map { $0.body.utf8.count > 4 << 20 } == true)
            let refused = await failure { () async throws(LiteLLMError) in
                try await client.complete(question(large + large))
            }
            #expect(refused?.code == .invalidRequest)
        }
        #expect(upstream.requests.count == 1)
    }

    @Test func aHeaderThatWouldBeTwoIsRefused() async throws {
        try await withClient("http://127.0.0.1:1") { client in
            var request = question()
            request.context.endUserID = "a\r\nx-litellm-tags: b"
            let error = await failure { () async throws(LiteLLMError) in try await client.complete(request) }
            #expect(error?.code == .invalidRequest)
        }
    }

    @Test func embeddingsComeInTheOrderOfTheirTexts() async throws {
        let upstream = try ScriptedUpstream { client, request in
            let isShort = request.body.contains("short")
            let second = #"{"index":1,"embedding":[0.5,\#(isShort ? "" : "-2")]}"#.replacing(",]", with: "]")
            client.answer(
                200,
                #"{"model":"e","data":[\#(second),{"index":0,"embedding":[1,2]}],"usage":{"prompt_tokens":4}}"#
            )
            return true
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) { client in
            let answer = try await client.embed(EmbeddingRequest(model: "e", texts: ["a", "b"]))
            #expect(answer.vectors == [[1, 2], [0.5, -2]] && answer.usage?.promptTokens == 4)
            for texts in [["a"], ["short", "b"], ["a", "b", "c"]] {
                let error = await failure { () async throws(LiteLLMError) in
                    try await client.embed(EmbeddingRequest(model: "e", texts: texts))
                }
                #expect(error?.code == .malformedAnswer)
            }
        }
        #expect(upstream.requests.first?.line == "POST /embeddings HTTP/1.1")
    }

    @Test(arguments: [
        "", "ftp://h", "http://", "http:///v1", "http://u:p@h", "http://h?x=1", "http://h#f", "http://h/a b",
        "localhost:4000",
    ]) func urlsThatCannotBeAreRefused(url: String) {
        #expect(throws: LiteLLMError.self) { try LiteLLMConfiguration(url: url) }
    }

    @Test func noWayOfPrintingShowsTheKey() throws {
        let configuration = try LiteLLMConfiguration(url: "http://h:4000//", key: "sk-secret")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("sk-secret") && text.contains("http://h:4000"))
        }
        #expect(configuration.url == "http://h:4000")
    }
}
