internal import Logging
internal import Postgres
internal import ServiceKit
internal import ServiceLifecycle

/// Makes partitions ahead of need and forgets old idempotency keys, for as long as the service runs.
struct Upkeep: Service {
    /// How often.
    static let interval: Duration = .seconds(3_600)

    let store: ProcessStore
    let logger: Logger

    /// Does it at the start, then again and again until the service stops.
    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                do {
                    try await store.upkeep()
                } catch let error as ServiceError {
                    // Partitions are a year ahead: the next time is early enough.
                    logger.error("Upkeep failed", metadata: [LogKey.cause: "\(error.cause ?? error.message)"])
                }
                try await Task.sleep(for: Self.interval)
            }
        }
    }
}

extension ProcessStore {
    /// Makes partitions a year ahead and forgets old idempotency keys.
    func upkeep() async throws {
        _ = try await translated { try await pool.pipeline([Queries.upkeep]) }
    }
}
