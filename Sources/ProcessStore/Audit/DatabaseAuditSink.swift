internal import FoundationEssentials
internal import Postgres
internal import ServiceKit

/// Keeps the audit records of calls that write nothing themselves in `audit_log`.
///
/// A call that writes something does not come here: its row is part of its own transaction, and the handler says so.
struct DatabaseAuditSink: AuditSink {
    let store: ProcessStore

    /// A record as the statement reads it.
    private struct Row: Encodable {
        let id: String
        let user: String?
        let method: String
        let outcome: String
        let process: String?
        let version: Int?
        let trace: String
        /// Microseconds since 1970.
        let at: Int64

        init(_ record: AuditRecord) {
            id = record.id.text
            user = record.userID?.text
            method = record.method
            outcome = record.outcome
            process = record.processID?.text
            version = record.versionNumber
            trace = record.traceID
            at = Int64(record.time.timeIntervalSince1970 * 1_000_000)
        }
    }

    /// Writes records in one round trip, as one transaction; those that are there already are left alone.
    func store(_ records: [AuditRecord]) async throws {
        var statements: [PostgresStatement] = []
        for (organization, records) in Dictionary(grouping: records, by: \.organizationID) {
            let rows = try JSONEncoder().encode(records.map(Row.init))
            if let organization { statements.append(Queries.organization(organization)) }
            statements.append(
                Queries.audit(String(decoding: rows, as: UTF8.self), organization: organization)
            )
        }
        let pipeline = statements
        _ = try await store.translated { try await store.send(pipeline) }
    }
}
