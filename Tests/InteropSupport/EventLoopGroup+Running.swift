internal import EventLoop

extension EventLoopGroup {
    /// Two loops, so that a call may well be on another than its connection, and a thread for what takes long.
    static func withRunning<Result: Sendable>(
        _ body: (_ loops: EventLoopGroup, _ offload: OffloadExecutor) async throws -> Result
    ) async throws -> Result {
        let loops = try EventLoopGroup(count: 2)
        let offload = OffloadExecutor(width: 1)
        return try await loops.running(offload) { try await body(loops, offload) }
    }

    /// Runs the loops while `body` does.
    func running<Result: Sendable>(
        _ offload: OffloadExecutor,
        _ body: () async throws -> Result
    ) async throws -> Result {
        try start()
        do {
            let result = try await body()
            await shutdown()
            await offload.shutdown()
            return result
        } catch {
            await shutdown()
            await offload.shutdown()
            throw error
        }
    }
}
