internal import FoundationEssentials
internal import Postgres

extension Queries {
    /// Calls of one organization, or of none, as a JSON array; those that are there already are left alone.
    static func audit(_ calls: String, organization: UUID?) -> PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO audit_log
                (id, organization_id, user_id, method, outcome, process_id, version_number, trace_id, created_at)
            SELECT call.id, $2, call."user", call.method, call.outcome, call.process, call.version, call.trace,
                   timestamptz 'epoch' + call.at * interval '1 microsecond'
            FROM jsonb_to_recordset($1) AS call (
                id uuid, "user" uuid, method text, outcome text, process uuid, version int, trace text, at bigint)
            ON CONFLICT DO NOTHING
            """,
            [.jsonb(calls), organization.map(PostgresParameter.uuid) ?? .uuid(nil)]
        )
    }
}
