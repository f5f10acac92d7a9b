internal import FoundationEssentials
internal import Postgres
internal import ServiceKit

/// One update of a process: what it decides on a head, and how it runs with the process locked.
struct Update: Sendable {
    let process: UUID
    let expectedVersion: Int32
    let changelog: String
    let author: UUID
    let organization: UUID
    let change: @Sendable (ProcessContent) throws -> ProcessContent

    enum Decision {
        case unchanged(Int32, Instant)
        case write(PostgresStatement)
    }

    /// What to do, with the head as a row of `Queries.version`.
    ///
    /// - Throws: `ServiceError`: NOT_FOUND without a head, ABORTED where it is not the expected one.
    func decide(_ row: PostgresRow?) throws -> Decision {
        guard let row else { throw ServiceError.notFound("process", process.text) }
        guard let head = try ContentCoding.version(row, process: process) else {
            throw ProcessStore.broken("process \(process.text) has no body for its latest version")
        }
        guard expectedVersion == 0 || expectedVersion == head.number else {
            throw ServiceError(
                .conflict(
                    reason: "VERSION_CONFLICT",
                    values: ["expected_version": "\(expectedVersion)", "current_version": "\(head.number)"]
                ),
                message:
                    "The current version is \(head.number), not \(expectedVersion): read it and try again."
            )
        }
        let content = try change(head.content)
        guard content != head.content else { return .unchanged(head.number, head.process.updatedAt) }
        return .write(
            try Queries.update(
                process: process,
                current: head.number,
                version: UUID(),
                content: content,
                changelog: changelog,
                author: author,
                organization: organization
            )
        )
    }

    /// The outcome from a row of `Queries.update`; nil where another writer was faster.
    func outcome(_ row: PostgresRow?) throws -> ProcessStore.UpdateOutcome? {
        guard let row else { return nil }
        return .made(try row.decode("version_number"), try row.instant("created_at"))
    }

    /// The update in a transaction that holds the process's row.
    func runLocked(on connection: PostgresConnection) async throws -> ProcessStore.UpdateOutcome {
        // The head is read by a statement of its own: it must see what the writer before has committed.
        let head = try await connection.pipeline([
            Queries.begin, Queries.organization(organization), Queries.lock(process: process),
            Queries.version(process: process, number: 0),
        ])
        do {
            switch try decide(head.last?.first) {
            case .unchanged(let number, let instant):
                _ = try await connection.pipeline([Queries.rollback])
                return .unchanged(number, instant)
            case .write(let statement):
                let written = try await connection.pipeline([statement, Queries.commit])
                guard let outcome = try outcome(written.first?.first) else {
                    throw ProcessStore.broken("a locked process changed its version")
                }
                return outcome
            }
        } catch let error as ServiceError {
            _ = try await connection.pipeline([Queries.rollback])
            throw error
        }
    }
}
