internal import EventLoop
internal import FoundationEssentials
internal import GRPCCore
internal import GrimoireAPI
internal import Logging
internal import ServiceKit
internal import SuggestionContent

/// Makes analyses, insights and plans: what rules and figures say, and beside it what the model adds, section by section at once.
///
/// The rules' part does not depend on the model: where it is away, the report says so.
struct ReportMaker: Sendable {
    let records: ProcessRecords
    let recorder: SuggestionRecorder
    let model: ReportModel
    let offload: OffloadExecutor
    let logger: Logger

    /// What the model's parts of a report came to.
    struct ModelParts<Content: Sendable>: Sendable {
        var contents: [Content?]
        var parts: [ReportModel.Part]
        var isAway: Bool
    }

    /// Asks the model for several parts at once.
    ///
    /// - Parameters:
    ///   - tasks: What is asked for.
    ///   - subject: About what.
    ///   - read: Makes the content of an answer; throws where it is of another form.
    /// - Throws: `ServiceError` (RESOURCE_EXHAUSTED) where the organization is over its limit; `CancellationError`.
    func askAll<Content: Sendable>(
        _ tasks: [PromptTask],
        _ subject: ReportModel.Subject,
        _ read: @escaping @Sendable (Int, String) throws -> Content
    ) async throws -> ModelParts<Content> {
        try await withThrowingTaskGroup(of: (Int, ReportModel.Part, Content)?.self) { group in
            for (index, task) in tasks.enumerated() {
                group.addTask {
                    do {
                        let part = try await model.ask(task, subject) { (try? read(index, $0)) != nil }
                        return (index, part, try read(index, part.text))
                    } catch let error as ReportModel.ModelIsAway {
                        note(error.cause)
                    } catch let error as AnswerProblem {
                        note("\(error)")
                    }
                    return nil
                }
            }
            var result = ModelParts<Content>(contents: tasks.map { _ in nil }, parts: [], isAway: false)
            for try await answer in group {
                guard let (index, part, content) = answer else {
                    result.isAway = true
                    continue
                }
                result.contents[index] = content
                result.parts.append(part)
            }
            return result
        }
    }

    private func note(_ cause: String) {
        logger.warning("A report goes without the model", metadata: [LogKey.cause: "\(cause)"])
    }

    /// Records that the model took part in a report.
    ///
    /// - Returns: The record's ID; empty where it took none.
    func record<Content>(
        _ kind: String,
        _ process: Grimoire_V1_GetProcessResponse,
        task: PromptTask,
        _ outcome: ModelParts<Content>,
        answer: String,
        _ credentials: Metadata
    ) async -> String {
        guard let first = outcome.parts.first else { return "" }
        var record = ExchangeRecord(
            kind: kind,
            process: process.processID,
            version: process.versionNumber,
            contentHash: process.contentHash,
            promptVersion: ContextBuilder.promptVersion(for: task),
            model: first.model
        )
        let use = Grimoire_V1_ModelUse(outcome.parts, model.asking.model)
        record.suggestion.promptTokens = use.promptTokens
        record.suggestion.completionTokens = use.completionTokens
        record.suggestion.costUsd = use.costUsd
        record.suggestion.callID = use.callIds.first ?? ""
        record.suggestion.cached = use.cached
        await recorder.submit(record.ended(answer: answer), credentials)
        return record.id
    }
}
