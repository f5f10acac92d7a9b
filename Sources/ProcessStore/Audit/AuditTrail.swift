internal import EventLoop
internal import FoundationEssentials
internal import Logging
internal import Postgres
internal import ServiceKit
internal import ServiceLifecycle

/// Who did what, and how it ended.
struct AuditRecord: Sendable {
    /// Nil where nobody knows: a call without a token.
    let organization: UUID?
    let user: UUID?
    let method: String
    let outcome: String
    var process: UUID?
    var version: Int32?
    var traceID: String?
    var at = Instant.now
}

/// Writes the audit rows of calls that write nothing themselves, many at a time, a moment after the calls.
///
/// Rows wait in the loop that served the call. Where the database is away, they wait until a limit; what is beyond it is
/// lost, counted and logged. Calls that write something do not come here: their row is part of their transaction.
struct AuditTrail: Service {
    /// How long rows wait at most before they are written.
    static let interval: Duration = .milliseconds(200)
    /// Rows that wait on one loop at most.
    static let waitingLimit = 20_000
    /// Rows of one round trip at most.
    private static let batch = 1_000

    /// The rows of one loop.
    private actor Waiting {
        nonisolated let loop: EventLoop
        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
        private var records: [AuditRecord] = []
        private var lost = 0

        init(loop: EventLoop) { self.loop = loop }

        func append(_ record: AuditRecord) {
            if records.count < AuditTrail.waitingLimit { records.append(record) } else { lost += 1 }
        }

        func take() -> (records: [AuditRecord], lost: Int) {
            defer { (records, lost) = ([], 0) }
            return (records, lost)
        }

        func putBack(_ older: [AuditRecord]) {
            let room = AuditTrail.waitingLimit - records.count
            records = older.prefix(room) + records
            lost += max(0, older.count - room)
        }
    }

    private let store: ProcessStore
    private let loops: EventLoopGroup
    private let waiting: [ObjectIdentifier: Waiting]
    private let logger: Logger

    /// A trail in `store`'s database, with a buffer on each of `loops`.
    init(store: ProcessStore, loops: EventLoopGroup, logger: Logger) {
        self.store = store
        self.loops = loops
        self.logger = logger
        waiting = Dictionary(
            uniqueKeysWithValues: loops.loops.map { (ObjectIdentifier($0), Waiting(loop: $0)) }
        )
    }

    /// Takes a row, to be written soon.
    func note(_ record: AuditRecord) async {
        await waiting[ObjectIdentifier(loops.next())]?.append(record)
    }

    /// Writes rows until the service stops, then those that still wait.
    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: Self.interval)
                await flush()
            }
        }
        await flush()
    }

    /// Writes every row that waits now.
    func flush() async {
        for buffer in waiting.values {
            let (records, lost) = await buffer.take()
            if lost > 0 {
                logger.error("Audit rows were lost", metadata: [LogKey.count: "\(lost)"])
            }
            var start = 0
            while start < records.count {
                let batch = records[start..<min(start + Self.batch, records.count)]
                do {
                    try await store.write(Array(batch))
                } catch {
                    logger.error(
                        "Audit rows wait: they cannot be written",
                        metadata: [LogKey.cause: "\(error)"]
                    )
                    await buffer.putBack(Array(records[start...]))
                    return
                }
                start += batch.count
            }
        }
    }
}

extension ProcessStore {
    private struct AuditRow: Encodable {
        let user: String?
        let method: String
        let outcome: String
        let process: String?
        let version: Int32?
        let trace: String?
        let at: Int64
    }

    /// Writes audit rows in one round trip, as one transaction.
    func write(_ records: [AuditRecord]) async throws {
        var statements: [PostgresStatement] = []
        for (organization, records) in Dictionary(grouping: records, by: \.organization) {
            let rows = records.map {
                AuditRow(
                    user: $0.user?.text,
                    method: $0.method,
                    outcome: $0.outcome,
                    process: $0.process?.text,
                    version: $0.version,
                    trace: $0.traceID,
                    at: $0.at.microseconds
                )
            }
            let json = String(decoding: try JSONEncoder().encode(rows), as: UTF8.self)
            if let organization { statements.append(Queries.organization(organization)) }
            statements.append(Queries.audit(json, organization: organization))
        }
        let pipeline = statements
        _ = try await translated { try await pool.pipeline(pipeline) }
    }
}

extension Instant {
    /// The time now.
    static var now: Instant { Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }
}
