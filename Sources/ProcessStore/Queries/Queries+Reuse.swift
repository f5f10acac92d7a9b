internal import FoundationEssentials
internal import Postgres

extension Queries {
    /// By what processes are compared.
    enum ReuseKind: String, CaseIterable, Sendable {
        case function, action, fact

        /// The rows of processes that have `wanted.value` now, with its name there.
        fileprivate var rows: (table: String, name: String, condition: String) {
            switch self {
            case .function: ("process_functions", "r.name", "r.hash = decode(wanted.value, 'hex')")
            case .action: ("process_actions", "r.action", "r.action = wanted.value")
            case .fact:
                ("process_facts", "r.key", "r.fact_id = wanted.value AND r.removed_in_version IS NULL")
            }
        }
    }

    /// For each of some values the other processes that have it: how many, counted up to a limit, and the first of those that
    /// were counted, those updated last first. Where there are more than are counted, those created last are.
    static func reuse(_ kind: ReuseKind, of values: [String], besides process: UUID) -> PostgresStatement {
        let rows = kind.rows
        return PostgresStatement(
            """
            SELECT wanted.value, shared.*
            FROM unnest($2) AS wanted (value)
            CROSS JOIN LATERAL (
                SELECT counted.*, count(*) OVER () AS processes,
                       row_number() OVER (ORDER BY counted.updated_at DESC, counted.process_id) AS place
                FROM (
                    SELECT r.process_id, \(rows.name) AS name, p.name AS process_name, p.latest_version, p.updated_at
                    FROM \(rows.table) r
                    JOIN processes p ON p.id = r.process_id AND p.deleted_at IS NULL
                    WHERE r.organization_id = (SELECT grimoire_organization()) AND \(rows.condition) AND r.process_id <> $1
                    ORDER BY r.process_created_at DESC, r.process_id DESC
                    LIMIT $3
                ) AS counted
            ) AS shared
            WHERE shared.place <= $4
            ORDER BY shared.processes DESC, wanted.value, shared.place
            """,
            [
                .uuid(process), .textArray(values), .int8(Int64(RequestLimits.reuseProcesses)),
                .int8(Int64(RequestLimits.reuseShown)),
            ]
        )
    }
}
