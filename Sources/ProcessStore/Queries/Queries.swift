internal import FoundationEssentials
internal import Postgres
internal import ServiceKit

/// Every SQL statement of the store. Each goes out behind `organization`, in the same round trip.
enum Queries {
    /// What row-level security asks for, until the end of the transaction.
    static func organization(_ id: UUID) -> PostgresStatement {
        PostgresStatement("SELECT set_config('grimoire.organization_id', $1, true)", [.text(id.text)])
    }

    /// Makes partitions ahead and forgets old idempotency keys.
    static let upkeep = PostgresStatement("SELECT grimoire_upkeep(12)")

    /// Whether row-level security holds for the role that is connected; it does not for an owner or a superuser.
    static let isSecured = PostgresStatement("SELECT row_security_active('processes') AS secured")

    private static let processColumns = """
        p.latest_version, p.created_at AS process_created_at, p.updated_at, p.created_by AS process_created_by,
        p.compatibility, p.derive_mapping
        """

    /// A version's place, from its number: 0 is the latest.
    static let place = """
        FROM processes p
        LEFT JOIN process_version_index i
            ON i.process_id = p.id AND i.version_number = CASE WHEN $2 = 0 THEN p.latest_version ELSE $2 END
        LEFT JOIN process_versions v ON v.id = i.version_id AND v.created_at = i.created_at
        WHERE p.id = $1 AND p.deleted_at IS NULL
        """

    /// Makes other writers of one process wait until the transaction ends.
    static func lock(process: UUID) -> PostgresStatement {
        PostgresStatement("SELECT FROM processes WHERE id = $1 FOR UPDATE", [.uuid(process)])
    }

    /// What is known of a process as a whole.
    static func head(process: UUID) -> PostgresStatement {
        PostgresStatement(headSQL, [.uuid(process)])
    }

    private static let headSQL = """
        SELECT \(processColumns) FROM processes p WHERE p.id = $1 AND p.deleted_at IS NULL
        """

    /// A version with its process; `number` 0 is the latest. One row with NULLs where only the version is missing. Seal, state of
    /// the mapping, which is large, and fingerprint are needed for making the next one only.
    static func version(process: UUID, number: Int32, withState: Bool = false) -> PostgresStatement {
        PostgresStatement(withState ? versionWithStateSQL : versionSQL, [.uuid(process), .int4(number)])
    }

    // Put together once: these are the statements that are sent most.
    private static let versionSQL = "\(versionColumns) \(place)"
    private static let versionWithStateSQL = """
        \(versionColumns), v.chain_hash, v.signature, v.signing_key_id, v.mapping_state, v.fingerprint \(place)
        """
    private static let versionColumns = """
        SELECT \(processColumns), v.version_number, v.name, v.description, v.spy_code, v.process_document,
               v.stable_mapping, v.content_hash
        """

    /// A version without what may be large.
    static func basics(process: UUID, number: Int32) -> PostgresStatement {
        PostgresStatement(
            "SELECT \(processColumns), v.version_number, v.name, v.description, v.content_hash \(place)",
            [.uuid(process), .int4(number)]
        )
    }

    /// The code or the mapping alone, so that no more is read and sent than is asked for.
    static func part(_ column: Part, process: UUID, number: Int32) -> PostgresStatement {
        PostgresStatement(
            "SELECT v.version_number, v.\(column.rawValue) \(place)",
            [.uuid(process), .int4(number)]
        )
    }

    /// What can be read alone.
    enum Part: String {
        case spyCode = "spy_code"
        case stableMapping = "stable_mapping"
    }

    /// Versions below `before`, newest first. One row with NULLs where the process has none of them.
    static func versions(process: UUID, before: Int32, limit: Int) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT i.version_number, i.created_at, i.created_by, i.changelog, i.name
            FROM processes p
            LEFT JOIN process_version_index i ON i.process_id = p.id AND i.version_number < $2
            WHERE p.id = $1 AND p.deleted_at IS NULL
            ORDER BY i.version_number DESC
            LIMIT $3
            """,
            [.uuid(process), .int4(before), .int8(Int64(limit))]
        )
    }

    /// Whole versions in order, the oldest first, for verification.
    static func bodies(process: UUID, from first: Int32, to last: Int32) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT v.version_number, v.name, v.description, v.spy_code, v.process_document, v.stable_mapping,
                   v.content_hash, v.chain_hash, v.signature, v.signing_key_id
            FROM process_version_index i
            JOIN process_versions v ON v.id = i.version_id AND v.created_at = i.created_at
            WHERE i.process_id = $1 AND i.version_number BETWEEN $2 AND $3
            ORDER BY i.version_number
            """,
            [.uuid(process), .int4(first), .int4(last)]
        )
    }

    /// The chain hash of one version.
    static func chainHash(process: UUID, version: Int32) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT v.chain_hash
            FROM process_version_index i
            JOIN process_versions v ON v.id = i.version_id AND v.created_at = i.created_at
            WHERE i.process_id = $1 AND i.version_number = $2
            """,
            [.uuid(process), .int4(version)]
        )
    }
}
