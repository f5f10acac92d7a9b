internal import FoundationEssentials
internal import Postgres

/// Every SQL statement of the store. Each goes out behind `organization`, in the same round trip.
enum Queries {
    /// What row-level security asks for, until the end of the transaction.
    static func organization(_ id: UUID) -> PostgresStatement {
        PostgresStatement("SELECT set_config('grimoire.organization_id', $1, true)", [.text(id.text)])
    }

    static let begin = PostgresStatement("BEGIN")
    static let commit = PostgresStatement("COMMIT")
    static let rollback = PostgresStatement("ROLLBACK")

    static func create(
        process: UUID,
        version: UUID,
        content: ProcessContent,
        changelog: String,
        author: UUID,
        organization: UUID
    ) throws -> PostgresStatement {
        PostgresStatement(
            """
            WITH head AS (
                INSERT INTO processes
                    (id, name, description, created_at, updated_at, latest_version, created_by, organization_id)
                VALUES ($1, $3, $4, now(), now(), 1, $9, $10)
                RETURNING id, created_at
            ), body AS (
                INSERT INTO process_versions
                    (id, process_id, version_number, spy_code, process_document, stable_mapping, created_at, created_by,
                     changelog, name, description, organization_id)
                SELECT $2, id, 1, $5, $6, $7, created_at, $9, $8, $3, $4, $10 FROM head
            )
            INSERT INTO process_version_index
                (process_id, version_number, version_id, created_at, created_by, changelog, name, organization_id)
            SELECT id, 1, $2, created_at, $9, $8, $3, $10 FROM head
            RETURNING created_at
            """,
            [
                .uuid(process), .uuid(version), .text(content.name), .text(content.description),
                .text(content.spyCode), .jsonb(try ContentCoding.json(content.document)),
                .jsonb(try ContentCoding.json(content.stableMapping)), .text(changelog), .uuid(author),
                .uuid(organization),
            ]
        )
    }

    /// Makes version `current` + 1; no row where `current` is not the latest any more.
    static func update(
        process: UUID,
        current: Int32,
        version: UUID,
        content: ProcessContent,
        changelog: String,
        author: UUID,
        organization: UUID
    ) throws -> PostgresStatement {
        PostgresStatement(
            """
            WITH head AS (
                UPDATE processes
                SET name = $4, description = $5, latest_version = $2 + 1,
                    updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond')
                WHERE id = $1 AND latest_version = $2 AND deleted_at IS NULL
                RETURNING id, latest_version, updated_at
            ), body AS (
                INSERT INTO process_versions
                    (id, process_id, version_number, spy_code, process_document, stable_mapping, created_at, created_by,
                     changelog, name, description, organization_id)
                SELECT $3, id, latest_version, $6, $7, $8, updated_at, $10, $9, $4, $5, $11 FROM head
            )
            INSERT INTO process_version_index
                (process_id, version_number, version_id, created_at, created_by, changelog, name, organization_id)
            SELECT id, latest_version, $3, updated_at, $10, $9, $4, $11 FROM head
            RETURNING version_number, created_at
            """,
            [
                .uuid(process), .int4(current), .uuid(version), .text(content.name),
                .text(content.description),
                .text(content.spyCode), .jsonb(try ContentCoding.json(content.document)),
                .jsonb(try ContentCoding.json(content.stableMapping)), .text(changelog), .uuid(author),
                .uuid(organization),
            ]
        )
    }

    /// Makes other writers of one process wait until the transaction ends.
    static func lock(process: UUID) -> PostgresStatement {
        PostgresStatement("SELECT FROM processes WHERE id = $1 FOR UPDATE", [.uuid(process)])
    }

    /// A version with its process; `number` 0 is the latest. One row with NULLs where only the version is missing.
    static func version(process: UUID, number: Int32) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT p.latest_version, p.created_at AS process_created_at, p.updated_at,
                   p.created_by AS process_created_by, v.version_number, v.name, v.description, v.spy_code,
                   v.process_document, v.stable_mapping
            FROM processes p
            LEFT JOIN process_version_index i
                ON i.process_id = p.id AND i.version_number = CASE WHEN $2 = 0 THEN p.latest_version ELSE $2 END
            LEFT JOIN process_versions v ON v.id = i.version_id AND v.created_at = i.created_at
            WHERE p.id = $1 AND p.deleted_at IS NULL
            """,
            [.uuid(process), .int4(number)]
        )
    }

    /// The code or the mapping alone, so that no more is read and sent than is asked for.
    static func part(_ column: Part, process: UUID, number: Int32) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT v.version_number, v.\(column.rawValue)
            FROM processes p
            LEFT JOIN process_version_index i
                ON i.process_id = p.id AND i.version_number = CASE WHEN $2 = 0 THEN p.latest_version ELSE $2 END
            LEFT JOIN process_versions v ON v.id = i.version_id AND v.created_at = i.created_at
            WHERE p.id = $1 AND p.deleted_at IS NULL
            """,
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

    static func delete(process: UUID) -> PostgresStatement {
        PostgresStatement(
            """
            UPDATE processes SET deleted_at = now() WHERE id = $1 AND deleted_at IS NULL RETURNING deleted_at
            """,
            [.uuid(process)]
        )
    }

    /// Processes after a place in the order of their update, the latest first.
    static func list(namePrefix: String, after: ListPlace?, limit: Int) -> PostgresStatement {
        let columns = """
            SELECT id, name, description, latest_version, created_at AS process_created_at, updated_at,
                   created_by AS process_created_by
            FROM processes
            WHERE organization_id = grimoire_organization() AND deleted_at IS NULL AND starts_with(name, $1)
            """
        let order = "ORDER BY updated_at DESC, id DESC LIMIT $2"
        guard let after else {
            return PostgresStatement("\(columns) \(order)", [.text(namePrefix), .int8(Int64(limit))])
        }
        return PostgresStatement(
            "\(columns) AND (updated_at, id) < ($3, $4) \(order)",
            [.text(namePrefix), .int8(Int64(limit)), .instant(after.updatedAt), .uuid(after.id)]
        )
    }
}

/// A place in the list of processes: the last one that was shown.
struct ListPlace: Sendable, Equatable {
    let updatedAt: Instant
    let id: UUID
}
