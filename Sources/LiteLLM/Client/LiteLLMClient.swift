internal import Curl
public import EventLoop

/// Calls of models through LiteLLM Proxy, or any server that speaks OpenAI's protocol, on one event loop.
///
/// A call that fails before its first chunk is made again (``RetryPolicy``), and calls of a model that keeps failing are refused for a
/// while (``BreakerPolicy``). Cancelling a task closes its connection at once.
public actor LiteLLMClient {
    /// Where its code runs.
    public nonisolated let loop: EventLoop
    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    /// Which proxy, and within which limits.
    public nonisolated let configuration: LiteLLMConfiguration
    let http: CurlClient
    private var breakers: BreakerTable
    private var seeds: SplitMix64

    /// A client without connections.
    ///
    /// - Parameters:
    ///   - configuration: Which proxy, and within which limits; the limits are this client's.
    ///   - loop: Where everything runs.
    ///   - seed: Where chance begins, for waits.
    public init(
        configuration: LiteLLMConfiguration,
        loop: EventLoop,
        seed: UInt64 = UInt64.random(in: 0 ... .max)
    ) {
        self.configuration = configuration
        self.loop = loop
        http = CurlClient(configuration: configuration.connection, loop: loop)
        seeds = SplitMix64(seed: seed)
        breakers = BreakerTable(configuration.breaker, seed: seed)
    }

    /// Asks for an answer in chunks, and returns when the first one has come.
    ///
    /// - Throws: `LiteLLMError`.
    public func stream(_ request: ChatRequest) async throws(LiteLLMError) -> ChatStream {
        let body = try request.body(isStream: true)
        let call = Call(.stream, "/chat/completions", body, request.model, request.context)
        guard case .stream(let stream) = try await make(call) else { throw Self.wrongKind }
        return stream
    }

    /// Asks for a whole answer.
    ///
    /// - Throws: `LiteLLMError`.
    public func complete(_ request: ChatRequest) async throws(LiteLLMError) -> ChatCompletion {
        let body = try request.body(isStream: false)
        let call = Call(.completion, "/chat/completions", body, request.model, request.context)
        guard case .completion(let completion) = try await make(call) else { throw Self.wrongKind }
        return completion
    }

    /// Asks for texts as vectors.
    ///
    /// - Throws: `LiteLLMError`.
    public func embed(_ request: EmbeddingRequest) async throws(LiteLLMError) -> Embeddings {
        let kind = Call.Kind.embeddings(count: request.texts.count)
        let call = Call(kind, "/embeddings", try request.body(), request.model, request.context)
        guard case .embeddings(let embeddings) = try await make(call) else { throw Self.wrongKind }
        return embeddings
    }

    /// How many calls are under way, those being read included.
    public var callCount: Int { get async { await http.exchangeCount } }

    /// Ends every call (closed) and closes every connection. Idempotent. To be called before the loop is shut down.
    public func shutdown() async { await http.shutdown() }

    private static var wrongKind: LiteLLMError {
        LiteLLMError(.malformedAnswer, "the answer is of another kind than the question")
    }

    // MARK: Attempts

    /// Makes a call, again where that is allowed and has hope.
    private func make(_ call: Call) async throws(LiteLLMError) -> Call.Answer {
        guard call.body.count <= configuration.requestBytes else {
            throw LiteLLMError(
                .invalidRequest,
                "the request has more than \(configuration.requestBytes) bytes"
            )
        }
        let request = try call.request(configuration)
        var schedule = RetrySchedule(configuration.retries, now: loop.uptimeNanoseconds, seed: seeds.next())
        while true {
            let isTrial = try admit(call.model)
            var failure: LiteLLMError
            do throws(LiteLLMError) {
                let answer = try await attempt(call, request, number: schedule.attempts)
                note(.success, of: call.model, isTrial: isTrial)
                return answer
            } catch {
                failure = error
            }
            note(Self.outcome(failure), of: call.model, isTrial: isTrial)
            failure.attempts = schedule.attempts
            failure.report?.attempts = schedule.attempts
            switch schedule.failed(failure, now: loop.uptimeNanoseconds) {
            case .giveUp: throw failure
            case .tryAgain(let nanoseconds): try await pause(nanoseconds)
            }
        }
    }

    private func pause(_ nanoseconds: Int64) async throws(LiteLLMError) {
        do throws(CancellationError) {
            try await loop.sleep(for: .nanoseconds(nanoseconds))
        } catch {
            throw LiteLLMError(.cancelled, "the task was cancelled")
        }
    }

    // MARK: Breakers

    private func admit(_ model: String) throws(LiteLLMError) -> Bool {
        switch breakers.ask(model, now: loop.uptimeNanoseconds) {
        case .make(let isTrial): return isTrial
        case .refuse(let nanoseconds):
            var error = LiteLLMError(.circuitOpen, "calls of this model fail, and are not made for a while")
            error.retryAfter = .nanoseconds(nanoseconds)
            throw error
        }
    }

    func note(_ outcome: CircuitBreaker.Outcome, of model: String, isTrial: Bool) {
        breakers.note(outcome, of: model, isTrial: isTrial, now: loop.uptimeNanoseconds)
    }

    static func outcome(_ failure: LiteLLMError) -> CircuitBreaker.Outcome {
        if failure.code.isUpstreamsFault { return .failure }
        // It was there, and said no.
        return failure.status == nil ? .neither : .success
    }
}
