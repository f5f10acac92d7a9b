internal import FoundationEssentials
internal import Postgres
internal import ServiceKit

extension Queries {
    /// Keeps exchanges, with audit and outbox, in one statement: to begin one costs as much as to keep a few. A row for each, in
    /// their order: `latest_version` where there is the process, `at` where the suggestion is new and the process has the version,
    /// `known_at` where it was there before.
    ///
    /// Their times are a microsecond apart, so that lists have them in the order in which they are given. To keep them takes longer
    /// than that, so none of them lies ahead when the transaction ends.
    static func record(_ suggestions: [RecordedSuggestion], author: Author) -> PostgresStatement {
        PostgresStatement(
            recordSQL,
            [.uuid(author.organization), .uuid(author.user), .text(author.traceID)]
                + RecordArray.allCases.map { $0.parameter(suggestions) }
        )
    }

    /// Processes and suggestions are looked up one by one, so that the plan is not another one, with scans, while the tables are
    /// small. The one that comes first of two with the same ID is kept, and IDs come in order, so that two calls with some in
    /// common wait for one another and do not block one another. Times are each record's own, so they tell which were kept.
    private static let recordSQL = """
        WITH given AS (
            SELECT place, \(RecordArray.id) AS id, statement_timestamp() + place * interval '1 microsecond' AS at,
                   (SELECT p.latest_version FROM processes p
                    WHERE p.id = \(RecordArray.process) AND p.deleted_at IS NULL) AS latest_version
            FROM generate_subscripts(\(RecordArray.id.whole), 1) AS place
        ), head AS (
            INSERT INTO process_suggestion_index
                (organization_id, suggestion_id, created_at, process_id, user_id, session_id, bytes)
            SELECT $1, id, at, \(RecordArray.process), $2,
                   CASE \(RecordArray.kind) WHEN 'chat' THEN \(RecordArray.session) END, \(RecordArray.bytes)
            FROM given WHERE latest_version >= \(RecordArray.version) ORDER BY id, place
            ON CONFLICT (organization_id, suggestion_id) DO NOTHING
            RETURNING suggestion_id AS id, created_at AS at, process_id AS process, session_id AS session
        ), kept AS (
            SELECT given.place, head.* FROM given JOIN head ON head.at = given.at
        ), body AS (
            INSERT INTO process_suggestions
                (id, process_id, session_id, suggestion_type, created_at, organization_id, kind, version_number,
                 user_id, input_context, ai_response)
            SELECT id, process, session, \(RecordArray.type), at, $1, \(RecordArray.kind), \(RecordArray.version), $2,
                   \(RecordArray.input)::jsonb, \(RecordArray.response)::jsonb
            FROM kept
        ), audit AS (
            INSERT INTO audit_log
                (id, organization_id, user_id, method, outcome, process_id, version_number, trace_id)
            SELECT \(RecordArray.auditID), $1, $2, 'RecordSuggestion', 'OK', process, \(RecordArray.version), $3
            FROM kept
        ), event AS (
            INSERT INTO outbox
                (id, organization_id, kind, process_id, version_number, user_id, trace_id, suggestion_id, session_id)
            SELECT \(RecordArray.eventID), $1, 'ThreadUpdated', process, \(RecordArray.version), $2, $3, id, session
            FROM kept
        )
        SELECT given.latest_version, CASE WHEN head.at = given.at THEN head.at END AS at,
               coalesce(head.at, (
                   SELECT known.created_at FROM process_suggestion_index known
                   WHERE known.organization_id = $1 AND known.suggestion_id = given.id
               )) AS known_at
        FROM given
        -- One that comes later is not known yet.
        LEFT JOIN head ON head.id = given.id AND head.at <= given.at
        ORDER BY given.place
        """
}

/// The arrays that records are given in, an element for each. As it stands in the statement, an array is its element at `place`.
///
/// They are read by subscripts: of `unnest` PostgreSQL would look at how long they are, plan the statement anew in each call with few
/// records, which takes longer than keeping them, and copy the texts.
private enum RecordArray: Int, CaseIterable, CustomStringConvertible {
    case id = 4
    case process, version, bytes, kind, session, type, input, response, auditID, eventID

    /// The parameter itself.
    var whole: String { "$\(rawValue)" }
    var description: String { "(\(whole))[place]" }

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
