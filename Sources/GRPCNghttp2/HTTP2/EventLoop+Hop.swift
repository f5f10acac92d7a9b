internal import EventLoop

extension EventLoop {
    /// Runs `body` with this loop as its preferred executor: for callers that are somewhere else.
    func hop<Result: Sendable>(_ body: @Sendable () async throws -> Result) async rethrows -> Result {
        try await withTaskExecutorPreference(self) { try await body() }
    }
}
