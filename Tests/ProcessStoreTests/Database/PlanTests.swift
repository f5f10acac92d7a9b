import Foundation
import GrimoireAPI
import Postgres
import ServiceKit
import StableMapping
import SuggestionContent
import SwiftProtobuf
import Testing

@testable import ProcessStore

/// Each query finds what it looks for by an index, in a database that is large enough for that to matter.
@Suite struct PlanTests {
    private static let processes = 100_000
    private static let processesWithVersions = 20_000
    private static let versionsEach = 5

    /// 100,000 processes, most of another organization, that share a fact; the 20,000 newest have five versions each, and as
    /// many runs and keys.
    private func fill(_ fixture: Fixture) async throws {
        let organization = fixture.organization
        let other = UUID()
        try await fixture.asOwner(
            """
            INSERT INTO processes (id, name, description, latest_version, created_by, organization_id, search, created_at,
                                   updated_at)
            SELECT md5('p' || n)::uuid, 'Process ' || n, 'Number ' || n, \(Self.versionsEach), gen_random_uuid(),
                   CASE WHEN n % 4 = 0 THEN '\(organization)'::uuid ELSE '\(other)'::uuid END,
                   to_tsvector('english', 'word' || n), now() - n * interval '1 second', now() - n * interval '1 second'
            FROM generate_series(1, \(Self.processes)) AS n
            """,
            """
            INSERT INTO process_versions
                (id, process_id, version_number, spy_code, stable_mapping, created_by, changelog, name, description,
                 organization_id, created_at, content_hash, chain_hash, signature, signing_key_id, mapping_state)
            SELECT md5('v' || p.id || v)::uuid, p.id, v, 'x = 1', '{}', p.created_by, '', p.name, '', p.organization_id,
                   now(), sha256('x'), sha256('x'), sha256('x') || sha256('x'), 'k', '{}'
            FROM (SELECT * FROM processes ORDER BY created_at DESC LIMIT \(Self.processesWithVersions)) p,
                 generate_series(1, \(Self.versionsEach)) AS v
            """,
            """
            INSERT INTO process_version_index
                (process_id, version_number, version_id, created_at, created_by, changelog, name, organization_id)
            SELECT process_id, version_number, id, created_at, created_by, '', name, organization_id FROM process_versions
            """,
            "ALTER TABLE process_executions NO FORCE ROW LEVEL SECURITY",
            """
            INSERT INTO process_executions
                (id, process_id, version_number, organization_id, started_at, duration_microseconds, outcome, actions,
                 recorded_by)
            SELECT md5('e' || p.id)::uuid, p.id, 1, p.organization_id, now(), 5, 'succeeded', '[]', p.created_by
            FROM processes p ORDER BY p.created_at DESC LIMIT \(Self.processesWithVersions)
            """,
            "ALTER TABLE process_executions FORCE ROW LEVEL SECURITY",
            "ALTER TABLE idempotency_keys NO FORCE ROW LEVEL SECURITY",
            """
            INSERT INTO idempotency_keys
                (organization_id, user_id, method, key, request_hash, process_id, version_number, answered_at, unchanged)
            SELECT '\(organization)', '\(fixture.user)', 'm', 'key ' || n, '', gen_random_uuid(), 1, now(), false
            FROM generate_series(1, \(Self.processesWithVersions)) AS n
            """,
            "ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY",
            // Half of the processes do not have it any more.
            """
            INSERT INTO process_facts
                (organization_id, fact_id, process_created_at, process_id, key, since_version, removed_in_version)
            SELECT organization_id, 'shared', created_at, id, 'x', 1, CASE WHEN get_byte(uuid_send(id), 0) < 128 THEN 2 END
            FROM processes
            UNION ALL
            SELECT organization_id, 'own ' || id, created_at, id, 'y', 1, NULL FROM processes
            """,
            // The newest have a function and an action of their own and one of each in common.
            """
            INSERT INTO process_functions (organization_id, hash, process_created_at, process_id, name)
            WITH newest AS (SELECT * FROM processes ORDER BY created_at DESC LIMIT \(Self.processesWithVersions))
            SELECT organization_id, sha256('shared'), created_at, id, 'f' FROM newest
            UNION ALL SELECT organization_id, sha256(uuid_send(id)), created_at, id, 'g' FROM newest
            """,
            """
            INSERT INTO process_actions (organization_id, action, process_created_at, process_id)
            WITH newest AS (SELECT * FROM processes ORDER BY created_at DESC LIMIT \(Self.processesWithVersions))
            SELECT organization_id, 'shared', created_at, id FROM newest
            UNION ALL SELECT organization_id, 'own_' || id, created_at, id FROM newest
            """,
            // Two exchanges in each session of one user, a tenth of them rated.
            """
            INSERT INTO process_suggestion_index
                (organization_id, suggestion_id, created_at, process_id, user_id, session_id, bytes, rating, ratings)
            SELECT organization_id, id, now() - version_number * interval '1 second', process_id, '\(fixture.user)',
                   process_id, 100, CASE WHEN get_byte(uuid_send(id), 0) < 26 THEN 1 + get_byte(uuid_send(id), 1) / 64
                   ELSE 0 END, CASE WHEN get_byte(uuid_send(id), 0) < 26 THEN 1 ELSE 0 END
            FROM process_versions WHERE version_number <= 2
            """,
            """
            INSERT INTO process_suggestions
                (id, process_id, session_id, suggestion_type, created_at, organization_id, kind, version_number, user_id,
                 input_context, ai_response)
            SELECT suggestion_id, process_id, session_id, 'improvement', created_at, organization_id, 'chat', 1, user_id,
                   '{}', '{}'
            FROM process_suggestion_index
            """,
            """
            INSERT INTO process_suggestion_ratings (organization_id, suggestion_id, user_id, rating, comment)
            SELECT organization_id, suggestion_id, user_id, rating, '' FROM process_suggestion_index WHERE ratings > 0
            """,
            "ANALYZE"
        )
    }

    /// Statements about suggestions and reuse, with the indexes that each is to use.
    private func suggestionQueries(
        _ process: UUID,
        _ fixture: Fixture
    ) throws -> [(String, PostgresStatement, [String])] {
        let place = SuggestionPlace(createdAt: .now, id: process)
        func list(_ filter: SuggestionFilter, _ place: SuggestionPlace? = nil) -> PostgresStatement {
            Queries.suggestions(filter, after: place, limit: 51, bytes: 1 << 20)
        }
        let mine = SuggestionFilter(process: process, session: (user: fixture.user, id: process))
        let record = Queries.record([.example(of: process)], author: fixture.author)
        let hash = String(repeating: "ab", count: 32)
        return [
            ("suggestions", list(SuggestionFilter(process: process)), ["process_suggestions_in_order"]),
            (
                "next suggestions", list(SuggestionFilter(process: process), place),
                ["process_suggestions_in_order"]
            ),
            ("session", list(mine), ["process_suggestions_of_session"]),
            (
                "whether a session has exchanges",
                Queries.hasExchanges(process: process, user: fixture.user, session: process),
                ["process_suggestions_of_session"]
            ),
            (
                "the latest version, and whether a session has exchanges",
                Queries.standing(process: process, session: (fixture.user, process)),
                ["processes_pkey", "process_suggestions_of_session"]
            ),
            ("the latest version", Queries.standing(process: process, session: nil), ["processes_pkey"]),
            ("next of session", list(mine, place), ["process_suggestions_of_session"]),
            (
                "well rated", list(SuggestionFilter(process: process, minimumRating: 4)),
                ["process_suggestions_rated"]
            ),
            (
                "best rated", Queries.bestRated(process: process, limit: 20, bytes: 1 << 20),
                ["process_suggestions_best_of_process", "process_suggestions_best ", "processes_pkey"]
            ),
            ("record", record, ["process_suggestion_index_pkey", "processes_pkey"]),
            ("lock rating", Queries.lock(suggestion: process), ["process_suggestion_index_pkey"]),
            (
                "rate", Queries.rate(process, 3, comment: "", author: fixture.author),
                ["process_suggestion_index_pkey", "process_suggestion_ratings_pkey"]
            ),
            (
                "version before", Queries.versionBefore(process: process, number: 0),
                ["processes_pkey", "process_version_index_process"]
            ),
            (
                "functions", Queries.reuse(.function, of: [hash, hash], besides: process),
                ["process_functions_pkey", "processes_pkey"]
            ),
            (
                "actions", Queries.reuse(.action, of: ["shared", "x"], besides: process),
                ["process_actions_pkey", "processes_pkey"]
            ),
            (
                "facts", Queries.reuse(.fact, of: ["shared", "x"], besides: process),
                ["process_facts_in_use", "processes_pkey"]
            ),
        ]
    }

    private func plan(
        _ statement: PostgresStatement,
        _ fixture: Fixture,
        _ organization: UUID
    ) async throws -> String {
        let result = try await fixture.asApplication(
            PostgresStatement("EXPLAIN " + statement.sql, statement.parameters),
            organization: organization
        )
        return try result.rows.map { try $0.decode("QUERY PLAN", as: String.self) }.joined(separator: "\n")
    }

    /// Nothing that grows is gone through.
    private func check(_ plan: String, of name: String, uses indexes: [String]) {
        for index in indexes { #expect(plan.contains(index), "\(name): \(plan)") }
        // Pages come in the order of the index: nothing is collected and sorted first.
        if name.hasSuffix("uses") { #expect(!plan.contains("Sort"), "\(name): \(plan)") }
        for table in [
            "processes", "process_version_index", "process_versions", "process_executions", "process_facts",
            "process_suggestion_index", "process_suggestions", "process_suggestion_ratings",
            "process_functions", "process_actions",
        ] {
            #expect(!plan.contains("Seq Scan on \(table)\n"), "\(name): \(plan)")
            #expect(!plan.contains("Seq Scan on \(table) "), "\(name): \(plan)")
        }
    }

    /// The statement that makes a process's next version.
    private func update(_ process: UUID, _ fixture: Fixture) throws -> PostgresStatement {
        let program = ProgramFacts("x = 1\n")
        let change = MappingChange(program: program, code: "x = 1\n")
        let outcome = try change.outcome(of: process, version: 6, after: nil, deriving: true)
        let content = ProcessContent(
            name: "P",
            description: "",
            spyCode: "x = 1\n",
            stableMapping: outcome.mapping,
            document: nil
        )
        let hash = ContentEncoding.hash(content)
        let head = Queries.Head(process: process, version: 5, updatedAt: .now, policy: MappingPolicy())
        let former = ProgramFingerprint(
            functions: [.init(name: "g", line: 1, hash: [UInt8](repeating: 2, count: 32))],
            actions: ["notify"]
        )
        let base = UpdateBase(
            head: head,
            content: content,
            json: ContentJSON(content, after: nil, hasSameMapping: false),
            contentHash: hash,
            chainHash: hash,
            mapped: MappedVersion(
                state: MappingState(version: 5, given: ["gone": "former"], program: program),
                program: program
            ),
            fingerprint: FingerprintCoding.bytes(former)
        )
        let version = Queries.NewVersion(
            process: process,
            content: PreparedContent(
                content,
                hash: hash,
                outcome: outcome,
                after: base,
                fingerprint: ProgramFingerprint(
                    functions: [.init(name: "f", line: 1, hash: [UInt8](repeating: 1, count: 32))],
                    actions: ["send"]
                ),
                policy: MappingPolicy()
            ),
            seal: try VersionSeal(contentHash: hash, after: hash, keys: fixture.keys),
            changelog: "",
            author: fixture.author
        )
        return try Queries.update(version, after: head, remembering: nil)
    }

    @Test func everyQueryUsesItsIndexOnAHundredThousandVersions() async throws {
        try await Fixture.with { fixture in
            try await fill(fixture)
            let found = try await fixture.asApplication(
                PostgresStatement("SELECT id FROM processes ORDER BY updated_at DESC LIMIT 1")
            )
            let process = try #require(try found.first?.uuid("id"))
            let place = ListPlace(key: .instant(.now), id: process)
            let filter = Queries.RunFilter(
                process: process,
                version: 0,
                from: Instant(microseconds: Instant.now.microseconds - 1_000_000_000),
                to: Instant(microseconds: Instant.now.microseconds + 1_000_000_000)
            )
            let usePlace = FactPlace(createdAt: .now, process: process)
            func uses(_ all: Bool, _ place: FactPlace?) -> PostgresStatement {
                Queries.uses(ofFact: "shared", includingRemoved: all, after: place, limit: 51)
            }
            let call = try IdempotentCall(method: "m", key: "k", request: Google_Protobuf_Empty())
            let queries: [(String, PostgresStatement, [String])] =
                [
                    ("head", Queries.head(process: process), ["processes_pkey"]),
                    (
                        "version", Queries.version(process: process, number: 0),
                        ["processes_pkey", "process_version_index_process"]
                    ),
                    (
                        "pinned", Queries.version(process: process, number: 3),
                        ["processes_pkey", "process_version_index_process"]
                    ),
                    ("basics", Queries.basics(process: process, number: 0), ["processes_pkey"]),
                    ("part", Queries.part(.spyCode, process: process, number: 2), ["processes_pkey"]),
                    (
                        "history", Queries.versions(process: process, before: .max, limit: 50),
                        ["process_version_index_process"]
                    ),
                    (
                        "bodies", Queries.bodies(process: process, from: 1, to: 5),
                        ["process_version_index_process"]
                    ),
                    (
                        "chain", Queries.chainHash(process: process, version: 1),
                        ["process_version_index_process"]
                    ),
                    ("lock", Queries.lock(process: process), ["processes_pkey"]),
                    ("list", Queries.list(ListFilter(), after: nil, limit: 50), ["processes_by_update"]),
                    (
                        "next page", Queries.list(ListFilter(), after: place, limit: 50),
                        ["processes_by_update"]
                    ),
                    (
                        "oldest", Queries.list(ListFilter(order: .updatedOldest), after: nil, limit: 50),
                        ["processes_by_update"]
                    ),
                    (
                        "created", Queries.list(ListFilter(order: .createdNewest), after: nil, limit: 50),
                        ["processes_by_creation"]
                    ),
                    (
                        "by name", Queries.list(ListFilter(order: .name), after: nil, limit: 50),
                        ["processes_by_name"]
                    ),
                    (
                        "prefix by name",
                        Queries.list(
                            ListFilter(namePrefix: "Process 77", order: .name),
                            after: nil,
                            limit: 50
                        ),
                        ["processes_by_name"]
                    ),
                    (
                        "runs", Queries.runsByVersion(filter, limit: 10),
                        ["organization_id_process_id"]
                    ),
                    (
                        "intervals", Queries.runsByInterval(filter, unit: "day", limit: 10),
                        ["organization_id_process_id"]
                    ),
                    (
                        "errors", Queries.runErrors(filter, limit: 10),
                        ["organization_id_process_id"]
                    ),
                    (
                        "actions", Queries.runActions(filter, by: .slowest, limit: 10),
                        ["organization_id_process_id"]
                    ),
                    ("key", Queries.remembered(call, author: fixture.author), ["idempotency_keys_pkey"]),
                    (
                        "state", Queries.mappingState(process: process, number: 2),
                        ["processes_pkey", "process_version_index_process"]
                    ),
                    ("uses", uses(false, nil), ["process_facts_in_use", "processes_pkey"]),
                    ("more uses", uses(false, usePlace), ["process_facts_in_use", "processes_pkey"]),
                    ("all uses", uses(true, nil), ["process_facts_pkey", "processes_pkey"]),
                    ("more of all uses", uses(true, usePlace), ["process_facts_pkey", "processes_pkey"]),
                    (
                        "update", try update(process, fixture),
                        // The process by its ID, or by its time and ID.
                        [
                            "Index Scan using processes_", "process_facts_pkey", "process_functions_pkey",
                            "(hash = ANY", "process_actions_pkey",
                        ]
                    ),
                    ("delete", Queries.delete(process: process, author: fixture.author), ["processes_pkey"]),
                    (
                        "restore", Queries.restore(process: process, author: fixture.author),
                        ["processes_pkey"]
                    ),
                ] + (try suggestionQueries(process, fixture))
            // Sessions keep plans that were made for an organization which the statistics have not seen, for all others too.
            for organization in [fixture.organization, UUID()] {
                for (name, statement, indexes) in queries {
                    check(try await plan(statement, fixture, organization), of: name, uses: indexes)
                }
            }
            // The search runs inside a function, whose plan is its own: what it says as its owner.
            let search = try await fixture.asOwner(
                """
                EXPLAIN SELECT * FROM processes WHERE search @@ grimoire_query('word77')
                AND organization_id = '\(fixture.organization)' AND deleted_at IS NULL
                """
            )[0]
            let lines = try search.rows.map { try $0.decode("QUERY PLAN", as: String.self) }
            #expect(lines.contains { $0.contains("processes_by_search") }, "\(lines)")
            let hits = try await fixture.store.list(
                ListFilter(words: "word76"),
                after: nil,
                limit: 10,
                organization: fixture.organization
            )
            #expect(hits.map(\.name) == ["Process 76"])
        }
    }
}
