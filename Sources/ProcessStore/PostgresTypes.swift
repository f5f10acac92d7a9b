internal import FoundationEssentials
internal import Postgres
internal import ServiceKit

extension PostgresParameter {
    static func uuid(_ value: UUID) -> PostgresParameter {
        .uuid(PostgresUUID(bytes: withUnsafeBytes(of: value.uuid) { Array($0) }))
    }

    static func instant(_ value: Instant) -> PostgresParameter {
        .timestamp(PostgresTimestamp(microsecondsSince1970: value.microseconds))
    }
}

extension PostgresUUID {
    /// The same, zeros for none.
    init(_ id: UUID?) {
        let bytes = id?.uuid ?? (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        self = withUnsafeBytes(of: bytes) { bytes in
            guard let id = PostgresUUID(bytes: bytes) else { preconditionFailure("a UUID has sixteen bytes") }
            return id
        }
    }
}

extension PostgresRow {
    func uuid(_ column: String) throws(PostgresError) -> UUID {
        let bytes = try decode(column, as: PostgresUUID.self).bytes
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    func instant(_ column: String) throws(PostgresError) -> Instant {
        Instant(microseconds: try decode(column, as: PostgresTimestamp.self).microsecondsSince1970)
    }
}

extension ServiceError {
    /// How long a client is asked to wait while the database is away.
    private static let databaseRetryDelay: Duration = .seconds(1)

    /// What a failure of the database is to a client.
    init(_ error: PostgresError) {
        switch error.code {
        case .connectionFailed, .connectionLost, .poolExhausted, .closed:
            self.init(
                .unavailable(retryAfter: Self.databaseRetryDelay),
                message: "The Process Database cannot be reached now; try again in a second.",
                cause: error.description
            )
        case .timedOut:
            self.init(
                .deadlineExceeded,
                message: "The Process Database did not answer in time.",
                cause: error.description
            )
        case .server where error.isRetriable || error.isConnectionDead:
            self.init(
                .unavailable(retryAfter: Self.databaseRetryDelay),
                message: "The Process Database is busy; try again in a second.",
                cause: error.description
            )
        // query_canceled: the server's own statement_timeout.
        case .server where error.sqlState == "57014":
            self.init(
                .deadlineExceeded,
                message: "The Process Database did not answer in time.",
                cause: error.description
            )
        default:
            self.init(
                .internal,
                message: "Something went wrong here; the log has the cause.",
                cause: error.description
            )
        }
    }
}
