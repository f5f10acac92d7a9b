internal import EventLoop
internal import ServiceKit

/// Where work of more than about a millisecond is done, so that no caller of the same loop waits behind it.
struct Workshop: Sendable {
    /// Bytes of text up to which work is done at once, where the caller is: handing it over would take longer.
    static let lightBytes = 4_096
    /// How long a client is asked to wait where too many wait for a thread already.
    private static let retryDelay: Duration = .seconds(1)

    let offload: OffloadExecutor

    /// Does `body`, whose cost goes with `bytes` of text.
    ///
    /// - Throws: What `body` throws, and `ServiceError` (RESOURCE_EXHAUSTED) where too much waits already.
    func run<Result: Sendable>(
        bytes: Int,
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        if bytes <= Self.lightBytes { return try body() }
        do {
            return try await offload.run(body)
        } catch let error as EventLoopError {
            throw ServiceError(
                .exhausted(retryAfter: Self.retryDelay),
                message: "Too much is being computed now; try again in a second.",
                cause: "\(error)"
            )
        }
    }
}
