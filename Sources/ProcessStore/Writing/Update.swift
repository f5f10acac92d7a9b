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
    let fingerprint: @Sendable (inout KnownFunctions) -> ProgramFingerprint
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
        let report: Grimoire_V1_MappingReport
        /// What the next update builds upon, from the number and the time of the version made; nil where none is.
        var base: (@Sendable (Int32, Instant) -> UpdateBase)?

        /// The outcome from the statement's row; nil where another writer was faster.
        func outcome(_ row: PostgresRow?) throws -> ProcessStore.UpdateOutcome? {
            guard let row else { return nil }
            let version: Int32 = try row.decode("number")
            let at = try row.instant("at")
            return ProcessStore.UpdateOutcome(
                version: version,
                at: at,
                isUnchanged: base == nil,
                report: report,
                isWritten: true,
                base: base?(version, at)
            )
        }
    }

    /// What an update makes of the head.
    private enum Next: Sendable {
        case unchanged(Grimoire_V1_MappingReport)
        case changed(PreparedContent, VersionSeal)
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
        let stored = try StoredBase(row, of: process)
        return try await decide(after: stored.head, bytes: stored.bytes) { [mapping] in
            try stored.base(mapping.program(of:))
        }
    }

    /// What to do if `base` is still the latest version.
    ///
    /// - Throws: As with the answers to `reading`; what is wrong may be wrong with an old version only.
    func decide(on base: UpdateBase) async throws -> Decision {
        try await decide(after: base.head, bytes: 0) { base }
    }

    private func decide(
        after head: Queries.Head,
        bytes: Int,
        _ base: @escaping @Sendable () throws -> UpdateBase
    ) async throws -> Decision {
        try expect(head.version)
        let policy = mapping.policy(after: head.policy)
        switch try await next(after: head, bytes: bytes, policy, base) {
        case .changed(let content, let seal): return try write(content, seal, after: head)
        case .unchanged(let report):
            let outcome = ProcessStore.UpdateOutcome(
                version: head.version,
                at: head.updatedAt,
                isUnchanged: true,
                report: report
            )
            if policy != head.policy {
                let statement = try Queries.demand(
                    policy,
                    after: head,
                    outcome: outcome,
                    author: author,
                    remembering: call
                )
                return .write(statement, Draft(report: report))
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
        after head: Queries.Head,
        bytes: Int,
        _ policy: MappingPolicy,
        _ base: @escaping @Sendable () throws -> UpdateBase
    ) async throws -> Next {
        try await workshop.run(bytes: bytes + mapping.size) {
            let base = try base()
            let outcome = try mapping.outcome(
                of: process,
                version: head.version + 1,
                after: base.mapped,
                deriving: policy.derives
            )
            var next = try change(base.content)
            next.stableMapping =
                outcome.keepsMapping ? base.content.stableMapping : outcome.mapping
            let hash = ContentEncoding.hash(next)
            if hash == base.contentHash { return .unchanged(MappingReportForm.message(outcome)) }
            let violations = policy.compatibility.violations(from: base.mapped.state, to: outcome.state)
            guard violations.isEmpty else { throw ServiceError.incompatible(violations) }
            let isSameProgram =
                base.fingerprint != nil && mapping.program.isSameProgram(as: base.mapped.program)
            var functions = base.functions
            let content = PreparedContent(
                next,
                hash: hash,
                outcome: outcome,
                after: base,
                fingerprint: isSameProgram ? nil : fingerprint(&functions),
                functions: functions,
                policy: policy
            )
            let genesis = VersionSeal.genesis(process: process, organization: author.organization)
            return .changed(
                content,
                try VersionSeal(contentHash: hash, after: base.chainHash ?? genesis, keys: keys)
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

    private func write(
        _ content: PreparedContent,
        _ seal: VersionSeal,
        after head: Queries.Head
    ) throws -> Decision {
        let version = Queries.NewVersion(
            process: process,
            content: content,
            seal: seal,
            changelog: changelog,
            author: author
        )
        let draft = Draft(report: content.report) { [process, mapping] in
            UpdateBase(content, seal, of: process, number: $0, madeAt: $1, program: mapping.program)
        }
        return .write(try Queries.update(version, after: head, remembering: call), draft)
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
