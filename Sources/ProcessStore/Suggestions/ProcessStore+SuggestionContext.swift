internal import FoundationEssentials
internal import GRPCNghttp2
internal import GrimoireAPI
internal import Postgres
internal import ServiceKit
internal import SwiftProtobuf

/// What grimoire-suggestions asks of a process: all that a prompt is made of, or what a chat needs with each message.
extension ProcessStore {
    /// What a context is asked for.
    struct ContextQuestion: Sendable {
        let process: UUID
        /// 0 is the latest.
        let version: Int32
        /// Of the process's runs; all its versions.
        let runs: Queries.RunFilter
        /// How many of the best-rated suggestions.
        let rated: Int32
        /// A chat of the user who asks.
        let session: (user: UUID, id: UUID)?
    }

    /// The version that somebody who asks has already.
    struct KnownVersion: Sendable {
        /// 0 where only its content is told.
        let number: Int32
        /// In hexadecimal.
        let contentHash: String
    }

    /// All that a prompt about a process is made of, as of one moment: one round trip, one transaction that sees one state.
    func context(
        _ question: ContextQuestion,
        organization: UUID
    ) async throws -> Grimoire_V1_GetSuggestionContextResponse {
        let results = try await translated { try await contextRows(question, organization) }
        guard let row = results[0].first else {
            throw ServiceError.notFound("process", question.process.text)
        }
        guard let number = try row.decodeOptional("version_number", as: Int32.self) else {
            throw Self.noVersion(question.version, question.process)
        }
        let head = try EncodedHead(row, history: results[1], process: question.process)
        let previous = try results[2].first.flatMap(ContentCoding.version)
        let figures = RunFigures(results[3..<7])
        let rated = try Self.stored(results[7])
        let session = try Self.stored(results[8])
        let size =
            EncodedVersion.size(row) * 2 + (rated + session).reduce(0) { $0 + $1.bytes }
            + (previous.map { $0.jsonBytes + $0.spyCode.utf8.count } ?? 0)
        return try await workshop.run(bytes: size) {
            let version = try EncodedVersion(
                row,
                number: number,
                process: question.process,
                organization: organization
            )
            let answer = VersionAnswer(version, head: head)
            return try .with {
                $0.process = try answer.response()
                $0.executions = try Grimoire_V1_SummarizeExecutionsResponse(figures, of: question.runs)
                $0.rated = try rated.map { try $0.message() }
                // The last exchanges are found from their end, and told from their beginning.
                $0.session = try session.reversed().map { try $0.message() }
                if let previous {
                    let diff = VersionDiff(try previous.body().content, try answer.content())
                    $0.lastChange = Grimoire_V1_DiffVersionsResponse(
                        diff,
                        of: question.process,
                        from: previous.number,
                        to: number
                    )
                }
                // What it is made of is counted twice; the history of versions is not.
                if size > Grimoire_V1_GetSuggestionContextResponse.maxBytes / 4 { try $0.fit() }
            }
        }
    }

    /// The process and the session alone: which version it is and whether something was said are read in one round trip; what was said,
    /// where it was, in another one. Of the version only its number is told where its caller has it already, and it is from memory where
    /// it is there, so these may be of different moments.
    ///
    /// - Parameters:
    ///   - known: The version that the caller has.
    ///   - deadline: Until when somebody waits for it.
    func briefContext(
        _ question: ContextQuestion,
        known: KnownVersion?,
        organization: UUID,
        deadline: ContinuousClock.Instant? = Call.current?.deadline
    ) async throws -> Grimoire_V1_GetSuggestionContextResponse {
        let (process, hasExchanges) =
            if let standing = try await unchanged(question, known, organization, deadline) {
                standing
            } else {
                try await current(question, known, organization, deadline)
            }
        // Most are asked for by the first message of a session, which has none.
        let session =
            hasExchanges
            ? try Self.stored(await read(organization, deadline: deadline, Self.exchanges(question))[0]) : []
        return try await workshop.run(bytes: session.reduce(0) { $0 + $1.bytes }) {
            try .with {
                $0.process = process
                $0.session = try session.reversed().map { try $0.message() }
            }
        }
    }

    /// What a brief context says of the process, and whether its session has exchanges.
    private typealias Standing = (process: Grimoire_V1_GetProcessResponse, hasExchanges: Bool)

    /// That of a version which its caller has, as the numbers say; nil where it has another one, or has not told which.
    private func unchanged(
        _ question: ContextQuestion,
        _ known: KnownVersion?,
        _ organization: UUID,
        _ deadline: ContinuousClock.Instant?
    ) async throws -> Standing? {
        guard let known, known.number > 0, question.version == 0 || question.version == known.number else {
            return nil
        }
        let statement = Queries.standing(process: question.process, session: question.session)
        guard let row = try await lookUp(organization, deadline: deadline, statement)[0].first else {
            throw ServiceError.notFound("process", question.process.text)
        }
        let latest: Int32 = try row.decode("latest_version")
        guard question.version == 0 ? latest == known.number : latest >= known.number else { return nil }
        return (Self.told(question.process, known.number, known.contentHash), try row.decode("has_exchanges"))
    }

    /// That of a version which its caller may have in content, though not by number.
    private func current(
        _ question: ContextQuestion,
        _ known: KnownVersion?,
        _ organization: UUID,
        _ deadline: ContinuousClock.Instant?
    ) async throws -> Standing {
        var statements = [Queries.basics(process: question.process, number: question.version)]
        if let session = question.session {
            statements.append(
                Queries.hasExchanges(process: question.process, user: session.user, session: session.id)
            )
        }
        let results = try await lookUp(organization, deadline: deadline, statements)
        guard let row = results[0].first else {
            throw ServiceError.notFound("process", question.process.text)
        }
        guard let number = try row.decodeOptional("version_number", as: Int32.self) else {
            throw Self.noVersion(question.version, question.process)
        }
        let hasExchanges = results.count > 1 && results[1].first != nil
        let hash = try row.decodeOptional("content_hash", as: [UInt8].self)?.hexadecimal ?? ""
        guard hash.isEmpty || hash != known?.contentHash else {
            return (Self.told(question.process, number, hash), hasExchanges)
        }
        let answer = try await answer(
            number,
            of: question.process,
            organization: organization,
            deadline: deadline
        )
        var process = try await workshop.run(bytes: answer.message.count) { try answer.response() }
        process.versionHistory = []
        process.nextPageToken = ""
        return (process, hasExchanges)
    }

    /// All that is told of a version that the caller has.
    private static func told(
        _ process: UUID,
        _ number: Int32,
        _ hash: String
    ) -> Grimoire_V1_GetProcessResponse {
        .with {
            $0.processID = process.text
            $0.versionNumber = number
            $0.contentHash = hash
        }
    }

    /// The last exchanges of a question's session.
    private static func exchanges(_ question: ContextQuestion) -> PostgresStatement {
        Queries.suggestions(
            SuggestionFilter(process: question.process, session: question.session),
            after: nil,
            limit: question.session == nil ? 0 : RequestLimits.sessionExchanges,
            bytes: RequestLimits.sessionBytes,
            alwaysTheFirst: false
        )
    }

    private func contextRows(
        _ question: ContextQuestion,
        _ organization: UUID
    ) async throws -> [PostgresResult] {
        let process = question.process
        var statements = [
            Queries.version(process: process, number: question.version),
            Queries.versions(process: process, before: .max, limit: RequestLimits.historyEntries + 1),
            Queries.versionBefore(process: process, number: question.version),
        ]
        statements += RunFigures.statements(question.runs)
        statements.append(
            Queries.bestRated(process: process, limit: question.rated, bytes: RequestLimits.ratedBytes)
        )
        statements.append(Self.exchanges(question))
        let options = PostgresTransaction.Options(
            isolation: .repeatableRead,
            isReadOnly: true,
            opening: [Queries.organization(organization)]
        )
        let pipeline = statements
        return try await pool.withTransaction(options, timeout: Self.timeLimit) {
            try await $0.commit(with: pipeline)
        }
    }
}
