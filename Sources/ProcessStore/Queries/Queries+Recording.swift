internal import FoundationEssentials
internal import Postgres
internal import ServiceKit

extension Queries {
    /// Keeps exchanges, with audit and outbox, in one statement: to begin one costs as much as to keep a few. A row for each, by its
    /// `place`, from 1: `latest_version` where there is the process, `known_at` where the suggestion was there before, and `at`, which
    /// holds where it was not and the process has the version. The database refuses all of them (a unique violation) where another
    /// call has recorded one of them since this one began.
    ///
    /// Their times are a microsecond apart, so that lists have them in the order in which they are given. To keep them takes longer
    /// than that, so none of them lies ahead when the transaction ends.
    ///
    /// - Parameter suggestions: Each with an ID of its own.
    static func record(_ suggestions: [RecordedSuggestion], author: Author) -> PostgresStatement {
        // IDs come in order, so that two calls with some in common wait for one another and do not block one another.
        let placed = zip(Int32(1)..., suggestions).sorted { $0.1.id < $1.1.id }
        let own: [PostgresParameter] = [
            .uuid(author.organization), .uuid(author.user), .text(author.traceID),
            .int4Array(placed.map(\.0)),
        ]
        let ordered = placed.map(\.1)
        return PostgresStatement(recordSQL, own + RecordArray.allCases.map { $0.parameter(ordered) })
    }

    /// Each table is written from what is given and not from what another one has taken: `ON CONFLICT`, `RETURNING` and the joins behind
    /// them cost time in every call, and a race is rare. Processes and suggestions are looked up one by one, so that the plan is not
    /// another one, with scans, while the tables are small.
    private static let recordSQL = """
        WITH given AS MATERIALIZED (
            SELECT number, ($4)[number] AS place, \(RecordArray.id) AS id, \(RecordArray.process) AS process,
                   \(RecordArray.version) AS version,
                   CASE \(RecordArray.kind) WHEN 'chat' THEN \(RecordArray.session) END AS session,
                   statement_timestamp() + ($4)[number] * interval '1 microsecond' AS at,
                   (SELECT p.latest_version FROM processes p
                    WHERE p.id = \(RecordArray.process) AND p.deleted_at IS NULL) AS latest_version,
                   (SELECT known.created_at FROM process_suggestion_index known
                    WHERE known.organization_id = $1 AND known.suggestion_id = \(RecordArray.id)) AS known_at
            FROM generate_subscripts($4, 1) AS number
        ), head AS (
            INSERT INTO process_suggestion_index
                (organization_id, suggestion_id, created_at, process_id, user_id, session_id, bytes)
            SELECT $1, id, at, process, $2, session, \(RecordArray.bytes)
            FROM given WHERE latest_version >= version AND known_at IS NULL
        ), body AS (
            INSERT INTO process_suggestions
                (id, process_id, session_id, suggestion_type, created_at, organization_id, kind, version_number,
                 user_id, input_context, ai_response)
            SELECT id, process, session, \(RecordArray.type), at, $1, \(RecordArray.kind), version, $2,
                   \(RecordArray.input)::jsonb, \(RecordArray.response)::jsonb
            FROM given WHERE latest_version >= version AND known_at IS NULL
        ), audit AS (
            INSERT INTO audit_log
                (id, organization_id, user_id, method, outcome, process_id, version_number, trace_id)
            SELECT \(RecordArray.auditID), $1, $2, 'RecordSuggestion', 'OK', process, version, $3
            FROM given WHERE latest_version >= version AND known_at IS NULL
        ), event AS (
            INSERT INTO outbox
                (id, organization_id, kind, process_id, version_number, user_id, trace_id, suggestion_id, session_id)
            SELECT \(RecordArray.eventID), $1, 'ThreadUpdated', process, version, $2, $3, id, session
            FROM given WHERE latest_version >= version AND known_at IS NULL
        )
        SELECT place, latest_version, at, known_at FROM given
        """
}

/// The arrays that records are given in, an element for each. As it stands in the statement, an array is its element at `number`.
///
/// They are read by subscripts: of `unnest` PostgreSQL would look at how long they are, plan the statement anew in each call with few
/// records, which takes longer than keeping them, and copy the texts.
private enum RecordArray: Int, CaseIterable, CustomStringConvertible {
    case id = 5
    case process, version, bytes, kind, session, type, input, response, auditID, eventID

    var description: String { "($\(rawValue))[number]" }

    func parameter(_ suggestions: [RecordedSuggestion]) -> PostgresParameter {
        switch self {
        case .id: .uuidArray(suggestions.map { .init($0.id) })
        case .process: .uuidArray(suggestions.map { .init($0.process) })
        case .version: .int4Array(suggestions.map(\.version))
        case .bytes: .int8Array(suggestions.map { Int64($0.bytes) })
        case .kind: .textArray(suggestions.map(\.kind))
        // Arrays hold no NULL: what stands for a report's session is not looked at.
        case .session: .uuidArray(suggestions.map { .init($0.session) })
        case .type: .textArray(suggestions.map(\.type))
        case .input: .textArray(suggestions.map { $0.inputJSON() })
        case .response: .textArray(suggestions.map { $0.responseJSON() })
        // Made here: PostgreSQL takes 8,500 instructions for each.
        case .auditID, .eventID: .uuidArray(suggestions.map { _ in .init(UUID.random()) })
        }
    }
}
