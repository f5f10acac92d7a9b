/// Why a call of a model failed.
///
/// ``code`` says what went wrong and ``message`` says it in a sentence that anyone may see. What the upstream wrote may repeat parts
/// of the prompt: it is only in ``upstreamMessage`` and the debug description.
public struct LiteLLMError: Error, Sendable, Equatable {
    /// What kind of failure it is.
    public enum Code: String, Sendable, CaseIterable {
        /// The request cannot be: found here, or by LiteLLM.
        case invalidRequest
        /// LiteLLM, or the provider behind it, does not take the key.
        case authenticationFailed
        /// The key may not do that.
        case permissionDenied
        /// LiteLLM knows no such model.
        case unknownModel
        /// The conversation is longer than the model can take.
        case contextWindowExceeded
        /// The provider refuses the request for what it says.
        case contentPolicyViolated
        /// Too many requests. See ``LiteLLMError/retryAfter``.
        case rateLimited
        /// What the key or the user may spend is spent. Trying again is of no use.
        case budgetExceeded
        /// The provider has no room now.
        case overloaded
        /// LiteLLM or the provider has failed.
        case upstreamFailed
        /// LiteLLM has waited too long for the provider.
        case upstreamTimedOut
        /// LiteLLM cannot be reached.
        case unreachable
        /// The first chunk, or the whole answer that is no stream, did not come in time.
        case timedOutBeforeFirstChunk
        /// The next chunk did not come in time.
        case timedOutBetweenChunks
        /// The answer ended before its end.
        case brokenStream
        /// The answer is longer than allowed.
        case answerTooLarge
        /// What came is not an answer.
        case malformedAnswer
        /// So many calls of the model have failed that no other is made for a while. Told at once.
        case circuitOpen
        /// As many calls are under way as are allowed. Told at once.
        case tooManyCalls
        /// The task was cancelled.
        case cancelled
        /// The client has been shut down.
        case closed
    }

    /// What kind of failure it is.
    public var code: Code { details.values.code }
    /// One sentence without anything of the request's.
    public var message: String { details.values.message }
    /// The answer's HTTP status, where one came.
    public internal(set) var status: Int? {
        get { details.values.status }
        set { change { $0.status = newValue } }
    }
    /// What the upstream says, for logs that may hold parts of prompts; nil where it says nothing.
    public internal(set) var upstreamMessage: String? {
        get { details.values.upstreamMessage }
        set { change { $0.upstreamMessage = newValue } }
    }
    /// When trying again may help, where somebody said so.
    public internal(set) var retryAfter: Duration? {
        get { details.values.retryAfter }
        set { change { $0.retryAfter = newValue } }
    }
    /// What had come of a stream; nil before its first chunk.
    public internal(set) var partialText: String? {
        get { details.values.partialText }
        set { change { $0.partialText = newValue } }
    }
    /// What LiteLLM says of the call, where its answer has begun.
    public internal(set) var report: CallReport? {
        get { details.values.report }
        set { change { $0.report = newValue } }
    }
    /// How often this client tried.
    public internal(set) var attempts: Int {
        get { details.values.attempts }
        set { change { $0.attempts = newValue } }
    }
    /// Where in this library it was noticed: file and line.
    public var place: String { details.values.place }

    // Elsewhere, and not in the error itself: each task that waits for an answer has room for several errors, and thousands wait.
    private var details: Details

    private final class Details: Sendable {
        let values: Values

        init(_ values: Values) { self.values = values }
    }

    private struct Values: Sendable, Equatable {
        let code: Code
        let message: String
        var status: Int?
        var upstreamMessage: String?
        var retryAfter: Duration?
        var partialText: String?
        var report: CallReport?
        var attempts = 1
        let place: String
    }

    init(_ code: Code, _ message: String, file: StaticString = #fileID, line: UInt = #line) {
        details = Details(Values(code: code, message: message, place: "\(file):\(line)"))
    }

    private mutating func change(_ change: (inout Values) -> Void) {
        var values = details.values
        change(&values)
        details = Details(values)
    }

    /// Whether all that is known of two failures is the same.
    public static func == (left: LiteLLMError, right: LiteLLMError) -> Bool {
        left.details.values == right.details.values
    }

    /// Whether the same call may be made again, a little later, with hope: nothing of an answer had come.
    public var isRetriable: Bool { partialText == nil && code.isTransient }
}

extension LiteLLMError.Code {
    /// Whether time may mend it.
    var isTransient: Bool {
        switch self {
        case .rateLimited, .overloaded, .upstreamFailed, .upstreamTimedOut, .unreachable,
            .timedOutBeforeFirstChunk, .brokenStream, .circuitOpen, .tooManyCalls:
            true
        default: false
        }
    }

    /// Whether it speaks against the upstream, and not against the request or the caller.
    var isUpstreamsFault: Bool {
        switch self {
        case .overloaded, .upstreamFailed, .upstreamTimedOut, .unreachable, .timedOutBeforeFirstChunk,
            .timedOutBetweenChunks, .brokenStream, .malformedAnswer:
            true
        default: false
        }
    }
}

extension LiteLLMError: CustomStringConvertible, CustomDebugStringConvertible {
    /// One line for a log, without anything of the request's or the answer's.
    public var description: String {
        "LiteLLM: \(message) (\(code.rawValue)\(status.map { ", status \($0)" } ?? ""))"
    }

    /// Everything that is known but the text: it may hold parts of the prompt.
    public var debugDescription: String {
        "\(description)\(upstreamMessage.map { ": \($0)" } ?? ""), attempt \(attempts), noticed at \(place)"
    }
}
