internal import FoundationEssentials
internal import Postgres

extension Queries {
    /// How long an answer is remembered.
    private static let memorySpan = "interval '24 hours'"

    /// The answer that a call with this key got.
    static func remembered(_ call: IdempotentCall, author: Author) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT request_hash, process_id, version_number, answered_at, unchanged, mapping_report
            FROM idempotency_keys
            WHERE organization_id = $1 AND user_id = $2 AND method = $3 AND key = $4
                AND created_at >= now() - \(memorySpan)
            """,
            [.uuid(author.organization), .uuid(author.user), .text(call.method), .text(call.key)]
        )
    }

    /// Makes room for a key whose time is over.
    static func forgetExpired(_ call: IdempotentCall, author: Author) -> PostgresStatement {
        PostgresStatement(
            """
            DELETE FROM idempotency_keys
            WHERE organization_id = $1 AND user_id = $2 AND method = $3 AND key = $4
                AND created_at < now() - \(memorySpan)
            """,
            [.uuid(author.organization), .uuid(author.user), .text(call.method), .text(call.key)]
        )
    }

    /// Remembers that an update changed nothing.
    static func remember(
        _ call: IdempotentCall,
        _ outcome: ProcessStore.UpdateOutcome,
        author: Author,
        process: UUID
    ) throws -> PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO idempotency_keys
                (organization_id, user_id, process_id, version_number, answered_at, method, key, request_hash,
                 mapping_report, unchanged)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, true)
            """,
            [
                .uuid(author.organization), .uuid(author.user), .uuid(process), .int4(outcome.version),
                .instant(outcome.at),
            ] + (try call.parameters(outcome.report))
        )
    }
}
