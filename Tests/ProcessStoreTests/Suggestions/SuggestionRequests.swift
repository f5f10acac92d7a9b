import Foundation
import GrimoireAPI
import SwiftProtobuf

@testable import ProcessStore

extension RecordedSuggestion {
    /// One that may be recorded, past the checks of a request.
    static func example(of process: UUID, id: UUID = UUID()) -> RecordedSuggestion {
        RecordedSuggestion(
            id: id,
            process: process,
            version: 1,
            kind: "chat",
            session: process,
            type: "improvement",
            input: .init(message: "What is wrong?"),
            response: .init(answer: "Nothing.")
        )
    }
}

extension Fixture {
    /// A suggestion that may be recorded.
    static func suggestion(_ process: String, session: String = "s") -> Grimoire_V1_Suggestion {
        .with {
            $0.suggestionID = UUID().uuidString
            $0.processID = process
            $0.versionNumber = 1
            $0.kind = "chat"
            $0.sessionID = session
            $0.message = "What is wrong?"
            $0.answer = "Nothing."
            $0.suggestionType = "improvement"
        }
    }

    /// Records a suggestion and returns its ID.
    @discardableResult
    func record(
        _ process: String,
        session: String = "s",
        user: UUID? = nil,
        organization: UUID? = nil,
        _ change: (inout Grimoire_V1_Suggestion) -> Void = { _ in }
    ) async throws -> String {
        var suggestion = Self.suggestion(process, session: session)
        change(&suggestion)
        let complete = suggestion
        return try await records(organization: organization, user: user) {
            try await $0.recordSuggestion(request: .with { $0.suggestion = complete }, context: $1)
        }.suggestionID
    }

    /// Records suggestions together and returns what became of each.
    func record(_ suggestions: [Grimoire_V1_Suggestion]) async throws -> [Grimoire_V1_RecordingResult] {
        try await records {
            try await $0.recordSuggestions(request: .with { $0.suggestions = suggestions }, context: $1)
        }.results
    }

    /// Rates a suggestion.
    @discardableResult
    func rate(
        _ suggestion: String,
        _ rating: Int32,
        user: UUID? = nil,
        organization: UUID? = nil
    ) async throws -> Grimoire_V1_RateSuggestionResponse {
        try await records(organization: organization, user: user) {
            try await $0.rateSuggestion(
                request: .with {
                    $0.suggestionID = suggestion
                    $0.rating = rating
                    $0.comment = "because"
                },
                context: $1
            )
        }
    }

    /// A page of a process's suggestions.
    func suggestions(
        _ process: String,
        user: UUID? = nil,
        organization: UUID? = nil,
        _ change: (inout Grimoire_V1_ListSuggestionsRequest) -> Void = { _ in }
    ) async throws -> Grimoire_V1_ListSuggestionsResponse {
        var request = Grimoire_V1_ListSuggestionsRequest()
        request.processID = process
        change(&request)
        let complete = request
        return try await records(organization: organization, user: user) {
            try await $0.listSuggestions(request: complete, context: $1)
        }
    }

    /// What a prompt about a process is made of.
    func context(
        _ process: String,
        user: UUID? = nil,
        _ change: (inout Grimoire_V1_GetSuggestionContextRequest) -> Void = { _ in }
    ) async throws -> Grimoire_V1_GetSuggestionContextResponse {
        var request = Grimoire_V1_GetSuggestionContextRequest()
        request.processID = process
        change(&request)
        let complete = request
        return try await records(user: user) {
            try await $0.getSuggestionContext(request: complete, context: $1)
        }
    }
}
