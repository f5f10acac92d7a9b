internal import FoundationEssentials
public import GRPCCore
public import GrimoireAPI
internal import ServiceKit
internal import SwiftProtobuf

/// `grimoire.v1.SuggestionRecords`: what grimoire-suggestions asks beside ProcessManager.
public struct SuggestionRecordsService: Grimoire_V1_SuggestionRecords.SimpleServiceProtocol {
    private let store: ProcessStore

    /// A service over `store`.
    public init(store: ProcessStore) {
        self.store = store
    }

    /// See Protos/grimoire/v1/suggestion_records.proto.
    public func getSuggestionContext(
        request: Grimoire_V1_GetSuggestionContextRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_GetSuggestionContextResponse {
        let caller = try Caller.require()
        let question = try Self.question(request, of: caller)
        Call.current?.concerns(request.versionNumber)
        let answer =
            try await request.brief
            ? store.briefContext(
                question,
                known: Self.known(request),
                organization: caller.organizationID
            )
            : store.context(question, organization: caller.organizationID)
        Call.current?.concerns(answer.process.versionNumber)
        return answer
    }

    /// See Protos/grimoire/v1/suggestion_records.proto.
    public func recordSuggestion(
        request: Grimoire_V1_RecordSuggestionRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_RecordSuggestionResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        let suggestion = validator.suggestion(request.suggestion, of: caller)
        try validator.finish()
        Call.current?.concerns(suggestion.version)
        let recorded = try await store.record(suggestion, author: Author(caller))
        if recorded.isNew { Call.current?.wasAudited() }
        return .with {
            $0.suggestionID = suggestion.id.text
            $0.createdAt = recorded.at.timestamp
        }
    }

    /// See Protos/grimoire/v1/suggestion_records.proto.
    public func recordSuggestions(
        request: Grimoire_V1_RecordSuggestionsRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_RecordSuggestionsResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        if !(1...RequestLimits.recordedTogether).contains(request.suggestions.count) {
            validator.reject(
                "suggestions",
                "must have from 1 to \(RequestLimits.recordedTogether) entries.",
                "OUT_OF_RANGE"
            )
        }
        try validator.finish()
        var results: [Result<ProcessStore.RecordedAt, ServiceError>?] = []
        var valid: [RecordedSuggestion] = []
        for given in request.suggestions {
            var validator = RequestValidator()
            let suggestion = validator.suggestion(given, of: caller)
            do throws(ServiceError) {
                try validator.finish()
                valid.append(suggestion)
                results.append(nil)
            } catch {
                results.append(.failure(error))
            }
        }
        var recorded = try await store.record(valid, author: Author(caller)).makeIterator()
        let whole = results.map {
            $0 ?? recorded.next() ?? .failure(ProcessStore.broken("a result is missing"))
        }
        if whole.contains(where: { (try? $0.get().isNew) == true }) { Call.current?.wasAudited() }
        return .with {
            $0.results = zip(request.suggestions, whole).map { given, result in
                Grimoire_V1_RecordingResult(result, of: given.suggestionID)
            }
        }
    }

    /// See Protos/grimoire/v1/suggestion_records.proto.
    public func rateSuggestion(
        request: Grimoire_V1_RateSuggestionRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_RateSuggestionResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        let suggestion = validator.uuid(request.suggestionID, "suggestion_id")
        if !(1...5).contains(request.rating) {
            validator.reject("rating", "must be from 1 to 5.", "OUT_OF_RANGE")
        }
        validator.text(request.comment, "comment", characters: RequestLimits.ratingCommentCharacters)
        try validator.finish()
        let (process, at) = try await store.rate(
            suggestion,
            request.rating,
            comment: request.comment,
            author: Author(caller)
        )
        Call.current?.concerns(processID: process)
        Call.current?.wasAudited()
        return .with {
            $0.suggestionID = suggestion.text
            $0.rating = request.rating
            $0.ratedAt = at.timestamp
        }
    }

    /// See Protos/grimoire/v1/suggestion_records.proto.
    public func listSuggestions(
        request: Grimoire_V1_ListSuggestionsRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_ListSuggestionsResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        let process = validator.process(request.processID)
        let size = validator.pageSize(request.pageSize)
        validator.session(request.sessionID, "session_id")
        if !(0...5).contains(request.minimumRating) {
            validator.reject("minimum_rating", "must be from 1 to 5, or absent for all.", "OUT_OF_RANGE")
        }
        let filter = SuggestionFilter(
            process: process,
            session: Self.session(request.sessionID, of: caller),
            minimumRating: request.minimumRating
        )
        let scope = Self.scope(filter, organization: caller.organizationID)
        var place: SuggestionPlace?
        if !request.pageToken.isEmpty {
            place = PageToken.place(request.pageToken, scope: scope).flatMap(SuggestionPlace.init)
            if place == nil { validator.rejectPageToken() }
        }
        try validator.finish()
        let page = try await store.suggestions(
            filter,
            after: place,
            limit: size,
            organization: caller.organizationID
        )
        return .with {
            $0.suggestions = page.suggestions
            if let next = page.next { $0.nextPageToken = PageToken.make(next.text, scope: scope) }
        }
    }

    /// See Protos/grimoire/v1/suggestion_records.proto.
    public func findReuse(
        request: Grimoire_V1_FindReuseRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_FindReuseResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        let process = validator.process(request.processID)
        let values: [Queries.ReuseKind: [String]] = [
            .function: validator.reuseValues(request.functionHashes, "function_hashes") { $0.hash($1, $2) },
            .action: validator.reuseValues(request.actions, "actions") {
                $0.text($1, $2, characters: RequestLimits.runNameCharacters)
            },
            .fact: validator.reuseValues(request.factIds, "fact_ids") {
                $0.text($1, $2, characters: RequestLimits.factIDCharacters)
            },
        ]
        try validator.finish()
        let matches = try await store.reuse(
            values,
            besides: process,
            organization: caller.organizationID
        )
        return .with { $0.matches = matches }
    }

    /// What a request asks.
    ///
    /// - Throws: `ServiceError` (INVALID_ARGUMENT) with every field that is wrong.
    static func question(_ request: Grimoire_V1_GetSuggestionContextRequest, of caller: Caller)
        throws(ServiceError) -> ProcessStore.ContextQuestion
    {
        var validator = RequestValidator()
        let process = validator.process(request.processID)
        validator.version(request.versionNumber, "version_number")
        if !(0...RequestLimits.ratedSuggestions).contains(request.ratedSuggestions) {
            validator.reject(
                "rated_suggestions",
                "must be from 0 to \(RequestLimits.ratedSuggestions).",
                "OUT_OF_RANGE"
            )
        }
        let period = validator.period(
            from: request.hasFromTime ? request.fromTime : nil,
            to: request.hasToTime ? request.toTime : nil,
            fields: ("from_time", "to_time")
        )
        validator.session(request.sessionID, "session_id")
        if !request.knownContentHash.isEmpty {
            validator.hash(request.knownContentHash, "known_content_hash")
        }
        validator.version(request.knownVersionNumber, "known_version_number")
        try validator.finish()
        return ProcessStore.ContextQuestion(
            process: process,
            version: request.versionNumber,
            runs: Queries.RunFilter(process: process, version: 0, from: period.from, to: period.to),
            rated: request.ratedSuggestions,
            session: session(request.sessionID, of: caller)
        )
    }

    /// The version that the caller has, nil where it has none.
    static func known(_ request: Grimoire_V1_GetSuggestionContextRequest) -> ProcessStore.KnownVersion? {
        guard !request.knownContentHash.isEmpty else { return nil }
        return .init(number: request.knownVersionNumber, contentHash: request.knownContentHash)
    }

    /// A session of the caller, nil where none is named.
    private static func session(_ name: String, of caller: Caller) -> (user: UUID, id: UUID)? {
        guard !name.isEmpty else { return nil }
        let id = SessionID.stored(name, user: caller.userID, organization: caller.organizationID)
        return (caller.userID, id)
    }

    /// Everything that a list of suggestions depends on.
    private static func scope(_ filter: SuggestionFilter, organization: UUID) -> String {
        let session = filter.session.map { "\($0.user.text)/\($0.id.text)" } ?? "all"
        return """
            suggestions of \(organization.text) \(filter.process.text) \(session) \(filter.minimumRating)
            """
    }
}

extension Grimoire_V1_RecordingResult {
    fileprivate init(_ result: Result<ProcessStore.RecordedAt, ServiceError>, of id: String) {
        self.init()
        switch result {
        case .success(let recorded):
            self.recorded = .with {
                $0.suggestionID = UUID(text: id)?.text ?? id
                $0.createdAt = recorded.at.timestamp
            }
        case .failure(let error):
            failure = .with {
                $0.code = Int32(error.rpcErrorCode.rawValue)
                $0.message = error.message
            }
        }
    }
}
