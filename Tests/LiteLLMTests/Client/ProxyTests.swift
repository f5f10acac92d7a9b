import TestSupport
import Testing

@testable import LiteLLM

/// The client against the real LiteLLM Proxy, with a scripted provider behind it.
@Suite(.timeLimit(.minutes(3))) struct ProxyTests {
    /// What the provider sends after its first two chunks goes on when a test says so.
    private static let goOn = [Signal(), Signal()]
    private static let gone = Signal()
    private static let die = Signal()

    private static func chunk(_ text: String, reason: String = "null") -> String {
        #"data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"x","choices":[{"index":0,"#
            + #""delta":{"role":"assistant","content":"\#(text)"},"finish_reason":\#(reason)}]}"# + "\n\n"
    }

    private static func error(_ type: String, _ code: String, _ message: String = "no") -> String {
        #"{"error":{"message":"\#(message)","type":"\#(type)","param":null,"code":"\#(code)"}}"#
    }

    /// By what the user says.
    private static let refusals: [String: (status: Int, body: String, headers: [String])] = [
        "busy": (429, error("rate_limit", "rate_limit_exceeded"), ["retry-after: 7"]),
        "quota": (
            429, error("insufficient_quota", "insufficient_quota", "You exceeded your current quota"), []
        ),
        "key": (401, error("invalid_request_error", "invalid_api_key"), []),
        "model": (404, error("invalid_request_error", "model_not_found"), []),
        "context": (
            400,
            error(
                "invalid_request_error",
                "context_length_exceeded",
                "This model's maximum context length is 8 tokens."
            ),
            []
        ),
        "policy": (
            400, error("invalid_request_error", "content_policy_violation", "Rejected by our safety system."),
            []
        ),
        "fails": (500, error("server_error", "x"), []),
        "overloaded": (503, error("server_error", "x"), []),
    ]

    private struct Running: Sendable {
        let proxy: LiteLLMProxy
        /// Lives as long as the proxy does.
        let provider: ScriptedUpstream
    }

    /// One for all tests: it takes seconds to start.
    private static let running = Task {
        let provider = try ScriptedUpstream { client, request in
            let said = request.body.components(separatedBy: #""content":""#).last ?? ""
            if let refusal = refusals.first(where: { said.hasPrefix($0.key) })?.value {
                client.answer(refusal.status, refusal.body, headers: refusal.headers)
                return true
            }
            client.beginStream()
            client.piece(chunk("so "))
            client.piece(chunk("far"))
            if said.hasPrefix("garbage") { client.piece("data: {nope\n\n") }
            if said.hasPrefix("dies") {
                // One that dies before the proxy has passed a chunk on would be no broken stream.
                die.block()
                return false
            }
            if said.hasPrefix("leave") || said.hasPrefix("stall") {
                client.waitForEnd()
                if said.hasPrefix("leave") { gone.fire() }
                return false
            }
            if said.hasPrefix("gaps") {
                for (number, signal) in goOn.enumerated() {
                    signal.block()
                    client.piece(chunk("\(number)"))
                }
            }
            client.piece(chunk("", reason: #""stop""#) + "data: [DONE]\n\n")
            client.send("0\r\n\r\n")
            return true
        }
        let free = try ScriptedUpstream { _, _ in false }
        free.stop()
        return Running(
            proxy: try await LiteLLMProxy(port: free.port, provider: provider.url),
            provider: provider
        )
    }

    private func withProxy(
        key: String? = LiteLLMProxy.key,
        configure: (inout LiteLLMConfiguration) -> Void = { _ in },
        _ body: (LiteLLMClient) async throws -> Void
    ) async throws {
        let running = try await Self.running.value
        try await withClient(running.proxy.url, key: key, configure: configure, body)
    }

    private func code(_ client: LiteLLMClient, _ request: ChatRequest, isStream: Bool) async -> LiteLLMError?
    {
        await failure { () async throws(LiteLLMError) in
            if isStream {
                _ = try await client.stream(request)
            } else {
                _ = try await client.complete(request)
            }
        }
    }

    @Test func answersComeWholeAndInChunksWithWhatIsKnownOfThem() async throws {
        try await withProxy { client in
            var request = question(model: "mock")
            request.context.metadata = ["a": "b"]
            request.context.endUserID = "user"
            request.context.tags = ["t"]
            request.context.cache = .namespace("o")
            let answer = try await client.complete(request)
            #expect(answer.text == "Hello from a mock." && answer.usage != nil)
            #expect(
                answer.report.callID != nil && answer.report.modelGroup == "mock"
                    && answer.report.modelID != nil
            )
            let stream = try await client.stream(request)
            let (chunks, failure) = await read(stream)
            #expect(chunks.map(\.text).joined() == "Hello from a mock." && failure == nil)
            #expect(chunks.contains { $0.usage != nil } && chunks.contains { $0.finishReason == "stop" })
            #expect(stream.report.callID != nil && stream.report.callID != answer.report.callID)
        }
    }

    @Test func aFallbackAnswersAndIsReported() async throws {
        try await withProxy { client in
            var request = question(model: "down")
            request.context.fallbacks = ["mock"]
            let stream = try await client.stream(request)
            #expect(stream.report.attemptedFallbacks == 1)
            #expect(await read(stream).chunks.map(\.text).joined() == "Hello from a mock.")
        }
    }

    @Test func chunksPassOneByOne() async throws {
        try await withProxy { client in
            var texts: [String] = []
            for try await chunk in try await client.stream(question("gaps", model: "scripted"))
            where !chunk.text.isEmpty {
                texts.append(chunk.text)
                // The provider waits for this before it sends the next one.
                if texts.count >= 2, texts.count < 4 { Self.goOn[texts.count - 2].fire() }
            }
            #expect(texts == ["so ", "far", "0", "1"])
        }
    }

    @Test(arguments: [
        ("busy", LiteLLMError.Code.rateLimited), ("quota", .budgetExceeded), ("key", .authenticationFailed),
        ("model", .unknownModel), ("context", .contextWindowExceeded), ("policy", .contentPolicyViolated),
        ("fails", .upstreamFailed), ("overloaded", .overloaded),
    ]) func aProvidersRefusalKeepsItsKind(text: String, code: LiteLLMError.Code) async throws {
        try await withProxy { client in
            for isStream in [true, false] {
                let error = await self.code(client, question(text, model: "scripted"), isStream: isStream)
                #expect(error?.code == code, "\(String(reflecting: error))")
                if text == "busy" { #expect(error?.retryAfter == .seconds(7)) }
            }
        }
    }

    @Test func theProxysOwnRefusalsHaveTheirKinds() async throws {
        try await withProxy { client in
            #expect(await code(client, question(model: "nope"), isStream: true)?.code == .unknownModel)
            #expect(await code(client, question(model: "down"), isStream: true)?.code == .upstreamFailed)
        }
        for key in ["sk-wrong", nil] {
            try await withProxy(key: key) { client in
                #expect(
                    await code(client, question(model: "mock"), isStream: true)?.code == .authenticationFailed
                )
            }
        }
    }

    @Test(arguments: ["garbage", "dies"]) func aStreamThatBreaksKeepsWhatHadCome(text: String) async throws {
        try await withProxy { client in
            let stream = try await client.stream(question(text, model: "scripted"))
            if text == "dies" { Self.die.fire() }
            let (_, failure) = await read(stream)
            #expect(failure?.code == .brokenStream && failure?.partialText == "so far")
        }
    }

    @Test func aProviderThatStallsIsNotWaitedForWithoutEnd() async throws {
        try await withProxy {
            $0.nextChunkTimeout = .milliseconds(500)
        } _: { client in
            let (_, failure) = await read(try await client.stream(question("stall", model: "scripted")))
            #expect(failure?.code == .timedOutBetweenChunks && failure?.partialText?.hasPrefix("so ") == true)
        }
    }

    @Test func whoLeavesIsSeenToLeaveByTheProvider() async throws {
        try await withProxy { client in
            let reached = Signal()
            let task = Task {
                let stream = try await client.stream(question("leave", model: "scripted"))
                reached.fire()
                return await read(stream).failure
            }
            await reached.wait()
            task.cancel()
            let failure = try await task.value
            #expect(failure?.code == .cancelled)
            await Self.gone.wait()
        }
    }
}
