internal import Curl

/// Makes an error of what LiteLLM answers in place of an answer.
///
/// LiteLLM's kinds are told by the status, by the field `type`, by `code`, and some only by the exception's name in the message:
/// the more exact one wins.
enum UpstreamFailure {
    /// From an answer whose status is not 200.
    static func error(head: CurlHead, body: [UInt8]) -> LiteLLMError {
        let upstream =
            JSONReading.decode(AnswerBody.self, from: body)?.error
            ?? UpstreamError(message: String(decoding: body.prefix(keptMessageBytes), as: UTF8.self))
        var error = error(status: head.status, upstream)
        error.retryAfter = RetryAfter.duration(head)
        error.report = CallReport(head)
        return error
    }

    /// From an error within a stream, whose code is the status that it would have had.
    static func error(inStream upstream: UpstreamError) -> LiteLLMError {
        error(status: Int(upstream.code) ?? 500, upstream)
    }

    /// The error for a status and what was said.
    static func error(status: Int, _ upstream: UpstreamError) -> LiteLLMError {
        let code = code(status: status, upstream)
        var error = LiteLLMError(code, sentences[code] ?? "the upstream refused the call")
        error.status = status
        if !upstream.message.isEmpty { error.upstreamMessage = upstream.message }
        return error
    }

    private static func code(status: Int, _ upstream: UpstreamError) -> LiteLLMError.Code {
        marks.first { $0.applies(to: upstream) }?.code ?? code(status: status)
    }

    private static func code(status: Int) -> LiteLLMError.Code {
        switch status {
        case 401: .authenticationFailed
        case 403: .permissionDenied
        case 404: .unknownModel
        case 402: .budgetExceeded
        case 408, 504: .upstreamTimedOut
        case 413: .contextWindowExceeded
        case 429: .rateLimited
        case 503, 529: .overloaded
        case 400..<500: .invalidRequest
        case 500...: .upstreamFailed
        default: .malformedAnswer
        }
    }

    /// What gives a kind away, whatever the status.
    private struct Mark {
        let code: LiteLLMError.Code
        /// Values of `type` or `code`.
        var words: [String] = []
        /// Parts of the message.
        var phrases: [String] = []

        func applies(to upstream: UpstreamError) -> Bool {
            words.contains { $0 == upstream.type || $0 == upstream.code }
                || phrases.contains { contains(upstream.message.utf8, $0.utf8) }
        }

        private func contains(_ text: String.UTF8View, _ phrase: String.UTF8View) -> Bool {
            var rest = text.prefix(keptMessageBytes)
            while let first = phrase.first, let index = rest.firstIndex(of: first) {
                rest = rest[index...]
                if rest.starts(with: phrase) { return true }
                rest = rest.dropFirst()
            }
            return false
        }
    }

    private static let marks = [
        Mark(
            code: .budgetExceeded,
            words: ["budget_exceeded", "insufficient_quota"],
            // LiteLLM makes a rate limit of the provider's own `insufficient_quota`, of which the sentence is left.
            phrases: [
                "Budget has been exceeded", "ExceededBudget", "BudgetExceededError",
                "exceeded your current quota",
            ]
        ),
        Mark(
            code: .contextWindowExceeded,
            words: ["context_length_exceeded"],
            phrases: ["ContextWindowExceededError"]
        ),
        Mark(
            code: .contentPolicyViolated,
            words: ["content_policy_violation", "content_filter"],
            phrases: ["ContentPolicyViolationError"]
        ),
        Mark(
            code: .permissionDenied,
            words: [
                "key_model_access_denied", "team_model_access_denied", "user_model_access_denied",
                "org_model_access_denied", "permission_error",
            ]
        ),
        // Without a database, a wrong key is told so, and with status 400.
        Mark(
            code: .authenticationFailed,
            words: [
                "no_db_connection", "auth_error", "authentication_error", "token_not_found_in_db",
                "expired_key", "invalid_api_key",
            ],
            phrases: ["litellm.AuthenticationError"]
        ),
        Mark(
            code: .unknownModel,
            words: ["model_not_found"],
            phrases: [
                "Invalid model name passed in", "no healthy deployments for this model: model not found",
            ]
        ),
        Mark(
            code: .overloaded,
            words: ["overloaded_error", "overloaded"],
            // Those that failed are left out for a while, and the status is that of a rate limit.
            phrases: ["litellm.ServiceUnavailableError", "No deployments available for selected model"]
        ),
        Mark(code: .upstreamTimedOut, phrases: ["litellm.Timeout"]),
        Mark(code: .rateLimited, words: ["rate_limit_exceeded"], phrases: ["litellm.RateLimitError"]),
    ]

    private static let sentences: [LiteLLMError.Code: String] = [
        .invalidRequest: "the request was refused as invalid",
        .authenticationFailed: "the key was refused",
        .permissionDenied: "the key may not do that",
        .unknownModel: "there is no such model",
        .contextWindowExceeded: "the conversation is longer than the model can take",
        .contentPolicyViolated: "the provider refused the request for what it says",
        .rateLimited: "there are too many requests",
        .budgetExceeded: "the budget is spent",
        .overloaded: "the provider has no room",
        .upstreamFailed: "the provider failed",
        .upstreamTimedOut: "the provider did not answer in time",
        .malformedAnswer: "the answer's status is not one of an answer",
    ]

    /// How much of a message is kept, and looked at.
    private static let keptMessageBytes = 4_096
}
