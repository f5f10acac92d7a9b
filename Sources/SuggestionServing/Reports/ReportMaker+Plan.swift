internal import EventLoop
internal import GRPCCore
internal import GrimoireAPI
internal import ServiceKit
internal import SuggestionContent
internal import SwiftProtobuf

extension ReportMaker {
    /// The longest goal, in characters.
    private static let maxGoalCharacters = 4_000

    /// A plan of what to improve, in which order.
    ///
    /// - Throws: `ServiceError`, `RPCError`, `CancellationError`.
    func plan(
        _ request: Grimoire_V1_PlanProcessImprovementRequest,
        _ caller: Caller,
        _ credentials: Metadata
    ) async throws -> Grimoire_V1_PlanProcessImprovementResponse {
        var checks = FieldChecks()
        let id = checks.uuid(request.processID, "process_id")
        checks.version(request.versionNumber)
        checks.text(request.goal, "goal", most: Self.maxGoalCharacters)
        Call.current?.concerns(processID: try checks.passed(id))
        let context = try await records.context(
            .with {
                $0.processID = request.processID
                $0.versionNumber = request.versionNumber
                $0.ratedSuggestions = 3
            },
            credentials
        )
        let process = context.process
        Call.current?.concerns(versionNumber: Int(process.versionNumber))
        let figures = ExecutionFigures(context.executions)
        let found = try await offload.run {
            let rules = ProgramFindings(of: process.spyCode, version: process.versionNumber)
            let insights = InsightFindings(
                figures,
                version: process.versionNumber,
                code: process.spyCode
            )
            return (rules: rules, plan: ImprovementPlan(rules: rules, figures: insights))
        }
        let task = PromptTask.plan(goal: request.goal)
        var input = ContextInput(context)
        input.findings = found.rules.all
        let decoder = AnswerDecoder(code: process.spyCode, version: process.versionNumber)
        let outcome = try await askAll(
            request.withoutAi ? [] : [task],
            ReportModel.Subject(caller: caller, process: process.processID, input: input)
        ) { _, text in
            try decoder.plan(text)
        }
        let added = outcome.contents.first ?? nil
        var response = Grimoire_V1_PlanProcessImprovementResponse()
        response.processID = process.processID
        response.versionNumber = process.versionNumber
        response.contentHash = process.contentHash
        response.sections = found.plan.sections.map { section in
            let other = added?.sections.first { $0.name == section.name }
            return Grimoire_V1_ReportSection(section.joined(by: other))
        }
        response.steps = Self.steps(added?.steps ?? [], found.plan.steps).map(Grimoire_V1_PlanStep.init)
        response.aiUnavailable = outcome.isAway
        if !outcome.parts.isEmpty {
            response.modelUse = Grimoire_V1_ModelUse(outcome.parts, model.asking.model)
        }
        response.suggestionID = await record(
            "plan",
            process,
            task: task,
            outcome,
            answer: Self.text(of: response.sections) + "\n\n"
                + response.steps.map { "- \($0.title)" }.joined(separator: "\n"),
            credentials
        )
        return response
    }

    /// The model's order where there is one; steps of rules and figures that it has left out come behind.
    private static func steps(_ added: [PlanStep], _ found: [PlanStep]) -> [PlanStep] {
        let settled = Set(added.flatMap(\.rules))
        return added + found.filter { settled.isDisjoint(with: $0.rules) }
    }
}
