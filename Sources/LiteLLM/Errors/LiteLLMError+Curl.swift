internal import Curl

extension LiteLLMError {
    /// What an exchange's failure means to a call.
    ///
    /// - Parameter timeout: What it is when nothing came in time.
    init(_ error: CurlError, timeout: Code) {
        switch error.code {
        case .invalidRequest: self.init(.invalidRequest, "the request cannot be sent: \(error.message)")
        case .unreachable, .status: self.init(.unreachable, "LiteLLM cannot be reached: \(error.message)")
        case .tooLarge: self.init(.answerTooLarge, error.message)
        case .timedOut: self.init(timeout, "LiteLLM did not answer in time")
        case .broken: self.init(.brokenStream, "the connection ended before the answer did: \(error.message)")
        case .notHTTP: self.init(.malformedAnswer, "what came is not HTTP: \(error.message)")
        case .overloaded: self.init(.tooManyCalls, "too many calls are under way")
        case .cancelled: self.init(.cancelled, "the task was cancelled")
        case .closed: self.init(.closed, "the client is shut down")
        }
    }
}
