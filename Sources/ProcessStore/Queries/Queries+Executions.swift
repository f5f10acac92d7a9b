internal import FoundationEssentials
internal import Postgres

extension Queries {
    /// Stores runs that are not known yet, and says how many those were.
    static func record(_ executions: String, process: UUID, author: Author) -> PostgresStatement {
        PostgresStatement(
            """
            WITH given AS (
                SELECT * FROM jsonb_to_recordset($2) AS run (
                    id uuid, version int, started bigint, duration bigint, outcome text, error_type text,
                    error_line int, error_message text, actions jsonb)
            ), fresh AS (
                INSERT INTO process_execution_index (organization_id, execution_id)
                -- In order, so that two calls with runs in common wait for one another and do not block one another.
                SELECT $4, id FROM given ORDER BY id
                ON CONFLICT DO NOTHING
                RETURNING execution_id
            ), stored AS (
                INSERT INTO process_executions
                    (id, process_id, version_number, organization_id, started_at, duration_microseconds, outcome,
                     error_type, error_line, error_message, actions, recorded_by)
                SELECT id, $1, version, $4, timestamptz 'epoch' + started * interval '1 microsecond', duration, outcome,
                       error_type, error_line, error_message, actions, $3
                FROM given JOIN fresh ON execution_id = id
                RETURNING id
            ), audit AS (
                INSERT INTO audit_log (organization_id, user_id, method, outcome, process_id, trace_id)
                VALUES ($4, $3, 'RecordExecutions', 'OK', $1, $5)
            )
            SELECT count(*) AS recorded FROM stored
            """,
            [
                .uuid(process), .jsonb(executions), .uuid(author.user), .uuid(author.organization),
                .text(author.traceID),
            ]
        )
    }

    /// Which runs are summarized.
    struct RunFilter: Sendable {
        let process: UUID
        /// 0: all.
        let version: Int32
        let from: Instant
        let to: Instant

        fileprivate var parameters: [PostgresParameter] {
            [.uuid(process), .instant(from), .instant(to), .int4(version)]
        }
    }

    private static let runs = """
        FROM process_executions e
        WHERE e.organization_id = (SELECT grimoire_organization()) AND e.process_id = $1 AND e.started_at >= $2
            AND e.started_at < $3 AND ($4 = 0 OR e.version_number = $4)
        """

    private static let figures = """
        count(*) AS runs, count(*) FILTER (WHERE outcome = 'succeeded') AS succeeded,
        count(*) FILTER (WHERE outcome = 'failed') AS failed,
        count(*) FILTER (WHERE outcome = 'timed_out') AS timed_out,
        count(*) FILTER (WHERE outcome = 'cancelled') AS cancelled,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY duration_microseconds) AS p50,
        percentile_disc(0.95) WITHIN GROUP (ORDER BY duration_microseconds) AS p95,
        min(started_at) AS first_started_at, max(started_at) AS last_started_at
        """

    /// All runs together, with a NULL for the version, then those of each version, the newest first.
    static func runsByVersion(_ filter: RunFilter, limit: Int) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT e.version_number, \(figures) \(runs)
            GROUP BY GROUPING SETS ((), (e.version_number))
            ORDER BY e.version_number DESC NULLS FIRST LIMIT $5
            """,
            filter.parameters + [.int8(Int64(limit))]
        )
    }

    /// The runs of each interval: hour, day, week or month in UTC.
    static func runsByInterval(_ filter: RunFilter, unit: String, limit: Int) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT date_trunc($5, e.started_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS interval_start, \(figures)
            \(runs)
            GROUP BY 1 ORDER BY 1 LIMIT $6
            """,
            filter.parameters + [.text(unit), .int8(Int64(limit))]
        )
    }

    /// Failures by version, line and type; not what a run has overcome and then succeeded.
    static func runErrors(_ filter: RunFilter, limit: Int) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT e.version_number, coalesce(e.error_line, 0) AS line, e.error_type, count(*) AS count,
                   (array_agg(e.error_message ORDER BY e.started_at DESC))[1] AS last_message,
                   max(e.started_at) AS last_started_at
            \(runs) AND e.outcome <> 'succeeded' AND e.error_type IS NOT NULL
            GROUP BY 1, 2, 3 ORDER BY count DESC, last_started_at DESC LIMIT $5
            """,
            filter.parameters + [.int8(Int64(limit))]
        )
    }

    /// What actions are ordered by.
    enum ActionOrder: String {
        case slowest = "duration"
        case failing = "failures"
    }

    /// Actions by their time or their failures.
    static func runActions(_ filter: RunFilter, by order: ActionOrder, limit: Int) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT * FROM (
                SELECT a.name, sum(a.calls)::bigint AS calls, sum(a.failures)::bigint AS failures,
                       sum(a.duration)::bigint AS duration, count(*) AS runs
                FROM (SELECT e.actions \(runs)) AS run
                CROSS JOIN LATERAL jsonb_to_recordset(run.actions)
                    AS a (name text, calls bigint, failures bigint, duration bigint)
                GROUP BY a.name
            ) AS totals
            WHERE \(order.rawValue) > 0 ORDER BY \(order.rawValue) DESC, name LIMIT $5
            """,
            filter.parameters + [.int8(Int64(limit))]
        )
    }
}
