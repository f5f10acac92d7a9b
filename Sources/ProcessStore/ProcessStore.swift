public import EventLoop
public import FoundationEssentials
public import Postgres
internal import ServiceKit

/// Processes and their versions in PostgreSQL, seen from one organization at a time.
///
/// Reads take one round trip, writes two: the head is read, and the next version written only where that head is still
/// the latest. A writer that loses this race tries again with the process locked, so that it comes to its turn.
/// Every method throws `ServiceError`.
public struct ProcessStore: Sendable {
    private let loops: EventLoopGroup
    private let pools: [ObjectIdentifier: PostgresPool]

    /// - Parameters:
    ///   - configuration: The database, as the application role.
    ///   - loops: Each gets a pool of its own.
    ///   - offload: Where connecting blocks.
    ///   - limits: Each pool's.
    public init(
        configuration: PostgresConfiguration,
        loops: EventLoopGroup,
        offload: OffloadExecutor,
        limits: PostgresPool.Limits
    ) {
        self.loops = loops
        pools = Dictionary(
            uniqueKeysWithValues: loops.loops.map { loop in
                let pool = PostgresPool(
                    configuration: configuration,
                    loop: loop,
                    offload: offload,
                    limits: limits
                )
                return (ObjectIdentifier(loop), pool)
            }
        )
    }

    /// Closes every connection.
    public func shutdown() async {
        for pool in pools.values { await pool.shutdown() }
    }

    // MARK: Writing

    /// Makes a process and its version 1.
    public func create(
        _ content: ProcessContent,
        changelog: String,
        author: UUID,
        organization: UUID
    ) async throws -> (id: UUID, createdAt: Instant) {
        let id = UUID()
        let statement = try Queries.create(
            process: id,
            version: UUID(),
            content: content,
            changelog: changelog,
            author: author,
            organization: organization
        )
        let results = try await translated {
            try await pool.pipeline([Queries.organization(organization), statement])
        }
        guard let row = results.last?.first else { throw Self.broken("a create returned no row") }
        return (id, try row.instant("created_at"))
    }

    /// What became of an update.
    public enum UpdateOutcome: Sendable {
        /// A new version was made.
        case made(Int32, Instant)
        /// The current version says all that already.
        case unchanged(Int32, Instant)
    }

    /// Makes the next version from the current one.
    ///
    /// - Parameters:
    ///   - process: Which process.
    ///   - expectedVersion: The version that must be the current one; 0 for any.
    ///   - changelog: What the author says.
    ///   - author: Who makes it.
    ///   - organization: Whose process it is.
    ///   - change: The new contents from the current ones; called again where another writer came first.
    public func update(
        _ process: UUID,
        expectedVersion: Int32,
        changelog: String,
        author: UUID,
        organization: UUID,
        change: @escaping @Sendable (ProcessContent) throws -> ProcessContent
    ) async throws -> UpdateOutcome {
        let update = Update(
            process: process,
            expectedVersion: expectedVersion,
            changelog: changelog,
            author: author,
            organization: organization,
            change: change
        )
        let pool = self.pool
        return try await translated {
            let head = try await pool.pipeline([
                Queries.organization(organization), Queries.version(process: process, number: 0),
            ])
            switch try update.decide(head.last?.first) {
            case .unchanged(let number, let instant): return .unchanged(number, instant)
            case .write(let statement):
                let written = try await pool.pipeline([Queries.organization(organization), statement])
                if let outcome = try update.outcome(written.last?.first) { return outcome }
            }
            // Another writer was faster. From here on nobody can be.
            return try await pool.withConnection { try await update.runLocked(on: $0) }
        }
    }

    /// Makes a process NOT_FOUND; its rows stay.
    public func delete(_ process: UUID, organization: UUID) async throws -> Instant {
        let results = try await translated {
            try await pool.pipeline([Queries.organization(organization), Queries.delete(process: process)])
        }
        guard let row = results.last?.first else { throw ServiceError.notFound("process", process.text) }
        return try row.instant("deleted_at")
    }

    // MARK: Reading

    var pool: PostgresPool {
        guard let pool = pools[ObjectIdentifier(loops.next())] else {
            preconditionFailure("every loop of the group has a pool")
        }
        return pool
    }

    func part(
        _ part: Queries.Part,
        _ number: Int32,
        _ process: UUID,
        _ organization: UUID
    ) async throws -> (Int32, PostgresRow) {
        let result = try await read(organization, Queries.part(part, process: process, number: number))[0]
        guard let row = result.first else { throw ServiceError.notFound("process", process.text) }
        guard let found = try row.decodeOptional("version_number", as: Int32.self) else {
            throw Self.noVersion(number, process)
        }
        return (found, row)
    }

    /// The answers to `statements`. A read whose connection breaks is made once more: it changes nothing.
    func read(
        _ organization: UUID,
        _ statements: PostgresStatement...
    ) async throws -> [PostgresResult] {
        let pipeline = [Queries.organization(organization)] + statements
        let results = try await translated {
            do throws(PostgresError) {
                return try await pool.pipeline(pipeline)
            } catch {
                guard error.isConnectionDead, error.code != .connectionFailed else { throw error }
                return try await pool.pipeline(pipeline)
            }
        }
        return Array(results.dropFirst())
    }

    func translated<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError {
            if error.code == .cancelled { throw CancellationError() }
            throw ServiceError(error)
        }
    }

    static func noVersion(_ number: Int32, _ process: UUID) -> ServiceError {
        ServiceError.notFound("version", "\(number) of process \(process.text)")
    }

    static func broken(_ cause: String) -> ServiceError {
        ServiceError(.internal, message: "Something went wrong here; the log has the cause.", cause: cause)
    }
}
