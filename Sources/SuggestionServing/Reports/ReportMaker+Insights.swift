internal import EventLoop
internal import FoundationEssentials
internal import GRPCCore
internal import GrimoireAPI
internal import ServiceKit
internal import SuggestionContent
internal import SwiftProtobuf

extension ReportMaker {
    /// The longest period, in seconds.
    private static let longestPeriod: Double = 366 * 86_400
    /// The period where its beginning is not given, in seconds.
    private static let usualPeriod: Double = 30 * 86_400

    /// What a process's history and its runs say.
    ///
    /// - Throws: `ServiceError`, `RPCError`, `CancellationError`.
    func insights(
        _ request: Grimoire_V1_GenerateProcessInsightsRequest,
        _ caller: Caller,
        _ credentials: Metadata
    ) async throws -> Grimoire_V1_GenerateProcessInsightsResponse {
        let (from, to) = try Self.period(of: request)
        let context = try await records.context(
            .with {
                $0.processID = request.processID
                $0.ratedSuggestions = 3
                $0.fromTime = from
                $0.toTime = to
            },
            credentials
        )
        let process = context.process
        Call.current?.concerns(versionNumber: Int(process.versionNumber))
        let figures = ExecutionFigures(context.executions)
        let found = InsightFindings(
            figures,
            version: process.versionNumber,
            code: process.spyCode,
            changes: Dictionary(
                process.versionHistory.map { ($0.versionNumber, $0.changelog) },
                uniquingKeysWith: { first, _ in first }
            )
        )
        let outcome = try await modelSections(
            request.withoutAi ? [] : InsightSection.allCases,
            context,
            found,
            caller
        )
        var response = Grimoire_V1_GenerateProcessInsightsResponse()
        response.processID = process.processID
        response.versionNumber = process.versionNumber
        response.fromTime = context.executions.hasFromTime ? context.executions.fromTime : from
        response.toTime = context.executions.hasToTime ? context.executions.toTime : to
        response.runs = context.executions.total.runs
        response.sections = InsightSection.allCases.enumerated().map { index, section in
            let other = outcome.contents.isEmpty ? nil : outcome.contents[index]
            // The figures' own sentence names period and runs; what the model says comes behind it.
            var joined = found.section(section).joined(by: other)
            if other != nil { joined.summary = found.section(section).summary + " " + joined.summary }
            return Grimoire_V1_ReportSection(joined)
        }
        response.aiUnavailable = outcome.isAway
        if !outcome.parts.isEmpty {
            response.modelUse = Grimoire_V1_ModelUse(outcome.parts, model.asking.model)
        }
        response.suggestionID = await record(
            "insights",
            process,
            task: .insights(.reliability),
            outcome,
            answer: Self.text(of: response.sections),
            credentials
        )
        return response
    }

    private static func period(
        of request: Grimoire_V1_GenerateProcessInsightsRequest
    ) throws(ServiceError) -> (from: Google_Protobuf_Timestamp, to: Google_Protobuf_Timestamp) {
        var checks = FieldChecks()
        let process = checks.uuid(request.processID, "process_id")
        if request.hasToTime, !request.toTime.isTime { checks.add("to", "is no time.", "OUT_OF_RANGE") }
        if request.hasFromTime, !request.fromTime.isTime { checks.add("from", "is no time.", "OUT_OF_RANGE") }
        // What is none cannot be reckoned with.
        try checks.passed(())
        let to = request.hasToTime ? request.toTime : Google_Protobuf_Timestamp(date: Date.now)
        let earlier = max(to.date.addingTimeInterval(-usualPeriod), Google_Protobuf_Timestamp.earliest.date)
        let from = request.hasFromTime ? request.fromTime : Google_Protobuf_Timestamp(date: earlier)
        let length = to.date.timeIntervalSince(from.date)
        if length <= 0 {
            checks.add("from", "must be before to.", "OUT_OF_RANGE")
        } else if length > longestPeriod {
            checks.add("from", "must be at most 366 days before to.", "OUT_OF_RANGE")
        }
        Call.current?.concerns(processID: try checks.passed(process))
        return (from, to)
    }

    private func modelSections(
        _ sections: [InsightSection],
        _ context: Grimoire_V1_GetSuggestionContextResponse,
        _ found: InsightFindings,
        _ caller: Caller
    ) async throws -> ModelParts<ReportSection> {
        var input = ContextInput(context)
        input.findings = found.sections.flatMap(\.findings)
        let process = context.process
        let decoder = AnswerDecoder(code: process.spyCode, version: process.versionNumber)
        return try await askAll(
            sections.map { .insights($0) },
            ReportModel.Subject(caller: caller, process: process.processID, input: input)
        ) { index, text in
            try decoder.section(text, name: sections[index].rawValue)
        }
    }
}

extension Google_Protobuf_Timestamp {
    /// The first moment of year 1 (google/protobuf/timestamp.proto).
    fileprivate static let earliest = Google_Protobuf_Timestamp(seconds: -62_135_596_800)

    /// Whether it is one that may be, up to the last moment of year 9999.
    fileprivate var isTime: Bool {
        (Self.earliest.seconds...253_402_300_799).contains(seconds) && (0..<1_000_000_000).contains(nanos)
    }
}
