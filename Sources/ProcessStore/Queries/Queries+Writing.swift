internal import FoundationEssentials
internal import Postgres

/// Statements that write. Each writes everything that belongs together, audit and outbox too: it is one transaction.
extension Queries {
    /// What both ways of making a version have in common, as parameters $1 to $15.
    struct NewVersion {
        let process: UUID
        let content: PreparedContent
        let seal: VersionSeal
        let changelog: String
        let author: Author

        fileprivate var parameters: [PostgresParameter] {
            let text = content.content
            return [
                .uuid(process), .uuid(UUID()), .text(text.name), .text(text.description), .text(text.spyCode),
                .jsonb(content.documentJSON), .jsonb(content.mappingJSON), .text(changelog),
                .uuid(author.user), .uuid(author.organization), .bytea(seal.contentHash),
                .bytea(seal.chainHash),
                .bytea(seal.signature), .text(seal.keyID), .text(author.traceID),
            ]
        }
    }

    /// Version, index, audit and outbox, from `head (id, number, at)`.
    private static func version(audit method: String, event: String) -> String {
        """
        body AS (
            INSERT INTO process_versions
                (id, process_id, version_number, spy_code, process_document, stable_mapping, created_at, created_by,
                 changelog, name, description, organization_id, content_hash, chain_hash, signature, signing_key_id)
            SELECT $2, id, number, $5, $6, $7, at, $9, $8, $3, $4, $10, $11, $12, $13, $14 FROM head
        ), place AS (
            INSERT INTO process_version_index
                (process_id, version_number, version_id, created_at, created_by, changelog, name, organization_id)
            SELECT id, number, $2, at, $9, $8, $3, $10 FROM head
        ), \(notes(audit: method, event: event, user: "$9", organization: "$10", trace: "$15"))
        """
    }

    /// Audit and outbox, from `head (id, number, at)`.
    private static func notes(
        audit method: String,
        event: String,
        user: String,
        organization: String,
        trace: String
    ) -> String {
        """
        audit AS (
            INSERT INTO audit_log
                (organization_id, user_id, method, outcome, process_id, version_number, trace_id)
            SELECT \(organization), \(user), '\(method)', 'OK', id, number, \(trace) FROM head
        ), event AS (
            INSERT INTO outbox (organization_id, kind, process_id, version_number, user_id, trace_id)
            SELECT \(organization), '\(event)', id, number, \(user), \(trace) FROM head
        )
        """
    }

    /// The answer to be remembered, from `head`.
    private static let memory = """
        , memory AS (
            INSERT INTO idempotency_keys
                (organization_id, user_id, method, key, request_hash, process_id, version_number, answered_at, unchanged)
            SELECT $10, $9, $16, $17, $18, id, number, at, false FROM head
        )
        """

    /// Makes a process and its version 1.
    static func create(_ version: NewVersion, remembering call: IdempotentCall?) -> PostgresStatement {
        PostgresStatement(
            """
            WITH head AS (
                INSERT INTO processes
                    (id, name, description, created_at, updated_at, latest_version, created_by, organization_id, search)
                VALUES ($1, $3, $4, now(), now(), 1, $9, $10, grimoire_search_vector($3, $4, $6, $5))
                RETURNING id, latest_version AS number, created_at AS at
            ), \(Self.version(audit: "CreateProcess", event: "ProcessCreated"))
            \(call == nil ? "" : memory)
            SELECT at FROM head
            """,
            version.parameters + (call?.parameters ?? [])
        )
    }

    /// Makes version `current` + 1; no row where `current` is not the latest any more.
    static func update(
        _ version: NewVersion,
        current: Int32,
        remembering call: IdempotentCall?
    ) -> PostgresStatement {
        let number = call == nil ? "$16" : "$19"
        return PostgresStatement(
            """
            WITH head AS (
                UPDATE processes
                SET name = $3, description = $4, latest_version = \(number) + 1,
                    updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond'),
                    search = grimoire_search_vector($3, $4, $6, $5)
                WHERE id = $1 AND latest_version = \(number) AND deleted_at IS NULL
                RETURNING id, latest_version AS number, updated_at AS at
            ), \(Self.version(audit: "UpdateProcess", event: "ProcessUpdated"))
            \(call == nil ? "" : memory)
            SELECT number, at FROM head
            """,
            version.parameters + (call?.parameters ?? []) + [.int4(current)]
        )
    }

    /// Makes a process NOT_FOUND; no row where it is so already.
    static func delete(process: UUID, author: Author) -> PostgresStatement {
        PostgresStatement(
            """
            WITH head AS (
                UPDATE processes SET deleted_at = now() WHERE id = $1 AND deleted_at IS NULL
                RETURNING id, latest_version AS number, deleted_at AS at
            ), \(notes(audit: "DeleteProcess", event: "ProcessDeleted", user: "$2", organization: "$3", trace: "$4"))
            SELECT at FROM head
            """,
            [.uuid(process), .uuid(author.user), .uuid(author.organization), .text(author.traceID)]
        )
    }

    /// Brings a process back; a row also where it was not deleted.
    static func restore(process: UUID, author: Author) -> PostgresStatement {
        PostgresStatement(
            """
            WITH before AS (
                SELECT id, latest_version, deleted_at IS NOT NULL AS was_deleted FROM processes WHERE id = $1
                FOR UPDATE
            ), head AS (
                UPDATE processes p SET deleted_at = NULL FROM before b WHERE p.id = b.id AND b.was_deleted
                RETURNING p.id, p.latest_version AS number
            ), \(notes(audit: "RestoreProcess", event: "ProcessRestored", user: "$2", organization: "$3", trace: "$4"))
            SELECT latest_version, was_deleted FROM before
            """,
            [.uuid(process), .uuid(author.user), .uuid(author.organization), .text(author.traceID)]
        )
    }
}
