internal import FoundationEssentials
internal import GRPCCore
internal import GrimoireAPI
internal import ServiceKit
internal import SwiftProtobuf

/// `grimoire.v1.ProcessSuggestions`: checks requests, and has others answer them.
struct SuggestionsService: Grimoire_V1_ProcessSuggestions.StreamingServiceProtocol {
    let desk: ChatDesk
    let reports: ReportMaker
    let chats: OpenChats
    let verifier: TokenVerifier

    private var records: ProcessRecords { desk.pipeline.records }

    /// See Protos/grimoire/v1/process_suggestions.proto.
    func suggestionsChat(
        request: StreamingServerRequest<Grimoire_V1_ChatRequest>,
        context: ServerContext
    ) async throws -> StreamingServerResponse<Grimoire_V1_ChatResponse> {
        let caller = try Caller.require()
        let credentials = ServiceClient.forwarded(from: request.metadata)
        return StreamingServerResponse { writer in
            try await Caller.$current.withValue(caller) {
                try await chats.serve { turns in
                    for try await message in request.messages {
                        try turns.begin()
                        try await stillHolds(request.metadata)
                        let order = try ChatOrder(message, caller: caller, credentials: credentials)
                        try await desk.serve(order) { try await writer.write($0.message) }
                        turns.end()
                    }
                }
            }
            return [:]
        }
    }

    /// Looks at the token again: a chat may go on for longer than it holds.
    ///
    /// - Throws: `ServiceError` (UNAUTHENTICATED).
    private func stillHolds(_ metadata: Metadata) async throws(ServiceError) {
        var fields = metadata[stringValues: "authorization"].makeIterator()
        let token = try AuthenticationInterceptor.bearerToken(inField: fields.next() ?? "")
        let named = try AuthenticationInterceptor.namedOrganization(
            inFields: metadata[stringValues: "grimoire-organization"]
        )
        _ = try await verifier.verify(token, namedOrganization: named)
    }

    func analyzeProcess(
        request: StreamingServerRequest<Grimoire_V1_AnalyzeProcessRequest>,
        context: ServerContext
    ) async throws -> StreamingServerResponse<Grimoire_V1_AnalyzeProcessResponse> {
        try await answer(request) { try await reports.analysis($0, try Caller.require(), $1) }
    }

    func generateProcessInsights(
        request: StreamingServerRequest<Grimoire_V1_GenerateProcessInsightsRequest>,
        context: ServerContext
    ) async throws -> StreamingServerResponse<Grimoire_V1_GenerateProcessInsightsResponse> {
        try await answer(request) { try await reports.insights($0, try Caller.require(), $1) }
    }

    func planProcessImprovement(
        request: StreamingServerRequest<Grimoire_V1_PlanProcessImprovementRequest>,
        context: ServerContext
    ) async throws -> StreamingServerResponse<Grimoire_V1_PlanProcessImprovementResponse> {
        try await answer(request) { try await reports.plan($0, try Caller.require(), $1) }
    }

    func rateSuggestion(
        request: StreamingServerRequest<Grimoire_V1_RateSuggestionRequest>,
        context: ServerContext
    ) async throws -> StreamingServerResponse<Grimoire_V1_RateSuggestionResponse> {
        try await answer(request) { message, credentials in
            // One who rates at once is not to be told that there is nothing to rate.
            await desk.pipeline.recorder.settled(UUID(text: message.suggestionID)?.text ?? "")
            let response = try await records.rate(message, credentials)
            await desk.pipeline.contexts.forget(try Caller.require().organizationID)
            return response
        }
    }

    func listSuggestions(
        request: StreamingServerRequest<Grimoire_V1_ListSuggestionsRequest>,
        context: ServerContext
    ) async throws -> StreamingServerResponse<Grimoire_V1_ListSuggestionsResponse> {
        try await answer(request) { try await records.list($0, $1) }
    }

    private func answer<Input: Sendable, Output: Sendable>(
        _ request: StreamingServerRequest<Input>,
        _ body: (Input, Metadata) async throws -> Output
    ) async throws -> StreamingServerResponse<Output> {
        let request = try await ServerRequest(stream: request)
        let credentials = ServiceClient.forwarded(from: request.metadata)
        return StreamingServerResponse(
            single: ServerResponse(message: try await body(request.message, credentials))
        )
    }
}

extension ChatPiece {
    /// As gRPC sends it.
    var message: Grimoire_V1_ChatResponse {
        Grimoire_V1_ChatResponse.with {
            $0.suggestion = text
            $0.suggestionType = suggestionType
            $0.metadata = metadata.merging(["sequence": "\(sequence)"]) { $1 }
            $0.isFinal = isFinal
        }
    }
}
