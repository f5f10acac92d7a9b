internal import FoundationEssentials
internal import GrimoireAPI
internal import Postgres
internal import ServiceKit
internal import SwiftProtobuf

/// An exchange with the model, as it is to be stored.
struct RecordedSuggestion: Sendable {
    let id: UUID
    let process: UUID
    let version: Int32
    /// One of `RequestLimits.suggestionKinds`.
    let kind: String
    /// Of a chat alone.
    let session: UUID?
    /// One of `RequestLimits.suggestionTypes`, or empty.
    let type: String
    let input: Input
    let response: Response

    /// What was asked: the column `input_context`.
    struct Input: Sendable, Decodable {
        var message = ""
        var promptVersion = ""
        var baseContentHash = ""

        enum CodingKeys: String, CodingKey {
            case message
            case promptVersion = "prompt_version"
            case baseContentHash = "base_content_hash"
        }
    }

    /// What was answered, and by whom: the column `ai_response`.
    struct Response: Sendable, Decodable {
        var answer = ""
        var category = ""
        var patch = ""
        var model = ""
        var callID = ""
        var promptTokens: Int64 = 0
        var completionTokens: Int64 = 0
        var costUSD = 0.0
        var isCached = false
        var error = ""
        var durationMilliseconds: Int64 = 0

        enum CodingKeys: String, CodingKey {
            case answer, category, patch, model, error
            case callID = "call_id"
            case promptTokens = "prompt_tokens"
            case completionTokens = "completion_tokens"
            case costUSD = "cost_usd"
            case isCached = "cached"
            case durationMilliseconds = "duration_ms"
        }
    }

    /// Bytes of an answer's other fields, about.
    private static let smallFieldsBytes = 512

    /// What it adds to an answer, about.
    var bytes: Int {
        input.message.utf8.count + response.answer.utf8.count + response.patch.utf8.count
            + Self.smallFieldsBytes
    }
}

/// A suggestion as it is stored, its JSON not read yet, since that may take long.
struct StoredSuggestion: Sendable {
    private let id: UUID
    /// When it was recorded.
    let createdAt: Instant
    private let process: UUID
    private let version: Int32
    private let kind: String
    private let session: UUID?
    private let user: UUID
    private let type: String
    private let input: String
    private let response: String
    private let rating: Double
    private let ratings: Int64

    /// Where it stands in a list.
    var place: SuggestionPlace { SuggestionPlace(createdAt: createdAt, id: id) }
    /// What reading it costs.
    var bytes: Int { input.utf8.count + response.utf8.count }

    /// From a row of a query for suggestions; nil where its page had no more room for the texts.
    ///
    /// - Throws: `PostgresError` (decoding).
    init?(_ row: PostgresRow) throws {
        guard let kind = try row.decodeOptional("kind", as: String.self) else { return nil }
        self.kind = kind
        id = try row.uuid("suggestion_id")
        createdAt = try row.instant("created_at")
        process = try row.uuid("process_id")
        version = try row.decode("version_number")
        session =
            try row.decodeOptional("session_id", as: PostgresUUID.self) == nil ? nil : row.uuid("session_id")
        user = try row.uuid("user_id")
        type = try row.decode("suggestion_type")
        input = try row.decode("input_context")
        response = try row.decode("ai_response")
        rating = try row.decode("rating")
        ratings = try row.decode("ratings")
    }

    /// As the API has it.
    ///
    /// - Throws: What the decoder of JSON throws.
    func message() throws -> Grimoire_V1_Suggestion {
        let decoder = JSONDecoder()
        let input = try decoder.decode(RecordedSuggestion.Input.self, from: Data(input.utf8))
        let response = try decoder.decode(RecordedSuggestion.Response.self, from: Data(response.utf8))
        return .with {
            $0.suggestionID = id.text
            $0.processID = process.text
            $0.versionNumber = version
            $0.kind = kind
            $0.sessionID = session?.text ?? ""
            $0.userID = user.text
            $0.message = input.message
            $0.answer = response.answer
            $0.suggestionType = type
            $0.category = response.category
            $0.patch = response.patch
            $0.baseContentHash = input.baseContentHash
            $0.model = response.model
            $0.promptVersion = input.promptVersion
            $0.callID = response.callID
            $0.promptTokens = response.promptTokens
            $0.completionTokens = response.completionTokens
            $0.costUsd = response.costUSD
            $0.cached = response.isCached
            $0.error = response.error
            $0.createdAt = createdAt.timestamp
            $0.durationMs = response.durationMilliseconds
            $0.rating = rating
            $0.ratings = Int32(clamping: ratings)
        }
    }
}

/// A place in a list of suggestions: the last one that was shown.
struct SuggestionPlace: Sendable, Equatable {
    let createdAt: Instant
    let id: UUID
}

extension SuggestionPlace {
    /// For a page token.
    var text: String { "\(createdAt.microseconds)/\(id.text)" }

    /// From a page token's text.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let microseconds = Int64(parts[0]), let id = UUID(text: String(parts[1]))
        else { return nil }
        self.init(createdAt: Instant(microseconds: microseconds), id: id)
    }
}
