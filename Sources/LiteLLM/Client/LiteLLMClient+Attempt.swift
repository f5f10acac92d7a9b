internal import Curl
internal import EventLoop

/// One attempt of a call: sent once, and read as far as to tell an answer from a failure.
extension LiteLLMClient {
    func attempt(
        _ call: Call,
        _ request: CurlRequest,
        number: Int
    ) async throws(LiteLLMError) -> Call.Answer {
        let timeout: Duration
        if case .stream = call.kind {
            timeout = configuration.firstChunkTimeout
        } else {
            timeout = configuration.answerTimeout
        }
        let end = deadline(timeout, after: loop.uptimeNanoseconds)
        let (head, body) = try await send(request, until: end)
        var report = CallReport(head)
        report.attempts = number
        let isStream = head["content-type"]?.lowercased().hasPrefix("text/event-stream") == true
        if head.status == 200, case .stream = call.kind, isStream {
            return .stream(try await begin(body, report, model: call.model, until: end))
        }
        guard head.status == 200 else { throw await refusal(head, body, until: end) }
        let bytes = try await whole(body, configuration.answerBytes, until: end)
        return try Self.read(bytes, call.kind, report)
    }

    private func send(
        _ request: CurlRequest,
        until end: Int64
    ) async throws(LiteLLMError) -> (head: CurlHead, body: CurlTransfer) {
        do throws(CurlError) {
            return try await http.send(request, until: end)
        } catch {
            throw LiteLLMError(error, timeout: .timedOutBeforeFirstChunk)
        }
    }

    /// What LiteLLM refuses the call with. Its status says enough where the rest does not come.
    private func refusal(_ head: CurlHead, _ body: CurlTransfer, until end: Int64) async -> LiteLLMError {
        do throws(LiteLLMError) {
            let bytes = try await whole(body, LiteLLMConfiguration.errorBytes, until: end)
            return UpstreamFailure.error(head: head, body: bytes)
        } catch {
            if error.code == .cancelled || error.code == .closed { return error }
            return UpstreamFailure.error(head: head, body: [])
        }
    }

    private func whole(
        _ body: CurlTransfer,
        _ limit: Int,
        until end: Int64
    ) async throws(LiteLLMError) -> [UInt8] {
        do throws(CurlError) {
            return try await body.collect(atMost: limit, until: end)
        } catch {
            throw LiteLLMError(error, timeout: .timedOutBeforeFirstChunk)
        }
    }

    private func begin(
        _ body: CurlTransfer,
        _ report: CallReport,
        model: String,
        until end: Int64
    ) async throws(LiteLLMError) -> ChatStream {
        let reader = ChatStreamReader(body, report: report, configuration: configuration) { [weak self] in
            await self?.note(Self.outcome($0), of: model, isTrial: false)
        }
        try await reader.begin(until: end)
        return ChatStream(report: report, reader: reader)
    }

    private static func read(
        _ bytes: [UInt8],
        _ kind: Call.Kind,
        _ report: CallReport
    ) throws(LiteLLMError) -> Call.Answer {
        switch kind {
        case .embeddings(let count):
            if let vectors = Embeddings(bytes, count: count, report: report) { return .embeddings(vectors) }
        case .completion:
            if let body = JSONReading.decode(AnswerBody.self, from: bytes), body.choices?.first != nil {
                let chunk = body.chunk
                return .completion(
                    ChatCompletion(
                        text: chunk.text,
                        finishReason: chunk.finishReason,
                        model: chunk.model,
                        usage: chunk.usage,
                        report: report
                    )
                )
            }
        case .stream: break
        }
        var error = LiteLLMError(.malformedAnswer, "the answer is not JSON of an answer")
        error.status = 200
        error.report = report
        throw error
    }
}
