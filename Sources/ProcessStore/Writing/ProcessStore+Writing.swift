internal import FoundationEssentials
internal import GrimoireAPI
internal import Postgres
internal import ServiceKit
internal import StableMapping
internal import SuggestionContent

extension ProcessStore {
    /// What became of a create.
    struct Created: Sendable {
        let process: UUID
        let at: Instant
        /// How its mapping came about.
        let report: Grimoire_V1_MappingReport
        /// An earlier call with the same key made it.
        var isRepeated = false
    }

    /// Makes a process and its version 1.
    ///
    /// - Parameters:
    ///   - content: What the version says, but for the mapping.
    ///   - mapping: What becomes its mapping.
    ///   - fingerprint: What its code can be compared by.
    ///   - changelog: What the author says.
    ///   - author: Who makes it.
    ///   - call: The call's idempotency key, where it has one.
    func create(
        _ content: ProcessContent,
        mapping: MappingChange,
        fingerprint: @escaping @Sendable (inout KnownFunctions) -> ProgramFingerprint,
        changelog: String,
        author: Author,
        call: IdempotentCall? = nil
    ) async throws -> Created {
        if let call, let answer = try await remembered(call, author: author) { return Created(answer) }
        let process = UUID()
        let prepared = try await workshop.run(bytes: content.size + mapping.size) {
            let policy = mapping.policy(after: MappingPolicy())
            let outcome = try mapping.outcome(of: process, version: 1, after: nil, deriving: policy.derives)
            var content = content
            content.stableMapping = outcome.mapping
            let hash = ContentEncoding.hash(content)
            var functions = KnownFunctions()
            return PreparedContent(
                content,
                hash: hash,
                outcome: outcome,
                after: nil,
                fingerprint: fingerprint(&functions),
                functions: functions,
                policy: policy
            )
        }
        let genesis = VersionSeal.genesis(process: process, organization: author.organization)
        let version = Queries.NewVersion(
            process: process,
            content: prepared,
            seal: try VersionSeal(contentHash: prepared.hash, after: genesis, keys: keys),
            changelog: changelog,
            author: author
        )
        let statement = try Queries.create(version, remembering: call)
        let preparing = call.map { [Queries.forgetExpired($0, author: author)] } ?? []
        do {
            let results = try await send(
                [Queries.organization(author.organization)] + preparing + [statement]
            )
            guard let row = results.last?.first else { throw Self.broken("a create returned no row") }
            let at = try row.instant("at")
            await changed(process, organization: author.organization)
            await keep(
                UpdateBase(
                    prepared,
                    version.seal,
                    of: process,
                    number: 1,
                    madeAt: at,
                    program: mapping.program
                ),
                organization: author.organization
            )
            return Created(process: process, at: at, report: prepared.report)
        } catch let error as PostgresError {
            if let answer = try await answer(after: error, call, author: author) { return Created(answer) }
            throw error.code == .cancelled ? CancellationError() : ServiceError(error)
        }
    }

    /// What became of an update.
    struct UpdateOutcome: Sendable {
        let version: Int32
        let at: Instant
        /// The current version says all that already.
        let isUnchanged: Bool
        /// How the mapping came about.
        let report: Grimoire_V1_MappingReport
        /// Whether something of the process was written, and the call's audit with it.
        var isWritten = false
        /// The version made, for the next update.
        var base: UpdateBase?
    }

    /// Makes the next version from the current one.
    ///
    /// - Parameters:
    ///   - process: Which process.
    ///   - mapping: What is said of the mapping.
    ///   - fingerprint: What the new code can be compared by; asked for only where the code is another one.
    ///   - expectedVersion: The version that must be the current one; 0 for any.
    ///   - changelog: What the author says.
    ///   - author: Who makes it.
    ///   - call: The call's idempotency key, where it has one.
    ///   - change: The new contents from the current ones, but for the mapping; called again where another writer came first.
    func update(
        _ process: UUID,
        mapping: MappingChange,
        fingerprint: @escaping @Sendable (inout KnownFunctions) -> ProgramFingerprint,
        expectedVersion: Int32,
        changelog: String,
        author: Author,
        call: IdempotentCall? = nil,
        change: @escaping @Sendable (ProcessContent) throws -> ProcessContent
    ) async throws -> UpdateOutcome {
        let update = Update(
            process: process,
            mapping: mapping,
            fingerprint: fingerprint,
            expectedVersion: expectedVersion,
            changelog: changelog,
            author: author,
            call: call,
            keys: keys,
            workshop: workshop,
            change: change
        )
        do {
            let outcome = try await run(update)
            if outcome.isWritten { await changed(process, organization: author.organization) }
            if let base = outcome.base { await keep(base, organization: author.organization) }
            return outcome
        } catch let error as PostgresError {
            if let answer = try await answer(after: error, call, author: author) {
                return UpdateOutcome(answer)
            }
            throw error.code == .cancelled ? CancellationError() : ServiceError(error)
        }
    }

    /// The latest version of a process, where this loop made it; others may have made later ones since.
    func base(of process: UUID, organization: UUID) async -> UpdateBase? {
        await cache.base(VersionCache.ProcessKey(organization: organization, process: process))
    }

    private func run(_ update: Update) async throws -> UpdateOutcome {
        if let outcome = try await runOnKept(update) { return outcome }
        let organization = Queries.organization(update.author.organization)
        let head = try await pool.read(update.reading, opening: organization, timeout: Self.timeLimit)
        switch try await update.decide(head[...]) {
        case .answer(let outcome): return outcome
        case .remember(let statement, let outcome):
            _ = try await send([organization] + update.preparing + [statement])
            return outcome
        case .write(let statement, let draft):
            if let outcome = try draft.outcome(try await write(statement, of: update)) { return outcome }
        }
        // Another writer was faster. From here on nobody can be.
        return try await pool.withTransaction(
            PostgresTransaction.Options(opening: [organization]),
            timeout: Self.timeLimit
        ) { try await update.run(in: $0) }
    }

    /// Writes upon what is in memory of the process, in one round trip. Nil where nothing is known of it, or what is known is
    /// out of date, or may be: only what has been written shows that it was not.
    private func runOnKept(_ update: Update) async throws -> UpdateOutcome? {
        let organization = update.author.organization
        guard let base = await base(of: update.process, organization: organization),
            case .write(let statement, let draft)? = try? await update.decide(on: base),
            draft.base != nil
        else { return nil }
        return try draft.outcome(try await write(statement, of: update))
    }

    /// An update's statement, which may go together with those of other processes. One with an idempotency key goes by itself: it waits
    /// for another call with the same key, and may be refused because of it.
    private func write(
        _ statement: PostgresStatement,
        of update: Update
    ) async throws(PostgresError) -> PostgresRow? {
        let organization = Queries.organization(update.author.organization)
        guard update.call == nil else {
            return try await send([organization] + update.preparing + [statement]).last?.first
        }
        return try await pool.write(
            statement,
            locking: .init(update.process),
            opening: organization,
            timeout: Self.timeLimit
        ).first
    }

    /// The current loop keeps what the next update of the process will build upon.
    private func keep(_ base: UpdateBase, organization: UUID) async {
        let key = VersionCache.ProcessKey(organization: organization, process: base.head.process)
        await cache.keep(base, for: key)
    }

    /// Makes a process NOT_FOUND; its rows stay.
    func delete(_ process: UUID, author: Author) async throws -> Instant {
        let row = try await write(Queries.delete(process: process, author: author), author)
        guard let row else { throw ServiceError.notFound("process", process.text) }
        await changed(process, organization: author.organization)
        return try row.instant("at")
    }

    /// Brings a deleted process back; one that is not deleted stays as it is.
    func restore(_ process: UUID, author: Author) async throws -> (version: Int32, wasDeleted: Bool) {
        let row = try await write(Queries.restore(process: process, author: author), author)
        guard let row else { throw ServiceError.notFound("process", process.text) }
        let wasDeleted: Bool = try row.decode("was_deleted")
        if wasDeleted { await changed(process, organization: author.organization) }
        return (try row.decode("latest_version"), wasDeleted)
    }

    /// After a commit: a process is not what it was.
    private func changed(_ process: UUID, organization: UUID) async {
        await forget(process, organization: organization)
        announcer?.announce(ProcessChange(organization: organization, process: process))
    }

    /// One statement as one transaction.
    func write(_ statement: PostgresStatement, _ author: Author) async throws -> PostgresRow? {
        try await translated {
            try await send([Queries.organization(author.organization), statement]).last?.first
        }
    }

    // MARK: Idempotency keys

    private func remembered(
        _ call: IdempotentCall,
        author: Author
    ) async throws -> IdempotentCall.Answer? {
        let results = try await read(author.organization, Queries.remembered(call, author: author))
        return try call.answer(results[0].first)
    }

    /// The first call's answer, where `error` says that there was one.
    private func answer(
        after error: PostgresError,
        _ call: IdempotentCall?,
        author: Author
    ) async throws -> IdempotentCall.Answer? {
        guard let call, error.constraint == IdempotentCall.constraint else { return nil }
        return try await remembered(call, author: author)
    }
}

extension ProcessStore.Created {
    init(_ answer: IdempotentCall.Answer) {
        self.init(process: answer.process, at: answer.at, report: answer.report, isRepeated: true)
    }
}

extension ProcessStore.UpdateOutcome {
    init(_ answer: IdempotentCall.Answer) {
        self.init(
            version: answer.version,
            at: answer.at,
            isUnchanged: answer.isUnchanged,
            report: answer.report
        )
    }
}
