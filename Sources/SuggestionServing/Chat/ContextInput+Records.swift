internal import FoundationEssentials
internal import GrimoireAPI
internal import SuggestionContent
internal import SwiftProtobuf

extension ContextInput {
    /// What a prompt about a process is made of, out of what process storage says.
    init(_ response: Grimoire_V1_GetSuggestionContextResponse) {
        self.init()
        let process = response.process
        processName = process.name
        description = process.description_p
        document = Self.document(of: process)
        code = process.spyCode
        version = process.versionNumber
        mapping = process.stableMapping
        versions = process.versionHistory.map { version in
            "version \(version.versionNumber), \(version.createdAt.day): \(version.changelog)"
        }
        figures = response.executions.total.runs > 0 ? ExecutionFigures(response.executions) : nil
        rated = response.rated.map { suggestion in
            RatedSuggestion(
                message: suggestion.message,
                answer: suggestion.answer,
                rating: suggestion.rating,
                isOfProcess: suggestion.processID == process.processID
            )
        }
    }
}

extension ContextInput {
    /// A process's document as text; one that was derived from the program says nothing more than the program does.
    static func document(of process: Grimoire_V1_GetProcessResponse) -> String {
        process.processDocument.derived ? "" : process.processDocument.text
    }
}

extension ExecutionFigures {
    /// The figures of a period.
    init(_ response: Grimoire_V1_SummarizeExecutionsResponse) {
        self.init(
            from: response.fromTime.day,
            to: response.toTime.day,
            total: RunFigures(response.total),
            versions: response.versions.map(RunFigures.init).sorted { $0.version > $1.version },
            errors: response.errors.map { error in
                ErrorFigures(
                    version: error.versionNumber,
                    line: error.line,
                    type: error.errorType,
                    count: error.count,
                    lastMessage: error.lastMessage
                )
            },
            slowestActions: response.slowestActions.map(ActionFigures.init),
            failingActions: response.failingActions.map(ActionFigures.init)
        )
    }
}

extension RunFigures {
    init(_ summary: Grimoire_V1_ExecutionSummary) {
        self.init(
            version: summary.versionNumber,
            runs: summary.runs,
            succeeded: summary.succeeded,
            failed: summary.failed,
            timedOut: summary.timedOut,
            cancelled: summary.cancelled,
            p50: summary.p50.duration,
            p95: summary.p95.duration
        )
    }
}

extension ActionFigures {
    init(_ summary: Grimoire_V1_ActionSummary) {
        self.init(
            name: summary.name,
            calls: summary.calls,
            failures: summary.failures,
            total: summary.totalDuration.duration,
            runs: summary.runs
        )
    }
}

extension Google_Protobuf_Duration {
    var duration: Duration { .seconds(seconds) + .nanoseconds(Int64(nanos)) }
}

extension Google_Protobuf_Timestamp {
    /// The day in UTC, `2026-10-01`; empty where there is no time.
    var day: String {
        guard seconds > 0 else { return "" }
        let date = Date(timeIntervalSince1970: Double(seconds))
        return date.formatted(.iso8601.year().month().day())
    }
}
