import Testing

@testable import Curl
@testable import LiteLLM

/// Bodies as LiteLLM Proxy and OpenAI-compatible servers send them.
@Suite struct UpstreamFailureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let code: LiteLLMError.Code
        let status: Int
        let body: String
        var testDescription: String { "\(status) \(body.prefix(60))" }
    }

    static func error(_ message: String, type: String = "null", code: String = "null") -> String {
        #"{"error":{"message":"\#(message)","type":\#(type),"param":null,"code":\#(code)}}"#
    }

    static let cases = [
        Case(
            code: .authenticationFailed,
            status: 401,
            body: error("Authentication Error", type: #""auth_error""#, code: #""401""#)
        ),
        Case(
            code: .authenticationFailed,
            status: 400,
            body: error("No connected db.", type: #""no_db_connection""#, code: #""400""#)
        ),
        Case(
            code: .authenticationFailed,
            status: 401,
            body: error("litellm.AuthenticationError: AuthenticationError: OpenAIException")
        ),
        Case(
            code: .permissionDenied,
            status: 401,
            body: error("key not allowed", type: #""key_model_access_denied""#, code: #""401""#)
        ),
        Case(code: .permissionDenied, status: 403, body: "{}"),
        Case(
            code: .unknownModel,
            status: 400,
            body: error(
                "/chat/completions: Invalid model name passed in model=x. Call `/v1/models`",
                type: #""invalid_request_error""#,
                code: #""400""#
            )
        ),
        Case(code: .unknownModel, status: 404, body: error("no", code: #""model_not_found""#)),
        Case(code: .unknownModel, status: 404, body: "<html>"),
        Case(
            code: .contextWindowExceeded,
            status: 400,
            body: error(
                "litellm.BadRequestError: litellm.ContextWindowExceededError: too long",
                code: #""400""#
            )
        ),
        Case(
            code: .contextWindowExceeded,
            status: 400,
            body: error("x", code: #""context_length_exceeded""#)
        ),
        Case(
            code: .contentPolicyViolated,
            status: 400,
            body: error("litellm.ContentPolicyViolationError: no")
        ),
        Case(code: .contentPolicyViolated, status: 400, body: error("x", code: #""content_filter""#)),
        Case(
            code: .rateLimited,
            status: 429,
            body: error("litellm.RateLimitError: x", type: #""throttling_error""#, code: #""429""#)
        ),
        Case(code: .rateLimited, status: 429, body: ""),
        Case(
            code: .budgetExceeded,
            status: 400,
            body: error(
                "Budget has been exceeded! Current cost: 1, Max budget: 0",
                type: #""budget_exceeded""#,
                code: #""400""#
            )
        ),
        Case(
            code: .budgetExceeded,
            status: 429,
            body: error("ExceededBudget: User over", type: #""budget_exceeded""#, code: "429")
        ),
        Case(
            code: .budgetExceeded,
            status: 429,
            body: error("You exceeded your quota", code: #""insufficient_quota""#)
        ),
        Case(
            code: .budgetExceeded,
            status: 429,
            body: error(
                "litellm.RateLimitError: OpenAIException - You exceeded your current quota",
                code: #""429""#
            )
        ),
        Case(
            code: .overloaded,
            status: 429,
            body: error(
                "No deployments available for selected model, Try again in 5 seconds.",
                code: #""429""#
            )
        ),
        Case(code: .overloaded, status: 503, body: error("litellm.ServiceUnavailableError: x")),
        Case(code: .overloaded, status: 529, body: error("Overloaded", type: #""overloaded_error""#)),
        Case(code: .overloaded, status: 500, body: error("Overloaded", type: #""overloaded_error""#)),
        Case(
            code: .upstreamFailed,
            status: 500,
            body: error("litellm.InternalServerError: Connection error.", code: #""500""#)
        ),
        Case(code: .upstreamFailed, status: 502, body: "Bad Gateway"),
        Case(
            code: .upstreamTimedOut,
            status: 408,
            body: error("litellm.Timeout: Connection timed out", code: #""408""#)
        ),
        Case(code: .upstreamTimedOut, status: 504, body: ""),
        Case(
            code: .invalidRequest,
            status: 400,
            body: error("litellm.BadRequestError: bad", type: #""invalid_request_error""#)
        ),
        Case(code: .invalidRequest, status: 422, body: #"{"detail":[]}"#),
        Case(code: .invalidRequest, status: 400, body: #"{"error":"a sentence"}"#),
        Case(code: .malformedAnswer, status: 302, body: ""),
    ]

    @Test(arguments: cases) func statusAndBodyTellTheKind(example: Case) {
        let error = UpstreamFailure.error(head: CurlHead(status: example.status), body: utf8(example.body))
        #expect(error.code == example.code)
        #expect(error.status == example.status)
        #expect(error.partialText == nil)
    }

    @Test func theUpstreamsWordsAreForLogsOnly() {
        let error = UpstreamFailure.error(
            head: CurlHead(status: 400),
            body: utf8(Self.error("you said: secret"))
        )
        #expect(!error.message.contains("secret") && !error.description.contains("secret"))
        #expect(error.upstreamMessage == "you said: secret")
        #expect(error.debugDescription.contains("secret"))
    }

    @Test func whatMayBeTriedAgain() {
        let retriable = Set(LiteLLMError.Code.allCases.filter { LiteLLMError($0, "").isRetriable })
        #expect(
            retriable == [
                .rateLimited, .overloaded, .upstreamFailed, .upstreamTimedOut, .unreachable,
                .timedOutBeforeFirstChunk, .brokenStream, .circuitOpen, .tooManyCalls,
            ]
        )
        var begun = LiteLLMError(.brokenStream, "")
        begun.partialText = ""
        #expect(!begun.isRetriable)
    }

    @Test(
        arguments: [
            ("7", nil, 7_000), ("0", nil, 0), ("1.5", nil, 1_500), ("-1", nil, nil), ("nan", nil, nil),
            ("inf", nil, nil),
            ("soon", nil, nil), ("1e300", nil, 86_400_000),
            ("Sun, 06 Nov 1994 08:50:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", 60_000),
            ("Wed, 01 Mar 2028 00:00:00 GMT", "Tue, 29 Feb 2028 23:59:00 GMT", 60_000),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:50:37 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", nil, nil),
            ("Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", nil),
        ] as [(String, String?, Int?)]
    ) func retryAfterIsReadOrNothing(value: String, date: String?, milliseconds: Int?) {
        #expect(RetryAfter.duration(value, answeredAt: date) == milliseconds.map { .milliseconds($0) })
    }

    @Test func datesAreThoseOfTheCalendar() {
        #expect(RetryAfter.secondsSince1970("Thu, 01 Jan 1970 00:00:00 GMT") == 0)
        #expect(RetryAfter.secondsSince1970("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        #expect(RetryAfter.secondsSince1970("Tue, 29 Feb 2000 12:00:00 GMT") == 951_825_600)
    }
}
