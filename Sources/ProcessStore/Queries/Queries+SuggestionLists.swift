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
    fileprivate static let indexed = """
        i.suggestion_id, i.created_at, i.process_id, i.user_id, i.session_id, i.bytes, i.rating, i.ratings
        """

    /// One row where a session has exchanges. To look for what they say costs more, even where there are none: in every month.
    static func hasExchanges(process: UUID, user: UUID, session: UUID) -> PostgresStatement {
        PostgresStatement(hasExchangesSQL, [.uuid(process), .uuid(user), .uuid(session)])
    }

    /// The latest version of a process, and whether a session has exchanges, where one is asked about; no row where there is no such
    /// process. Without the versions themselves: to get ready to look in every month takes longer than all of this.
    static func standing(process: UUID, session: (user: UUID, id: UUID)?) -> PostgresStatement {
        guard let session else { return PostgresStatement(latestSQL, [.uuid(process)]) }
        return PostgresStatement(standingSQL, [.uuid(process), .uuid(session.user), .uuid(session.id)])
    }

    private static let hasExchangesSQL = "SELECT 1 \(fromSession) AND i.process_id = $1 LIMIT 1"
    private static let latestSQL = """
        SELECT p.latest_version, false AS has_exchanges FROM processes p WHERE p.id = $1 AND p.deleted_at IS NULL
        """
    private static let standingSQL = """
        SELECT p.latest_version, EXISTS (SELECT \(fromSession) AND i.process_id = p.id) AS has_exchanges
        FROM processes p WHERE p.id = $1 AND p.deleted_at IS NULL
        """
    private static let fromSession = """
        FROM process_suggestion_index i
        WHERE i.organization_id = (SELECT grimoire_organization()) AND i.user_id = $2 AND i.session_id = $3
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
        var shape: SuggestionListShape = alwaysTheFirst ? .alwaysTheFirst : []
        if let session = filter.session {
            shape.insert(.ofSession)
            parameters += [.uuid(session.user), .uuid(session.id)]
        }
        if filter.minimumRating > 0 {
            shape.insert(.rated)
            parameters.append(.int4(filter.minimumRating))
        }
        if let place {
            shape.insert(.afterPlace)
            parameters += [.instant(place.createdAt), .uuid(place.id)]
        }
        return PostgresStatement(shape.sql, parameters)
    }

    /// The best-rated suggestions of the organization, those of one process first; of several, the newest first.
    static func bestRated(process: UUID, limit: Int32, bytes: Int64) -> PostgresStatement {
        PostgresStatement(bestRatedSQL, [.uuid(process), .int8(Int64(limit)), .int8(bytes)])
    }

    private static let bestRatedSQL = withTexts(
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
        ) AS rated ORDER BY rank, rating DESC, created_at DESC, suggestion_id DESC LIMIT $2
        """,
        order: ["rank", "rating DESC", "created_at DESC", "suggestion_id DESC"]
    )

    /// What suggestions say, up to $3 bytes, of those that `found` finds in the index.
    fileprivate static func withTexts(_ found: String, order: [String], first: String = "") -> String {
        """
        WITH found AS (
            \(found)
        ), page AS (
            SELECT *, sum(bytes) OVER (ORDER BY \(order.joined(separator: ", "))) - bytes AS before FROM found
        )
        SELECT page.*, s.kind, s.version_number, s.suggestion_type, s.input_context, s.ai_response
        FROM page
        LEFT JOIN process_suggestions s ON s.id = page.suggestion_id AND s.created_at = page.created_at
            AND (\(first) page.before + page.bytes <= $3)
        ORDER BY \(order.map { "page.\($0)" }.joined(separator: ", "))
        """
    }
}

/// Which conditions a list of suggestions has. The statement of each shape is made once: it is asked for with every message of a chat.
private struct SuggestionListShape: OptionSet {
    let rawValue: Int

    /// The first is listed whole, however long it is.
    static let alwaysTheFirst = Self(rawValue: 1)
    static let ofSession = Self(rawValue: 2)
    static let rated = Self(rawValue: 4)
    static let afterPlace = Self(rawValue: 8)

    private static let statements = (0..<16).map { Self(rawValue: $0).makeSQL() }

    /// Its parameters: process, limit and bytes; then what each condition needs, in their order above.
    var sql: String { Self.statements[rawValue] }

    private func makeSQL() -> String {
        var conditions = "i.organization_id = (SELECT grimoire_organization()) AND i.process_id = $1"
        var count = 3
        func next() -> String {
            count += 1
            return "$\(count)"
        }
        if contains(.ofSession) { conditions += " AND i.user_id = \(next()) AND i.session_id = \(next())" }
        if contains(.rated) { conditions += " AND i.ratings > 0 AND i.rating >= \(next())" }
        if contains(.afterPlace) {
            conditions += " AND (i.created_at, i.suggestion_id) < (\(next()), \(next()))"
        }
        return Queries.withTexts(
            """
            SELECT \(Queries.indexed) FROM process_suggestion_index i WHERE \(conditions)
            ORDER BY created_at DESC, suggestion_id DESC LIMIT $2
            """,
            order: ["created_at DESC", "suggestion_id DESC"],
            first: contains(.alwaysTheFirst) ? "before = 0 OR" : ""
        )
    }
}
