internal import GRPCCore
internal import LiteLLM
internal import ServiceKit

extension LiteLLMError {
    /// When it is worth asking again, where nobody says when.
    private static let usualPause: Duration = .seconds(5)
    /// The same, where an operator has to do something.
    private static let longPause: Duration = .seconds(60)

    /// What the caller is told. Its own words, since the upstream's may hold parts of the prompt.
    var told: ServiceError {
        let cause = description
        switch code {
        case .rateLimited:
            return ServiceError(
                .exhausted(retryAfter: retryAfter ?? Self.usualPause),
                message: "Too many messages: the limit is reached. Try again later.",
                cause: cause
            )
        case .budgetExceeded:
            return Self.refused("BUDGET_EXCEEDED", "The model's budget is spent.", cause)
        case .contextWindowExceeded:
            return Self.refused(
                "CONTEXT_TOO_LONG",
                "The process and the chat are longer than the model can take.",
                cause
            )
        case .contentPolicyViolated:
            return Self.refused("CONTENT_POLICY", "The model's provider refuses to answer that.", cause)
        case .invalidRequest, .authenticationFailed, .permissionDenied, .unknownModel:
            return ServiceError(
                .unavailable(retryAfter: Self.longPause),
                message:
                    "The model cannot be asked as this service is set up; its operator is to look at the log.",
                cause: cause
            )
        case .overloaded, .upstreamFailed, .upstreamTimedOut, .unreachable, .timedOutBeforeFirstChunk,
            .timedOutBetweenChunks, .brokenStream, .answerTooLarge, .malformedAnswer, .circuitOpen,
            .tooManyCalls,
            .cancelled, .closed:
            return ServiceError(
                .unavailable(retryAfter: retryAfter ?? Self.usualPause),
                message: "The model does not answer now; try again later.",
                cause: cause
            )
        }
    }

    private static func refused(_ reason: String, _ message: String, _ cause: String) -> ServiceError {
        ServiceError(.failedPrecondition(reason: reason, violations: []), message: message, cause: cause)
    }

    /// The word for it in records and in an answer that broke off: `BROKEN_STREAM`.
    var word: String {
        code.rawValue.reduce(into: "") { word, letter in
            if letter.isUppercase { word += "_" }
            word += letter.uppercased()
        }
    }
}

extension ServiceError {
    /// When it is worth trying again, where that is known.
    var retryAfter: Duration? {
        switch kind {
        case .exhausted(let delay), .unavailable(let delay): delay
        default: nil
        }
    }
}
