internal import FoundationEssentials
internal import Postgres

extension Queries {
    /// The state of a version's mapping, and what it can be made from where there is none; `number` 0 is the latest.
    static func mappingState(process: UUID, number: Int32) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT v.version_number, v.mapping_state,
                   CASE WHEN v.mapping_state IS NULL THEN v.spy_code END AS spy_code,
                   CASE WHEN v.mapping_state IS NULL THEN v.stable_mapping END AS stable_mapping
            \(place)
            """,
            [.uuid(process), .int4(number)]
        )
    }

    /// Processes that have a fact, after a place, the one that was created last first.
    static func uses(
        ofFact id: String,
        includingRemoved: Bool,
        after place: FactPlace?,
        limit: Int
    ) -> PostgresStatement {
        let position = place.map { [PostgresParameter.instant($0.createdAt), .uuid($0.process)] } ?? []
        return PostgresStatement(
            """
            SELECT f.process_id, f.process_created_at, f.key, f.since_version, f.removed_in_version, p.name,
                   p.latest_version, p.updated_at
            FROM process_facts f
            JOIN processes p ON p.id = f.process_id AND p.deleted_at IS NULL
            WHERE f.organization_id = (SELECT grimoire_organization()) AND f.fact_id = $1
                \(includingRemoved ? "" : "AND f.removed_in_version IS NULL")
                \(place == nil ? "" : "AND (f.process_created_at, f.process_id) < ($3, $4)")
            ORDER BY f.process_created_at DESC, f.process_id DESC
            LIMIT $2
            """,
            [.text(id), .int8(Int64(limit))] + position
        )
    }
}

/// A place among the processes that have a fact: the last one that was shown.
struct FactPlace: Sendable, Equatable {
    let createdAt: Instant
    let process: UUID
}
