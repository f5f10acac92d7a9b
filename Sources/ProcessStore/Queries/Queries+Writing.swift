internal import FoundationEssentials
internal import Postgres
internal import StableMapping

/// Statements that write. Each writes everything that belongs together, audit and outbox too: it is one transaction.
extension Queries {
    /// What both ways of making a version have in common, as parameters $1 to $22.
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
                .jsonb(content.json.document), .jsonb(content.json.mapping), .text(changelog),
                .uuid(author.user), .uuid(author.organization), .bytea(seal.contentHash),
                .bytea(seal.chainHash),
                .bytea(seal.signature), .text(seal.keyID), .text(author.traceID),
                .bytea(content.mappingState), .text(content.policy.compatibility.rawValue),
                .bool(content.policy.derives),
            ] + content.facts.parameters + [.bytea(content.fingerprint)]
        }
    }

    /// Version, index, audit and outbox, from `head (id, number, at)`.
    private static func version(audit method: String, event: String) -> String {
        """
        body AS (
            INSERT INTO process_versions
                (id, process_id, version_number, spy_code, process_document, stable_mapping, created_at, created_by,
                 changelog, name, description, organization_id, content_hash, chain_hash, signature, signing_key_id,
                 mapping_state, fingerprint)
            SELECT $2, id, number, $5, $6, $7, at, $9, $8, $3, $4, $10, $11, $12, $13, $14, $16, $22 FROM head
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

    /// Facts that are new, back or under another key, from `head (id, created, number)`; nothing where there are none, since a
    /// part costs time even if it writes no row.
    private static func facts(_ facts: FactDelta, onConflict: String = "") -> String {
        guard !facts.live.isEmpty else { return "" }
        return """
            facts AS (
                INSERT INTO process_facts AS known
                    (organization_id, fact_id, process_created_at, process_id, key, since_version)
                SELECT $10, fact.id, head.created, head.id, fact.key, fact.since
                FROM head, unnest($19, $20, $21) AS fact (id, key, since)
                \(onConflict)
            ),
            """
    }

    /// Facts that an update takes away, from `head (id, created, number)`; nothing where there are none.
    private static func gone(_ facts: FactDelta) -> String {
        guard !facts.gone.isEmpty else { return "" }
        return """
            gone AS (
                UPDATE process_facts f SET removed_in_version = head.number
                FROM head
                WHERE f.organization_id = $10 AND f.fact_id = ANY ($26)
                    AND f.process_created_at = head.created AND f.process_id = head.id
            ),
            """
    }

    /// The answer to be remembered, from `head`; the call's parameters begin at `first`.
    private static func memory(
        at first: Int,
        unchanged: Bool = false,
        user: String = "$9",
        organization: String = "$10"
    ) -> String {
        """
        , memory AS (
            INSERT INTO idempotency_keys
                (organization_id, user_id, method, key, request_hash, mapping_report, process_id, version_number,
                 answered_at, unchanged)
            SELECT \(organization), \(user), $\(first), $\(first + 1), $\(first + 2), $\(first + 3), id, number, at, \(unchanged)
            FROM head
        )
        """
    }

    /// Makes a process and its version 1.
    static func create(
        _ version: NewVersion,
        remembering call: IdempotentCall?
    ) throws -> PostgresStatement {
        var parameters = version.parameters
        let reuse = version.content.reuse.parts(&parameters)
        return PostgresStatement(
            """
            WITH head AS (
                INSERT INTO processes
                    (id, name, description, created_at, updated_at, latest_version, created_by, organization_id, search,
                     compatibility, derive_mapping)
                VALUES ($1, $3, $4, now(), now(), 1, $9, $10, grimoire_search_vector($3, $4, $6, $5), $17, $18)
                RETURNING id, latest_version AS number, created_at AS at, created_at AS created
            ), \(facts(version.content.facts))\(reuse)\(Self.version(audit: "CreateProcess", event: "ProcessCreated"))
            \(call == nil ? "" : memory(at: parameters.count + 1))
            SELECT at FROM head
            """,
            parameters + (try call?.parameters(version.content.report) ?? [])
        )
    }

    /// What an update has found, and what it is made for only.
    struct Head {
        let process: UUID
        let version: Int32
        /// When that version was made. A database that was set back may have another version of that number.
        let updatedAt: Instant
        let policy: MappingPolicy

        /// The process's version and what it demands.
        fileprivate var parameters: [PostgresParameter] {
            [.int4(version), .text(policy.compatibility.rawValue), .bool(policy.derives)]
        }
    }

    /// Makes the version after `head`; no row where the process has another one or demands something else by now.
    static func update(
        _ version: NewVersion,
        after head: Head,
        remembering call: IdempotentCall?
    ) throws -> PostgresStatement {
        var parameters =
            version.parameters + head.parameters
            + [.textArray(version.content.facts.gone), .instant(head.updatedAt)]
        let search =
            version.content.keepsWords
            ? "grimoire_search_vector(search, $5)" : "grimoire_search_vector($3, $4, $6, $5)"
        let reuse = version.content.reuse.parts(&parameters)
        let facts =
            facts(
                version.content.facts,
                onConflict: """
                    ON CONFLICT (organization_id, fact_id, process_created_at, process_id) DO UPDATE
                    SET key = excluded.key, removed_in_version = NULL,
                        since_version = CASE excluded.since_version
                            WHEN $23 + 1 THEN excluded.since_version ELSE known.since_version END
                    """
            ) + gone(version.content.facts)
        return PostgresStatement(
            """
            WITH head AS (
                UPDATE processes
                SET name = $3, description = $4, latest_version = $23 + 1,
                    updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond'),
                    search = \(search), compatibility = $17, derive_mapping = $18
                WHERE id = $1 AND latest_version = $23 AND updated_at = $27 AND compatibility = $24
                    AND derive_mapping = $25 AND deleted_at IS NULL
                RETURNING id, latest_version AS number, updated_at AS at, created_at AS created
            ), \(facts)\(reuse)\(Self.version(audit: "UpdateProcess", event: "ProcessUpdated"))
            \(call == nil ? "" : memory(at: parameters.count + 1))
            SELECT number, at FROM head
            """,
            parameters + (try call?.parameters(version.content.report) ?? [])
        )
    }

    /// Changes what a process demands, and makes no version; no row where it is not as in `head` any more.
    static func demand(
        _ policy: MappingPolicy,
        after head: Head,
        outcome: ProcessStore.UpdateOutcome,
        author: Author,
        remembering call: IdempotentCall?
    ) throws -> PostgresStatement {
        PostgresStatement(
            """
            WITH head AS (
                UPDATE processes SET compatibility = $5, derive_mapping = $6
                WHERE id = $1 AND latest_version = $7 AND compatibility = $8 AND derive_mapping = $9
                    AND deleted_at IS NULL
                RETURNING id, latest_version AS number, updated_at AS at
            ), audit AS (
                INSERT INTO audit_log
                    (organization_id, user_id, method, outcome, process_id, version_number, trace_id)
                SELECT $3, $2, 'UpdateProcess', 'OK', id, number, $4 FROM head
            )
            \(call == nil ? "" : memory(at: 10, unchanged: true, user: "$2", organization: "$3"))
            SELECT number, at FROM head
            """,
            [
                .uuid(head.process), .uuid(author.user), .uuid(author.organization), .text(author.traceID),
                .text(policy.compatibility.rawValue), .bool(policy.derives),
            ] + head.parameters + (try call?.parameters(outcome.report) ?? [])
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
