public import GRPCCore
public import GrimoireAPI

/// What grimoire-suggestions answers, and Envoy takes there: named in `ProcessManager` for clients that know one service only.
extension ProcessManagerService {
    /// See Protos/grimoire/v1/process_suggestions.proto.
    public func suggestionsChat(
        request: RPCAsyncSequence<Grimoire_V1_ChatRequest, any Error>,
        response: RPCWriter<Grimoire_V1_ChatResponse>,
        context: ServerContext
    ) async throws {
        throw Self.answeredElsewhere
    }

    /// See Protos/grimoire/v1/process_suggestions.proto.
    public func analyzeProcess(
        request: Grimoire_V1_AnalyzeProcessRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_AnalyzeProcessResponse {
        throw Self.answeredElsewhere
    }

    /// See Protos/grimoire/v1/process_suggestions.proto.
    public func generateProcessInsights(
        request: Grimoire_V1_GenerateProcessInsightsRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_GenerateProcessInsightsResponse {
        throw Self.answeredElsewhere
    }

    /// See Protos/grimoire/v1/process_suggestions.proto.
    public func planProcessImprovement(
        request: Grimoire_V1_PlanProcessImprovementRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_PlanProcessImprovementResponse {
        throw Self.answeredElsewhere
    }

    private static let answeredElsewhere = RPCError(
        code: .unimplemented,
        message: "grimoire-suggestions answers this; ask it, or ask through Envoy."
    )
}
