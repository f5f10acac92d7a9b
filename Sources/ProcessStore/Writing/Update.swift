internal import FoundationEssentials
internal import Postgres
internal import ServiceKit

/// One update of a process: what it decides on a head, and how it runs with the process locked.
struct Update: Sendable {
    let process: UUID
    let expectedVersion: Int32
    let changelog: String
    let author: Author
    let call: IdempotentCall?
    let keys: SigningKeys
    let workshop: Workshop
    let change: @Sendable (ProcessContent) throws -> ProcessContent

    enum Decision: Sendable {
        /// There is nothing to write; the answer need not be remembered, or is.
        case answer(ProcessStore.UpdateOutcome)
        /// The contents are the current ones, which is to be remembered.
        case remember(PostgresStatement, ProcessStore.UpdateOutcome)
        case write(PostgresStatement)
    }

    /// What an update reads before it decides, behind the organization.
    var reading: [PostgresStatement] {
        (call.map { [Queries.remembered($0, author: author)] } ?? [])
            + [Queries.version(process: process, number: 0)]
    }

    /// What goes before a statement that writes.
    var preparing: [PostgresStatement] { call.map { [Queries.forgetExpired($0, author: author)] } ?? [] }

    /// What to do, with the answers to `reading`.
    ///
    /// - Throws: `ServiceError`: NOT_FOUND without a head, ABORTED where it is not the expected one or the key was used for
    ///   another request.
    func decide(_ results: ArraySlice<PostgresResult>) async throws -> Decision {
        if let call, let answer = try call.answer(results.first?.first) {
            return .answer(ProcessStore.UpdateOutcome(answer))
        }
        guard let row = results.last?.first else { throw ServiceError.notFound("process", process.text) }
        guard let raw = try ContentCoding.version(row) else {
            throw ProcessStore.broken("process \(process.text) has no body for its latest version")
        }
        let stored = try ContentCoding.storedProcess(row, id: process)
        try expect(raw.number)
        let (next, isUnchanged) = try await workshop.run(bytes: raw.jsonBytes + raw.spyCode.utf8.count) {
            let head = try raw.body()
            let next = try PreparedContent(change(head.content))
            return (next, next.hash == head.seal?.contentHash ?? ContentEncoding.hash(head.content))
        }
        if isUnchanged {
            let outcome = ProcessStore.UpdateOutcome(
                version: raw.number,
                at: stored.updatedAt,
                isUnchanged: true
            )
            guard let call else { return .answer(outcome) }
            return .remember(
                Queries.remember(
                    call,
                    author: author,
                    process: process,
                    version: raw.number,
                    at: stored.updatedAt
                ),
                outcome
            )
        }
        return .write(try statement(next, after: raw))
    }

    private func expect(_ current: Int32) throws(ServiceError) {
        guard expectedVersion == 0 || expectedVersion == current else {
            throw ServiceError(
                .conflict(
                    reason: "VERSION_CONFLICT",
                    values: ["expected_version": "\(expectedVersion)", "current_version": "\(current)"]
                ),
                message: "The current version is \(current), not \(expectedVersion): read it and try again."
            )
        }
    }

    private func statement(
        _ content: PreparedContent,
        after head: ContentCoding.RawVersion
    ) throws -> PostgresStatement {
        let genesis = VersionSeal.genesis(process: process, organization: author.organization)
        let seal = try VersionSeal(
            contentHash: content.hash,
            after: head.seal?.chainHash ?? genesis,
            keys: keys
        )
        let version = Queries.NewVersion(
            process: process,
            content: content,
            seal: seal,
            changelog: changelog,
            author: author
        )
        return Queries.update(version, current: head.number, remembering: call)
    }

    /// The outcome from a row of `Queries.update`; nil where another writer was faster.
    func outcome(_ row: PostgresRow?) throws -> ProcessStore.UpdateOutcome? {
        guard let row else { return nil }
        return ProcessStore.UpdateOutcome(
            version: try row.decode("number"),
            at: try row.instant("at"),
            isUnchanged: false
        )
    }

    /// The update in a transaction that holds the process's row.
    func run(in transaction: PostgresTransaction) async throws -> ProcessStore.UpdateOutcome {
        // The head is read by a statement of its own: it must see what the writer before has committed.
        let head = try await transaction.pipeline([Queries.lock(process: process)] + reading)
        switch try await decide(head.dropFirst()) {
        case .answer(let outcome): return outcome
        case .remember(let statement, let outcome):
            _ = try await transaction.commit(with: preparing + [statement])
            return outcome
        case .write(let statement):
            let written = try await transaction.commit(with: preparing + [statement])
            guard let outcome = try outcome(written.last?.first) else {
                throw ProcessStore.broken("a locked process changed its version")
            }
            return outcome
        }
    }
}
