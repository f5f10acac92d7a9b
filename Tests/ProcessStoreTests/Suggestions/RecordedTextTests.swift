import Foundation
import Testing

@testable import ProcessStore

/// Suggestions as their columns keep them: what rows from before say, and what is written now, is the same JSON.
@Suite struct RecordedTextTests {
    private static let responses: [(RecordedSuggestion.Response, String)] = [
        (
            .init(
                answer: "Nothing.\r\n```python\nx = 1\n```",
                category: "error_handling",
                patch: "--- a\n+++ b\n",
                model: "m/1",
                callID: "call 1",
                promptTokens: 5_000_000_000,
                completionTokens: 7,
                costUSD: 0.0125,
                isCached: true,
                error: "It broke off: \\u0000 \"",
                durationMilliseconds: 1_234
            ),
            #"""
            {"answer":"Nothing.\r\n```python\nx = 1\n```","error":"It broke off: \\u0000 \"","call_id":"call 1",
            "model":"m\/1","cost_usd":0.0125,"completion_tokens":7,"patch":"--- a\n+++ b\n","duration_ms":1234,
            "cached":true,"prompt_tokens":5000000000,"category":"error_handling"}
            """#
        ),
        (
            .init(),
            #"""
            {"cached":false,"prompt_tokens":0,"category":"","completion_tokens":0,"answer":"","call_id":"",
            "cost_usd":0,"patch":"","duration_ms":0,"error":"","model":""}
            """#
        ),
        (
            .init(completionTokens: .max, costUSD: 1e-7),
            #"""
            {"answer":"","error":"","call_id":"","model":"","cost_usd":1e-07,"completion_tokens":9223372036854775807,
            "patch":"","duration_ms":0,"cached":false,"prompt_tokens":0,"category":""}
            """#
        ),
        (
            .init(costUSD: 1.2345678901234568e+20),
            #"""
            {"cached":false,"prompt_tokens":0,"category":"","completion_tokens":0,"answer":"","call_id":"",
            "cost_usd":1.2345678901234568e+20,"patch":"","duration_ms":0,"error":"","model":""}
            """#
        ),
    ]

    private static let inputs: [(RecordedSuggestion.Input, String)] = [
        (
            .init(
                message: "What \"is\" wrong\\here/there?\n\t\u{1}\u{1f}\u{7f} é 😀 \u{2028}",
                promptVersion: "chat/3",
                baseContentHash: "0f0f"
            ),
            #"{"prompt_version":"chat\/3","message":"What \"is\" wrong\\here\/there?\n\t\u0001\u001f"#
                + "\u{7f} é 😀 \u{2028}\",\"base_content_hash\":\"0f0f\"}"
        ),
        (.init(), #"{"prompt_version":"","message":"","base_content_hash":""}"#),
    ]

    private static func suggestion(
        _ input: RecordedSuggestion.Input = .init(),
        _ response: RecordedSuggestion.Response = .init()
    ) -> RecordedSuggestion {
        RecordedSuggestion(
            id: UUID(),
            process: UUID(),
            version: 1,
            kind: "plan",
            session: nil,
            type: "",
            input: input,
            response: response
        )
    }

    private static func object(_ json: String) throws -> NSDictionary {
        try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? NSDictionary)
    }

    @Test(arguments: responses)
    func anAnswerIsWrittenAsTheGeneralEncoderHasWrittenIt(
        response: RecordedSuggestion.Response,
        before: String
    ) throws {
        let json = Self.suggestion(.init(), response).responseJSON()
        #expect(try Self.object(json) == Self.object(before))
    }

    @Test(arguments: inputs)
    func aQuestionIsWrittenAsTheGeneralEncoderHasWrittenIt(
        input: RecordedSuggestion.Input,
        before: String
    ) throws {
        let json = Self.suggestion(input).inputJSON()
        #expect(try Self.object(json) == Self.object(before))
    }
}
