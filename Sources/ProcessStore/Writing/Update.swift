internal import FoundationEssentials
internal import GrimoireAPI
internal import Postgres
internal import ServiceKit
internal import StableMapping
internal import SuggestionContent

/// One update of a process: what it decides on a head, and how it runs with the process locked.
struct Update: Sendable {
    let process: UUID
    let mapping: MappingChange
    /// What the new code can be compared by, found when it is needed: it takes as long as looking for facts.
    let fingerprint: @Sendable () -> ProgramFingerprint
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
        /// A statement that writes only where the head is still the same.
        case write(PostgresStatement, Draft)
    }

    /// What the outcome will be if the statement writes.
    struct Draft: Sendable {
        let isUnchanged: Bool
        let report: Grimoire_V1_MappingReport

        /// The outcome from the statement's row; nil where another writer was faster.
        func outcome(_ row: PostgresRow?) throws -> ProcessStore.UpdateOutcome? {
            guard let row else { return nil }
            return ProcessStore.UpdateOutcome(
                version: try row.decode("number"),
                at: try row.instant("at"),
                isUnchanged: isUnchanged,
                report: report,
                isWritten: true
            )
        }
    }

    /// What an update makes of the head.
    private enum Next: Sendable {
        case unchanged(Grimoire_V1_MappingReport)
        case changed(PreparedContent)
    }

    /// What an update reads before it decides, behind the organization.
    var reading: [PostgresStatement] {
        (call.map { [Queries.remembered($0, author: author)] } ?? [])
            + [Queries.version(process: process, number: 0, withState: true)]
    }

    /// What goes before a statement that writes.
    var preparing: [PostgresStatement] { call.map { [Queries.forgetExpired($0, author: author)] } ?? [] }

    /// What to do, with the answers to `reading`.
    ///
    /// - Throws: `ServiceError`: NOT_FOUND without a head, ABORTED where it is not the expected one or the key was used for
    ///   another request, FAILED_PRECONDITION where the process's compatibility forbids the mapping.
    func decide(_ results: ArraySlice<PostgresResult>) async throws -> Decision {
        if let call, let answer = try call.answer(results.first?.first) {
            return .answer(ProcessStore.UpdateOutcome(answer))
        }
        guard let row = results.last?.first else { throw ServiceError.notFound("process", process.text) }
        guard let raw = try ContentCoding.version(row), let mapped = try MappingStateCoding.version(row)
        else {
            throw ProcessStore.broken("process \(process.text) has no body for its latest version")
        }
        let stored = try ContentCoding.storedProcess(row, id: process)
        try expect(raw.number)
        let policy = mapping.policy(after: stored.policy)
        let head = Queries.Head(process: process, version: raw.number, policy: stored.policy)
        let former = try row.decodeOptional("fingerprint", as: [UInt8].self)
        switch try await next(raw, mapped, former, policy) {
        case .changed(let content):
            let statement = try statement(content, after: head, raw.seal)
            return .write(statement, Draft(isUnchanged: false, report: content.report))
        case .unchanged(let report):
            let outcome = ProcessStore.UpdateOutcome(
                version: raw.number,
                at: stored.updatedAt,
                isUnchanged: true,
                report: report
            )
            if policy != stored.policy {
                let statement = try Queries.demand(
                    policy,
                    after: head,
                    outcome: outcome,
                    author: author,
                    remembering: call
                )
                return .write(statement, Draft(isUnchanged: true, report: report))
            }
            guard let call else { return .answer(outcome) }
            return .remember(
                try Queries.remember(call, outcome, author: author, process: process),
                outcome
            )
        }
    }

    /// Applies the change and has the engine make the mapping for exactly the version after this one.
    private func next(
        _ raw: ContentCoding.RawVersion,
        _ mapped: MappingStateCoding.RawVersion,
        _ former: [UInt8]?,
        _ policy: MappingPolicy
    ) async throws -> Next {
        try await workshop.run(bytes: raw.jsonBytes + mapped.bytes + mapping.size) {
            let head = try raw.body()
            let previous = try mapped.version()
            let outcome = try mapping.outcome(
                of: process,
                version: raw.number + 1,
                after: previous,
                deriving: policy.derives
            )
            var next = try change(head.content)
            next.stableMapping = outcome.mapping
            let hash = ContentEncoding.hash(next)
            if hash == head.seal?.contentHash ?? ContentEncoding.hash(head.content) {
                return .unchanged(MappingReportForm.message(outcome))
            }
            let violations = policy.compatibility.violations(from: previous.state, to: outcome.state)
            guard violations.isEmpty else { throw ServiceError.incompatible(violations) }
            let isSameProgram = former != nil && mapping.program.isSameProgram(as: previous.program)
            return .changed(
                try PreparedContent(
                    next,
                    hash: hash,
                    outcome: outcome,
                    after: previous.state,
                    fingerprint: isSameProgram ? nil : fingerprint(),
                    replacing: former,
                    policy: policy
                )
            )
        }
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
        after head: Queries.Head,
        _ seal: VersionSeal?
    ) throws -> PostgresStatement {
        let genesis = VersionSeal.genesis(process: process, organization: author.organization)
        let seal = try VersionSeal(
            contentHash: content.hash,
            after: seal?.chainHash ?? genesis,
            keys: keys
        )
        let version = Queries.NewVersion(
            process: process,
            content: content,
            seal: seal,
            changelog: changelog,
            author: author
        )
        return try Queries.update(version, after: head, remembering: call)
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
        case .write(let statement, let draft):
            let written = try await transaction.commit(with: preparing + [statement])
            guard let outcome = try draft.outcome(written.last?.first) else {
                throw ProcessStore.broken("a locked process changed its version")
            }
            return outcome
        }
    }
}
