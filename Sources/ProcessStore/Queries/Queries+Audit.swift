internal import FoundationEssentials
internal import Postgres
internal import ServiceKit

extension Queries {
    /// Calls of one organization, or of none; those that are there already are left alone.
    static func audit(_ records: [AuditRecord], organization: UUID?) -> PostgresStatement {
        // Arrays hold no NULL: zeros and empty texts stand for it.
        PostgresStatement(
            """
            INSERT INTO audit_log
                (id, organization_id, user_id, method, outcome, process_id, version_number, trace_id, created_at, calls)
            SELECT call.id, $1, nullif(call."user", $11), call.method, call.outcome, nullif(call.process, $11),
                   nullif(call.version, 0), nullif(call.trace, ''),
                   timestamptz 'epoch' + call.at * interval '1 microsecond', call.calls
            FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10)
                AS call (id, "user", method, outcome, process, version, trace, at, calls)
            ON CONFLICT DO NOTHING
            """,
            [
                organization.map(PostgresParameter.uuid) ?? .uuid(nil),
                .uuidArray(records.map { .init($0.id) }),
                .uuidArray(records.map { .init($0.userID) }),
                .textArray(records.map(\.method)),
                .textArray(records.map(\.outcome)),
                .uuidArray(records.map { .init($0.processID) }),
                .int4Array(records.map { Int32(clamping: $0.versionNumber ?? 0) }),
                .textArray(records.map(\.traceID)),
                .int8Array(records.map { Int64($0.time.timeIntervalSince1970 * 1_000_000) }),
                .int4Array(records.map { Int32(clamping: $0.count) }),
                .uuid(PostgresUUID(nil)),
            ]
        )
    }
}
