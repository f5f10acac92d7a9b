internal import FoundationEssentials
internal import Postgres
internal import ServiceKit

extension Queries {
    /// Makes others who rate a suggestion wait until the transaction ends: the mean is made of what they have said.
    static func lock(suggestion: UUID) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT FROM process_suggestion_index
            WHERE organization_id = (SELECT grimoire_organization()) AND suggestion_id = $1 FOR UPDATE
            """,
            [.uuid(suggestion)]
        )
    }

    /// Rates a suggestion, with audit; no row where there is none, or its process is deleted.
    static func rate(_ suggestion: UUID, _ rating: Int32, comment: String, author: Author)
        -> PostgresStatement
    {
        PostgresStatement(
            """
            WITH target AS (
                SELECT i.suggestion_id, i.created_at, i.process_id
                FROM process_suggestion_index i
                JOIN processes p ON p.id = i.process_id AND p.deleted_at IS NULL
                WHERE i.organization_id = $2 AND i.suggestion_id = $1
            ), mine AS (
                INSERT INTO process_suggestion_ratings
                    (organization_id, suggestion_id, user_id, rating, comment, rated_at)
                SELECT $2, suggestion_id, $3, $5, $6, clock_timestamp() FROM target
                ON CONFLICT (organization_id, suggestion_id, user_id) DO UPDATE
                SET rating = excluded.rating, comment = excluded.comment, rated_at = excluded.rated_at
                RETURNING rated_at
            ), counted AS (
                SELECT (coalesce(sum(other.rating), 0) + $5)::double precision / (count(*) + 1) AS mean,
                       count(*) + 1 AS number
                FROM process_suggestion_ratings other
                WHERE other.organization_id = $2 AND other.suggestion_id = $1 AND other.user_id <> $3
            ), place AS (
                UPDATE process_suggestion_index i SET rating = counted.mean, ratings = counted.number
                FROM target, counted
                WHERE i.organization_id = $2 AND i.suggestion_id = target.suggestion_id
            ), body AS (
                UPDATE process_suggestions s SET user_feedback = round(counted.mean)::integer
                FROM target, counted
                WHERE s.id = target.suggestion_id AND s.created_at = target.created_at
            ), audit AS (
                INSERT INTO audit_log (organization_id, user_id, method, outcome, process_id, trace_id)
                SELECT $2, $3, 'RateSuggestion', 'OK', process_id, $4 FROM target
            )
            SELECT target.process_id, mine.rated_at FROM target, mine
            """,
            [
                .uuid(suggestion), .uuid(author.organization), .uuid(author.user), .text(author.traceID),
                .int4(rating), .text(comment),
            ]
        )
    }

    /// The version before one; `number` 0 is the latest. No row where there is none.
    static func versionBefore(process: UUID, number: Int32) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT v.version_number, v.name, v.description, v.spy_code, v.process_document, v.stable_mapping,
                   v.content_hash, v.chain_hash, v.signature, v.signing_key_id
            FROM processes p
            JOIN process_version_index i ON i.process_id = p.id
                AND i.version_number = CASE WHEN $2 = 0 THEN p.latest_version ELSE $2 END - 1
            JOIN process_versions v ON v.id = i.version_id AND v.created_at = i.created_at
            WHERE p.id = $1 AND p.deleted_at IS NULL
            """,
            [.uuid(process), .int4(number)]
        )
    }
}
