import Testing

@testable import Curl
@testable import LiteLLM

@Suite struct AnswerMachineTests {
    private func machine(textBytes: Int = 100) -> AnswerMachine {
        AnswerMachine(report: CallReport(CurlHead(status: 200)), textBytes: textBytes)
    }

    private func event(_ data: String) -> ServerSentEvent { ServerSentEvent(data: utf8(data)) }

    private func failure(_ step: AnswerMachine.Step) -> LiteLLMError? {
        if case .failure(let error) = step { error } else { nil }
    }

    @Test func chunksUsageAndEnd() {
        var machine = machine()
        let text = machine.take(
            event(#"{"model":"x","choices":[{"delta":{"role":"assistant","content":"a"}}]}"#)
        )
        #expect(text == .chunk(ChatChunk(text: "a", finishReason: nil, model: "x", usage: nil)))
        let last = machine.take(event(#"{"choices":[{"delta":{"content":null},"finish_reason":"length"}]}"#))
        #expect(last == .chunk(ChatChunk(text: "", finishReason: "length", model: nil, usage: nil)))
        let usage = machine.take(
            event(
                #"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"cost":0.5,"prompt_tokens_details":{"cached_tokens":4}}}"#
            )
        )
        let expected = TokenUsage(promptTokens: 9, completionTokens: 2, cachedPromptTokens: 4, cost: 0.5)
        #expect(usage == .chunk(ChatChunk(text: "", finishReason: nil, model: nil, usage: expected)))
        #expect(machine.take(event("[DONE]")) == .end)
        #expect(machine.text == "a")
    }

    @Test(arguments: ["", "x", "{}", "[]", "null", #"{"choices":{}}"#, #"{"object":"y"}"#])
    func whatIsNoAnswerIsSaidToBeNone(data: String) {
        var machine = machine()
        #expect(failure(machine.take(event(data)))?.code == .malformedAnswer)
    }

    @Test func anErrorBeforeTheFirstChunkIsThatErrorAndMayBeTriedAgain() {
        var machine = machine()
        let error = failure(machine.take(event(#"{"error":{"message":"x","type":null,"code":"429"}}"#)))
        #expect(error?.code == .rateLimited && error?.isRetriable == true && error?.partialText == nil)
    }

    @Test(arguments: [
        (
            #"{"error":{"message":"litellm.InternalServerError","code":"500"}}"#,
            LiteLLMError.Code.brokenStream
        ),
        (#"{"error":{"message":"peer closed connection","type":"None","code":null}}"#, .brokenStream),
        (#"{"error":"gone"}"#, .brokenStream),
        (#"{"error":{"message":"x","code":429}}"#, .rateLimited),
        (#"{"error":{"message":"x","type":"overloaded_error"}}"#, .overloaded),
        (#"{"error":{"message":"x","type":"budget_exceeded","code":"400"}}"#, .budgetExceeded),
    ]) func anErrorInTheMiddleKeepsTheTextAndItsKind(data: String, code: LiteLLMError.Code) {
        var machine = machine()
        _ = machine.take(event(#"{"choices":[{"delta":{"content":"so far"}}]}"#))
        let error = failure(machine.take(event(data)))
        #expect(error?.code == code && error?.partialText == "so far" && error?.isRetriable == false)
    }

    @Test func textOverTheLimitIsRefusedAndWhatCameIsKept() {
        var machine = machine(textBytes: 4)
        _ = machine.take(event(#"{"choices":[{"delta":{"content":"1234"}}]}"#))
        let error = failure(machine.take(event(#"{"choices":[{"delta":{"content":"5"}}]}"#)))
        #expect(error?.code == .answerTooLarge && error?.partialText == "1234")
    }
}
