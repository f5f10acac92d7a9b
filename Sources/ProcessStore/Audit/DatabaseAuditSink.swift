internal import FoundationEssentials
internal import Postgres
internal import ServiceKit

/// Keeps the audit records of calls that write nothing themselves in `audit_log`.
///
/// A call that writes something does not come here: its row is part of its own transaction, and the handler says so.
struct DatabaseAuditSink: AuditSink {
    let store: ProcessStore

    /// Writes records in one round trip, as one transaction; those that are there already are left alone.
    func store(_ records: [AuditRecord]) async throws {
        var statements: [PostgresStatement] = []
        for (organization, records) in Dictionary(grouping: records, by: \.organizationID) {
            if let organization { statements.append(Queries.organization(organization)) }
            statements.append(Queries.audit(records, organization: organization))
        }
        let pipeline = statements
        _ = try await store.translated { try await store.send(pipeline) }
    }
}
