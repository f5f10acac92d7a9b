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
    ///
    /// - Throws: `ConfigurationError` where the database does not keep organizations apart for the role that serves.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await store.upkeep()
                } catch is CancellationError {
                    return
                } catch let error as ServiceError {
                    // Partitions are a year ahead: the next time is early enough.
                    logger.error("Upkeep failed", metadata: [LogKey.cause: "\(error.cause ?? error.message)"])
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}

extension ProcessStore {
    /// Makes partitions a year ahead and forgets old idempotency keys.
    ///
    /// - Throws: `ServiceError`; `ConfigurationError` where row-level security does not hold for the role that serves.
    func upkeep() async throws {
        let results = try await translated { try await send([Queries.upkeep, Queries.isSecured]) }
        guard try results.last?.first?.decode("secured", as: Bool.self) == true else {
            throw ConfigurationError(
                setting: ProcessServiceConfiguration.Settings.applicationURL.environmentName,
                message: "is a role that row-level security does not hold for: give one that owns no table."
            )
        }
    }
}
