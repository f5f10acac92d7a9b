internal import FoundationEssentials
internal import GRPCNghttp2
internal import GrimoireAPI
internal import Postgres
internal import ServiceKit
internal import SwiftProtobuf

extension ProcessStore {
    /// What became of a suggestion that was to be kept.
    struct RecordedAt: Sendable {
        let at: Instant
        /// Whether it was kept by this call, and the call's audit with it.
        let isNew: Bool
    }

    /// Texts are written as JSON in an eighth of the time that JSON is read in, which is what the workshop counts by.
    private static let writtenBytesForOneRead = 8

    /// Keeps an exchange; one whose ID is known stays as it is.
    func record(_ suggestion: RecordedSuggestion, author: Author) async throws -> RecordedAt {
        let rows = try await translated { try await recordingRows([suggestion], author) }
        return try await recorded(suggestion, rows[0], author)
    }

    /// Keeps exchanges of one user, in their order and in one statement; where one of them breaks that, each in one of its own.
    ///
    /// - Parameter suggestions: At most `RequestLimits.recordedTogether`.
    /// - Returns: What became of each.
    /// - Throws: `ServiceError` where nobody can say: all of them may be sent again.
    func record(_ suggestions: [RecordedSuggestion], author: Author) async throws
        -> [Result<RecordedAt, ServiceError>]
    {
        guard !suggestions.isEmpty else { return [] }
        let rows = try await recordingRowsUnlessRefused(suggestions, author)
        var outcomes: [Result<RecordedAt, ServiceError>] = []
        for (place, suggestion) in suggestions.enumerated() {
            do {
                let outcome =
                    if let rows {
                        try await recorded(suggestion, rows[place], author)
                    } else {
                        try await record(suggestion, author: author)
                    }
                outcomes.append(.success(outcome))
            } catch let error as ServiceError where error.isLasting {
                outcomes.append(.failure(error))
            }
        }
        return outcomes
    }

    /// The rows of `Queries.record`, one for each suggestion.
    private func recordingRows(
        _ suggestions: [RecordedSuggestion],
        _ author: Author
    ) async throws -> [PostgresRow] {
        let bytes = suggestions.reduce(0) { $0 + $1.bytes }
        let statement = try await workshop.run(bytes: bytes / Self.writtenBytesForOneRead) {
            Queries.record(suggestions, author: author)
        }
        let rows = Array(try await send([Queries.organization(author.organization), statement])[1].rows)
        guard rows.count == suggestions.count else { throw Self.broken("a row for a suggestion is missing") }
        return rows
    }

    /// The same; nil where the database refuses one of them.
    private func recordingRowsUnlessRefused(
        _ suggestions: [RecordedSuggestion],
        _ author: Author
    ) async throws -> [PostgresRow]? {
        try await translated {
            do {
                return try await recordingRows(suggestions, author)
            } catch let error as PostgresError
                where [.server, .rolledBack].contains(error.code) && !error.isRetriable
            {
                return nil
            }
        }
    }

    /// What the row of `Queries.record` says.
    private func recorded(
        _ suggestion: RecordedSuggestion,
        _ row: PostgresRow,
        _ author: Author
    ) async throws -> RecordedAt {
        guard let latest = try row.decodeOptional("latest_version", as: Int32.self) else {
            throw ServiceError.notFound("process", suggestion.process.text)
        }
        if try row.decodeOptional("at", as: PostgresTimestamp.self) != nil {
            return RecordedAt(at: try row.instant("at"), isNew: true)
        }
        if try row.decodeOptional("known_at", as: PostgresTimestamp.self) != nil {
            return RecordedAt(at: try row.instant("known_at"), isNew: false)
        }
        guard suggestion.version <= latest else {
            throw ServiceError.invalid([
                FieldViolation(
                    "suggestion.version_number",
                    "must be a version of the process, which has \(latest).",
                    reason: "OUT_OF_RANGE"
                )
            ])
        }
        // Another call has recorded it meanwhile: that one's statement was not to be seen by ours.
        let known = try await read(author.organization, Queries.recorded(suggestion.id))[0]
        guard let row = known.first else { throw Self.broken("a suggestion was neither new nor known") }
        return RecordedAt(at: try row.instant("created_at"), isNew: false)
    }

    /// Rates a suggestion; a later rating by the same user replaces the earlier one.
    ///
    /// - Returns: The process that it is about, and when.
    func rate(
        _ suggestion: UUID,
        _ rating: Int32,
        comment: String,
        author: Author
    ) async throws -> (process: UUID, at: Instant) {
        let row = try await translated {
            try await send([
                Queries.organization(author.organization), Queries.lock(suggestion: suggestion),
                Queries.rate(suggestion, rating, comment: comment, author: author),
            ]).last?.first
        }
        guard let row else { throw ServiceError.notFound("suggestion", suggestion.text) }
        return (try row.uuid("process_id"), try row.instant("rated_at"))
    }

    /// A page of suggestions.
    struct SuggestionPage: Sendable {
        let suggestions: [Grimoire_V1_Suggestion]
        /// The last one's place, where more follow.
        let next: SuggestionPlace?
    }

    /// Suggestions of a process after a place, newest first: `limit` of them, or fewer that fill a page.
    func suggestions(
        _ filter: SuggestionFilter,
        after place: SuggestionPlace?,
        limit: Int,
        organization: UUID
    ) async throws -> SuggestionPage {
        let results = try await read(
            organization,
            Queries.head(process: filter.process),
            Queries.suggestions(
                filter,
                after: place,
                limit: limit + 1,
                bytes: RequestLimits.suggestionPageBytes
            )
        )
        guard results[0].first != nil else { throw ServiceError.notFound("process", filter.process.text) }
        let shown = try Self.stored(results[1]).prefix(limit)
        let messages = try await messages(of: Array(shown))
        return SuggestionPage(
            suggestions: messages,
            next: shown.count < results[1].count ? shown.last?.place : nil
        )
    }

    /// Those with their texts: the first of the rows.
    private static func stored(_ result: PostgresResult) throws -> [StoredSuggestion] {
        var stored: [StoredSuggestion] = []
        for row in result.rows {
            guard let suggestion = try StoredSuggestion(row) else { break }
            stored.append(suggestion)
        }
        return stored
    }

    private func messages(of stored: [StoredSuggestion]) async throws -> [Grimoire_V1_Suggestion] {
        try await workshop.run(bytes: stored.reduce(0) { $0 + $1.bytes }) {
            try stored.map { try $0.message() }
        }
    }

    // MARK: Context

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
    ///   - knownHash: The content hash of the version that the caller has, in hexadecimal; empty where it has none.
    ///   - deadline: Until when somebody waits for it.
    func briefContext(
        _ question: ContextQuestion,
        knownHash: String,
        organization: UUID,
        deadline: ContinuousClock.Instant? = Call.current?.deadline
    ) async throws -> Grimoire_V1_GetSuggestionContextResponse {
        var statements = [Queries.basics(process: question.process, number: question.version)]
        if let session = question.session {
            statements.append(
                Queries.hasExchanges(process: question.process, user: session.user, session: session.id)
            )
        }
        let results = try await read(organization, deadline: deadline, statements)
        guard let row = results[0].first else {
            throw ServiceError.notFound("process", question.process.text)
        }
        guard let number = try row.decodeOptional("version_number", as: Int32.self) else {
            throw Self.noVersion(question.version, question.process)
        }
        // Most are asked for by the first message of a session, which has none.
        let hasExchanges = results.count > 1 && results[1].first != nil
        let session =
            hasExchanges
            ? try Self.stored(await read(organization, deadline: deadline, Self.exchanges(question))[0]) : []
        let hash = try row.decodeOptional("content_hash", as: [UInt8].self)?.hexadecimal ?? ""
        let isKnown = !hash.isEmpty && hash == knownHash
        let answer =
            isKnown
            ? nil
            : try await answer(number, of: question.process, organization: organization, deadline: deadline)
        let size = (answer?.message.count ?? 0) + session.reduce(0) { $0 + $1.bytes }
        return try await workshop.run(bytes: size) {
            try .with {
                if let answer {
                    $0.process = try answer.response()
                    $0.process.versionHistory = []
                    $0.process.nextPageToken = ""
                } else {
                    $0.process.processID = question.process.text
                    $0.process.versionNumber = number
                    $0.process.contentHash = hash
                }
                $0.session = try session.reversed().map { try $0.message() }
            }
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

extension ServiceError {
    /// Whether the same call would fail again: it is about what was asked, not about what is away.
    fileprivate var isLasting: Bool {
        switch kind {
        case .invalid, .notFound, .conflict, .failedPrecondition, .internal: true
        case .unauthenticated, .permissionDenied, .exhausted, .unavailable, .deadlineExceeded: false
        }
    }
}
