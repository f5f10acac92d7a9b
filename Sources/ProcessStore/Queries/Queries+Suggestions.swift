internal import FoundationEssentials
internal import Postgres
internal import ServiceKit

/// Which suggestions of a process are listed.
struct SuggestionFilter: Sendable, Equatable {
    let process: UUID
    /// A session of the user who asks; nil for all of everybody's.
    var session: (user: UUID, id: UUID)?
    /// 0: those without a rating too.
    var minimumRating: Int32 = 0

    static func == (left: SuggestionFilter, right: SuggestionFilter) -> Bool {
        left.process == right.process && left.session?.user == right.session?.user
            && left.session?.id == right.session?.id && left.minimumRating == right.minimumRating
    }
}

extension Queries {
    /// When a suggestion was recorded.
    static func recorded(_ suggestion: UUID) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT created_at FROM process_suggestion_index
            WHERE organization_id = (SELECT grimoire_organization()) AND suggestion_id = $1
            """,
            [.uuid(suggestion)]
        )
    }

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

    private static let indexed = """
        i.suggestion_id, i.created_at, i.process_id, i.user_id, i.session_id, i.bytes, i.rating, i.ratings
        """

    /// Suggestions of a process after a place, newest first. Those that come after `bytes` of texts have NULL for what they
    /// say, but for the first.
    static func suggestions(
        _ filter: SuggestionFilter,
        after place: SuggestionPlace?,
        limit: Int,
        bytes: Int64,
        alwaysTheFirst: Bool = true
    ) -> PostgresStatement {
        var parameters: [PostgresParameter] = [.uuid(filter.process), .int8(Int64(limit)), .int8(bytes)]
        func parameter(_ value: PostgresParameter) -> String {
            parameters.append(value)
            return "$\(parameters.count)"
        }
        var conditions = "i.organization_id = (SELECT grimoire_organization()) AND i.process_id = $1"
        if let session = filter.session {
            conditions += " AND i.user_id = \(parameter(.uuid(session.user)))"
            conditions += " AND i.session_id = \(parameter(.uuid(session.id)))"
        }
        if filter.minimumRating > 0 {
            conditions += " AND i.ratings > 0 AND i.rating >= \(parameter(.int4(filter.minimumRating)))"
        }
        if let place {
            let values = "(\(parameter(.instant(place.createdAt))), \(parameter(.uuid(place.id))))"
            conditions += " AND (i.created_at, i.suggestion_id) < \(values)"
        }
        let order = "created_at DESC, suggestion_id DESC"
        return PostgresStatement(
            withTexts(
                """
                SELECT \(indexed) FROM process_suggestion_index i WHERE \(conditions)
                ORDER BY \(order) LIMIT $2
                """,
                order: order,
                first: alwaysTheFirst ? "before = 0 OR" : ""
            ),
            parameters
        )
    }

    /// The best-rated suggestions of the organization, those of one process first; of several, the newest first.
    static func bestRated(process: UUID, limit: Int32, bytes: Int64) -> PostgresStatement {
        PostgresStatement(
            withTexts(
                """
                SELECT * FROM (
                    (SELECT \(indexed), 0 AS rank FROM process_suggestion_index i
                     WHERE i.organization_id = (SELECT grimoire_organization()) AND i.process_id = $1 AND i.ratings > 0
                     ORDER BY i.rating DESC, i.created_at DESC, i.suggestion_id DESC LIMIT $2)
                    UNION ALL
                    (SELECT \(indexed), 1 AS rank FROM process_suggestion_index i
                     JOIN processes p ON p.id = i.process_id AND p.deleted_at IS NULL
                     WHERE i.organization_id = (SELECT grimoire_organization()) AND i.process_id <> $1 AND i.ratings > 0
                     ORDER BY i.rating DESC, i.created_at DESC, i.suggestion_id DESC LIMIT $2)
                ) AS rated ORDER BY \(byRating) LIMIT $2
                """,
                order: byRating
            ),
            [.uuid(process), .int8(Int64(limit)), .int8(bytes)]
        )
    }

    private static let byRating = "rank, rating DESC, created_at DESC, suggestion_id DESC"

    /// What suggestions say, up to $3 bytes, of those that `found` finds in the index.
    private static func withTexts(_ found: String, order: String, first: String = "") -> String {
        """
        WITH found AS (
            \(found)
        ), page AS (
            SELECT *, sum(bytes) OVER (ORDER BY \(order)) - bytes AS before FROM found
        )
        SELECT page.*, s.kind, s.version_number, s.suggestion_type, s.input_context, s.ai_response
        FROM page
        LEFT JOIN process_suggestions s ON s.id = page.suggestion_id AND s.created_at = page.created_at
            AND (\(first) page.before + page.bytes <= $3)
        ORDER BY \(order.split(separator: ", ").map { "page.\($0)" }.joined(separator: ", "))
        """
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
