internal import FoundationEssentials
internal import GrimoireAPI
internal import Postgres
internal import ServiceKit

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
        return try recorded(suggestion, rows[0])
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
                        try recorded(suggestion, rows[place])
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

    /// The rows of `Queries.record`, one for each suggestion, in their order.
    ///
    /// - Parameter suggestions: Each with an ID of its own.
    private func recordingRows(
        _ suggestions: [RecordedSuggestion],
        _ author: Author
    ) async throws -> [PostgresRow] {
        let bytes = suggestions.reduce(0) { $0 + $1.bytes }
        let statement = try await workshop.run(bytes: bytes / Self.writtenBytesForOneRead) {
            Queries.record(suggestions, author: author)
        }
        let pipeline = [Queries.organization(author.organization), statement]
        let result = try await sendPastRivals(pipeline)[1]
        var rows: [Int32: PostgresRow] = [:]
        for row in result.rows { rows[try row.decode("place")] = row }
        return try suggestions.indices.map { index in
            guard let row = rows[Int32(index + 1)] else {
                throw Self.broken("a row for a suggestion is missing")
            }
            return row
        }
    }

    /// The answers to a pipeline, which is sent again where another call has recorded one of its exchanges meanwhile: by then that one's
    /// transaction has ended, and this one sees what it has done.
    private func sendPastRivals(
        _ pipeline: [PostgresStatement]
    ) async throws(PostgresError) -> [PostgresResult] {
        do throws(PostgresError) {
            return try await send(pipeline)
        } catch {
            guard error.sqlState == .uniqueViolation else { throw error }
        }
        return try await send(pipeline)
    }

    /// As ``recordingRows(_:_:)``; nil where two of them have the same ID, or the database refuses one of them.
    private func recordingRowsUnlessRefused(
        _ suggestions: [RecordedSuggestion],
        _ author: Author
    ) async throws -> [PostgresRow]? {
        guard Set(suggestions.map(\.id)).count == suggestions.count else { return nil }
        return try await translated {
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
    private func recorded(_ suggestion: RecordedSuggestion, _ row: PostgresRow) throws -> RecordedAt {
        guard let latest = try row.decodeOptional("latest_version", as: Int32.self) else {
            throw ServiceError.notFound("process", suggestion.process.text)
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
        return RecordedAt(at: try row.instant("at"), isNew: true)
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
    static func stored(_ result: PostgresResult) throws -> [StoredSuggestion] {
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
