internal import EventLoop
internal import GRPCCore
internal import GrimoireAPI
internal import ServiceKit
internal import SuggestionContent
internal import SwiftProtobuf

extension ReportMaker {
    /// What there is to see in a version.
    ///
    /// - Throws: `ServiceError`, `RPCError`, `CancellationError`.
    func analysis(
        _ request: Grimoire_V1_AnalyzeProcessRequest,
        _ caller: Caller,
        _ credentials: Metadata
    ) async throws -> Grimoire_V1_AnalyzeProcessResponse {
        let sections = try Self.sections(of: request)
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
        let (found, fingerprint) = try await offload.run {
            (
                ProgramFindings(of: process.spyCode, version: process.versionNumber),
                ProgramFingerprint(of: process.spyCode)
            )
        }
        let shared = try await reuse(process, fingerprint, credentials)
        let outcome = try await modelSections(
            request.withoutAi ? [] : sections,
            context,
            found,
            shared,
            caller
        )
        var response = Grimoire_V1_AnalyzeProcessResponse()
        response.processID = process.processID
        response.versionNumber = process.versionNumber
        response.contentHash = process.contentHash
        response.sections = sections.enumerated().map { index, section in
            let other = outcome.contents.isEmpty ? nil : outcome.contents[index]
            return Grimoire_V1_ReportSection(found.section(section).joined(by: other))
        }
        response.aiUnavailable = outcome.isAway
        response.reuse = shared
        if !outcome.parts.isEmpty {
            response.modelUse = Grimoire_V1_ModelUse(outcome.parts, model.asking.model)
        }
        response.suggestionID = await record(
            "analysis",
            process,
            task: .analysis(.pattern),
            outcome,
            answer: Self.text(of: response.sections),
            credentials
        )
        return response
    }

    private static func sections(of request: Grimoire_V1_AnalyzeProcessRequest) throws(ServiceError)
        -> [AnalysisSection]
    {
        var checks = FieldChecks()
        let process = checks.uuid(request.processID, "process_id")
        checks.version(request.versionNumber)
        var sections: [AnalysisSection] = []
        for (index, name) in request.sections.enumerated() {
            guard let section = AnalysisSection(rawValue: name) else {
                let all = AnalysisSection.allCases.map(\.rawValue).joined(separator: ", ")
                checks.add("sections[\(index)]", "must be one of \(all).", "UNKNOWN_VALUE")
                break
            }
            if !sections.contains(section) { sections.append(section) }
        }
        Call.current?.concerns(processID: try checks.passed(process))
        return sections.isEmpty ? AnalysisSection.allCases : sections
    }

    private func modelSections(
        _ sections: [AnalysisSection],
        _ context: Grimoire_V1_GetSuggestionContextResponse,
        _ found: ProgramFindings,
        _ shared: [Grimoire_V1_ReuseOpportunity],
        _ caller: Caller
    ) async throws -> ModelParts<ReportSection> {
        var input = ContextInput(context)
        input.findings = found.all
        input.reuse = shared.map { "\($0.kind) \($0.name): in \($0.processes) other processes" }
        let process = context.process
        let decoder = AnswerDecoder(code: process.spyCode, version: process.versionNumber)
        return try await askAll(
            sections.map { .analysis($0) },
            ReportModel.Subject(caller: caller, process: process.processID, input: input)
        ) { index, text in
            try decoder.section(text, name: sections[index].rawValue)
        }
    }

    /// A report as it is recorded.
    static func text(of sections: [Grimoire_V1_ReportSection]) -> String {
        sections.map { section in
            let findings = section.findings.map { "- \($0.severity): \($0.title)" }
            return (["\(section.name): \(section.summary)"] + findings).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }
}
