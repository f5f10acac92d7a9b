/// Where the answers of a batch go.
///
/// Unchecked: it is made, kept and called on the thread of one loop, where whoever waits for it lives too.
struct RedisCompletion: @unchecked Sendable {
    let call: (Result<[RedisValue], RedisError>) -> Void

    init(_ call: @escaping (Result<[RedisValue], RedisError>) -> Void) { self.call = call }

    func succeed(_ values: [RedisValue]) { call(.success(values)) }
    func fail(_ error: RedisError) { call(.failure(error)) }
}

/// A task that waits for answers: resumed once, by them or by its cancellation. Answers that come later are dropped.
///
/// Unchecked: it is touched on the thread of one loop only.
final class AnswerWaiter: @unchecked Sendable {
    private var continuation: CheckedContinuation<Result<[RedisValue], RedisError>, Never>?

    /// What its answers go to.
    func begin(
        _ continuation: CheckedContinuation<Result<[RedisValue], RedisError>, Never>
    ) -> RedisCompletion {
        self.continuation = continuation
        return RedisCompletion { self.end($0) }
    }

    func end(_ result: Result<[RedisValue], RedisError>) {
        let waiting = continuation
        continuation = nil
        waiting?.resume(returning: result)
    }

    /// The task was cancelled after its commands had been handed over.
    func cancel() { end(.failure(RedisError(.cancelled, "the task was cancelled"))) }
}
