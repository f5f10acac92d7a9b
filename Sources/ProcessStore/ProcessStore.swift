internal import EventLoop
internal import FoundationEssentials
internal import Postgres
internal import Redis
internal import ServiceKit

/// Processes and their versions in PostgreSQL, seen from one organization at a time.
///
/// Reads take one round trip, writes two: the head is read, unless this loop wrote it, and the next version
/// written only where that head is still the latest. A writer that loses this race tries again with the process
/// locked, so that it comes to its turn.
/// Every method throws `ServiceError`.
public struct ProcessStore: Sendable {
    /// What each loop has of its own.
    struct Lane: Sendable {
        let pool: PostgresPool
        let cache: VersionCache
        /// Nil without Redis.
        let shared: SharedVersions?
    }

    let workshop: Workshop
    let keys: SigningKeys
    let announcer: (any ChangeAnnouncer)?
    private let loops: EventLoopGroup
    private let lanes: [ObjectIdentifier: Lane]

    /// - Parameters:
    ///   - configuration: The database, as the application role.
    ///   - loops: Each gets a pool and a cache of its own.
    ///   - offload: Where connecting blocks.
    ///   - workshop: Where long computations run.
    ///   - limits: Each pool's.
    ///   - cacheBytes: Each cache's.
    ///   - keys: What versions are signed with.
    ///   - announcer: Who is told of each change of a process.
    ///   - redis: What replicas share versions through, for as long as whoever made it runs it.
    init(
        configuration: PostgresConfiguration,
        loops: EventLoopGroup,
        offload: OffloadExecutor,
        workshop: OffloadExecutor,
        limits: PostgresPool.Limits,
        cacheBytes: Int,
        keys: SigningKeys,
        announcer: (any ChangeAnnouncer)? = nil,
        redis: RedisClients? = nil
    ) {
        self.announcer = announcer
        self.loops = loops
        self.workshop = Workshop(offload: workshop)
        self.keys = keys
        lanes = Dictionary(
            uniqueKeysWithValues: loops.loops.map { loop in
                let pool = PostgresPool(
                    configuration: configuration,
                    loop: loop,
                    offload: offload,
                    limits: limits
                )
                let shared = redis.map {
                    SharedVersions(redis: $0.client(on: loop), seal: keys.sharedSeal)
                }
                let cache = VersionCache(bytes: cacheBytes, loop: loop)
                return (ObjectIdentifier(loop), Lane(pool: pool, cache: cache, shared: shared))
            }
        )
    }

    /// Closes every connection.
    public func shutdown() async {
        for lane in lanes.values { await lane.pool.shutdown() }
    }

    /// That of the current loop; elsewhere, of the loop whose turn it is.
    var lane: Lane {
        guard let lane = lanes[ObjectIdentifier(loops.next())] else {
            preconditionFailure("every loop of the group has a lane")
        }
        return lane
    }

    /// The connections of the current loop.
    var pool: PostgresPool { lane.pool }
    /// What the current loop has read.
    var cache: VersionCache { lane.cache }

    /// Tells every loop that a process is not what it was.
    func forget(_ process: UUID, organization: UUID) async {
        let key = VersionCache.ProcessKey(organization: organization, process: process)
        for lane in lanes.values { await lane.cache.forget(key) }
    }

    // MARK: Round trips

    /// How long the database may take for the call of the current task: no longer than its caller waits.
    static var timeLimit: Duration { timeLimit(until: Call.current?.deadline) }

    /// How long the database may take for a caller who waits until `deadline`.
    private static func timeLimit(until deadline: ContinuousClock.Instant?) -> Duration {
        guard let deadline else { return longest }
        return min(longest, ContinuousClock.now.duration(to: deadline))
    }

    private static let longest: Duration = .seconds(30)

    /// The answers to `statements`: one round trip on the current loop's pool, one transaction.
    func send(
        _ statements: [PostgresStatement],
        deadline: ContinuousClock.Instant? = Call.current?.deadline
    ) async throws(PostgresError) -> [PostgresResult] {
        try await pool.pipeline(statements, timeout: Self.timeLimit(until: deadline))
    }

    /// The answers to `statements`. A read whose connection breaks is made once more: it changes nothing.
    func read(
        _ organization: UUID,
        deadline: ContinuousClock.Instant? = Call.current?.deadline,
        _ statements: PostgresStatement...
    ) async throws -> [PostgresResult] {
        try await read(organization, deadline: deadline, statements)
    }

    func read(
        _ organization: UUID,
        deadline: ContinuousClock.Instant? = Call.current?.deadline,
        _ statements: [PostgresStatement]
    ) async throws -> [PostgresResult] {
        let pipeline = [Queries.organization(organization)] + statements
        let results = try await onceMore { () async throws(PostgresError) in
            try await send(pipeline, deadline: deadline)
        }
        return Array(results.dropFirst())
    }

    /// The answers to `statements`, which find a few rows by their key. Where many look something up at once, those of one
    /// organization go together in one round trip.
    func lookUp(
        _ organization: UUID,
        deadline: ContinuousClock.Instant? = Call.current?.deadline,
        _ statements: PostgresStatement...
    ) async throws -> [PostgresResult] {
        try await lookUp(organization, deadline: deadline, statements)
    }

    func lookUp(
        _ organization: UUID,
        deadline: ContinuousClock.Instant? = Call.current?.deadline,
        _ statements: [PostgresStatement]
    ) async throws -> [PostgresResult] {
        let opening = Queries.organization(organization)
        return try await onceMore { () async throws(PostgresError) in
            try await pool.read(statements, opening: opening, timeout: Self.timeLimit(until: deadline))
        }
    }

    /// Makes a read, and once more where its connection breaks: it changes nothing.
    private func onceMore(
        _ read: () async throws(PostgresError) -> [PostgresResult]
    ) async throws -> [PostgresResult] {
        try await translated {
            do throws(PostgresError) {
                return try await read()
            } catch {
                guard error.isConnectionDead, error.code != .connectionFailed else { throw error }
                return try await read()
            }
        }
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
