internal import Curl

/// What the events of a stream say: chunks, the end, or why it failed. A value; the text so far is kept for the failure.
struct AnswerMachine {
    /// What an event comes to.
    enum Step: Equatable {
        case chunk(ChatChunk)
        case end
        case failure(LiteLLMError)
    }

    private let textBytes: Int
    private let report: CallReport
    private(set) var text = ""
    /// Whether a chunk has come.
    private(set) var hasBegun = false

    init(report: CallReport, textBytes: Int) {
        self.report = report
        self.textBytes = textBytes
    }

    mutating func take(_ event: ServerSentEvent) -> Step {
        if event.isDone { return .end }
        if let chunk = ChunkReader.chunk(event.data) { return take(chunk) }
        guard let body = JSONReading.decode(AnswerBody.self, from: event.data) else {
            return .failure(failure(.malformedAnswer, "an event of the stream is not JSON of an answer"))
        }
        if let error = body.error { return .failure(failure(error)) }
        guard body.isAnswer else {
            return .failure(failure(.malformedAnswer, "an event of the stream is not JSON of an answer"))
        }
        return take(body.chunk)
    }

    private mutating func take(_ chunk: ChatChunk) -> Step {
        guard text.utf8.count + chunk.text.utf8.count <= textBytes else {
            return .failure(failure(.answerTooLarge, "the answer has more than \(textBytes) bytes of text"))
        }
        hasBegun = true
        text += chunk.text
        return .chunk(chunk)
    }

    /// The connection ended well without the event that ends a stream.
    func cutOff() -> LiteLLMError { failure(.brokenStream, "the stream ended before its end") }

    /// The stream's lines are longer than allowed.
    func failure(_ error: EventStreamError) -> LiteLLMError {
        switch error {
        case .lineTooLong(let limit):
            failure(.answerTooLarge, "the stream has a line of more than \(limit) bytes")
        case .eventTooLarge(let limit):
            failure(.answerTooLarge, "the stream has an event of more than \(limit) bytes")
        }
    }

    /// The exchange failed.
    func failure(_ error: CurlError) -> LiteLLMError {
        completed(LiteLLMError(error, timeout: hasBegun ? .timedOutBetweenChunks : .timedOutBeforeFirstChunk))
    }

    private func failure(_ error: UpstreamError) -> LiteLLMError {
        let typed = UpstreamFailure.error(inStream: error)
        // Once there is text, "the provider failed" is what a broken stream is.
        guard hasBegun, typed.code == .upstreamFailed || typed.code == .invalidRequest else {
            return completed(typed)
        }
        var broken = LiteLLMError(.brokenStream, "the provider failed in the middle of its answer")
        broken.status = typed.status
        broken.upstreamMessage = typed.upstreamMessage
        return completed(broken)
    }

    private func failure(_ code: LiteLLMError.Code, _ message: String) -> LiteLLMError {
        completed(LiteLLMError(code, message))
    }

    private func completed(_ error: LiteLLMError) -> LiteLLMError {
        var error = error
        error.partialText = hasBegun ? text : nil
        error.report = report
        return error
    }
}
